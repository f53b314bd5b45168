"""Write a month's allocation as FOCUS, for any tool that reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from hashlib import file_digest
from itertools import count
from pathlib import Path
from typing import NamedTuple

from apportion.core.allocation.split_tables import shares_query
from apportion.core.reporting.focus_export import (
    ALLOCATED_PARTS,
    OwnerCosts,
    PoolCharge,
    allocated_part_rows,
    charges_of_day_query,
    dimension_columns,
    focus_query,
    pool_charges_query,
)
from apportion.core.templates import each, name
from apportion.model.errors.base import NotWhatWasProvedError
from apportion.model.focus import COST_COLUMNS
from apportion.model.location import local_path
from apportion.model.manifest import Manifest
from apportion.model.money import text
from apportion.model.outcome import Outcome
from apportion.model.relation import AllocationTables, Query, Relation
from apportion.model.row import Row
from apportion.model.split import Share
from apportion.usecases.atomic_folder import new_folder, refuse_if_filled
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.open_run import Published, check_whole, find, open_tables

CHECKSUMS = "SHA256SUMS"


class _Day(NamedTuple):
    charge_day: date


def focus(
    context: RunContext, *, period: str, folder: Path, version: str, as_of: str = ""
) -> Outcome:
    """Write Parquet files and their checksums into a new folder, all at once; rows list them.

    What was written is read back, and must add up to what was proved in every cost column, and to
    what each owner pays. Raises FolderFilledError if the folder is there and not empty.
    """
    refuse_if_filled(folder)
    published = find(context, period=period, as_of=as_of)
    tables = open_tables(published, context)
    check_whole(published, tables, context)
    context.say("splitting shared charges")
    charges = _pool_charges(published, tables, context)
    allocated_parts = context.engine.load(
        "allocated_parts",
        ALLOCATED_PARTS,
        allocated_part_rows(charges, _shares(tables.shares, context)),
    )
    with new_folder(folder) as beside:
        context.say("writing and comparing")
        files = _write(published, tables, allocated_parts, context, beside, version=version)
        _compare(published, tables, context, files)
        rows = [_listed(file) for file in files]
        sums = "".join(f"{row['sha256']}  {row['file']}\n" for row in rows)
        (beside / CHECKSUMS).write_text(sums, "utf-8")
    words = (
        f"{period} as FOCUS {version}: {len(rows)} files in {folder}, run {published.manifest.run}."
    )
    return Outcome(("file", "bytes", "sha256"), tuple(rows), published.later, (words,))


def _pool_charges(
    published: Published, tables: AllocationTables, context: RunContext
) -> Iterator[PoolCharge]:
    """Read them day by day: a month of them may be more than memory holds."""
    query = pool_charges_query(published.rulebook, tables)
    charges = context.engine.create_table("pool charges", query)
    days = Query.of(f'SELECT DISTINCT "ChargeDay" FROM {charges} ORDER BY 1', charges)
    for row in read_rows(_Day, context.engine.rows(days)):
        query = charges_of_day_query(charges, row.charge_day)
        yield from read_rows(PoolCharge, context.engine.rows(query))


def _shares(shares: Relation, context: RunContext) -> Iterable[Share]:
    query = shares_query(shares, order=("Owner", "Kept"))
    return read_rows(Share, context.engine.rows(query))


def _write(
    published: Published,
    tables: AllocationTables,
    allocated_parts: Relation,
    context: RunContext,
    folder: Path,
    *,
    version: str,
) -> list[Path]:
    """Write the rows and give the files lasting names."""
    manifest = published.manifest
    query = focus_query(
        published.rulebook,
        tables,
        allocated_parts,
        version=version,
        period=manifest.period,
        run=manifest.run,
    )
    written = map(local_path, context.engine.write(query, str(folder)))
    names = (f"focus-{version}-{manifest.period}-{number:05d}.parquet" for number in count(1))
    return [file.rename(folder / named) for file, named in zip(written, names, strict=False)]


def _compare(
    published: Published, tables: AllocationTables, context: RunContext, files: Sequence[Path]
) -> None:
    """Read the files back: the same money by currency, in every column, and by owner."""
    focus = context.engine.open_parquet("as focus", [str(file) for file in files])
    sums = each((f"SUM({name(column)}) AS {name(column)}" for column in COST_COLUMNS), ", ")
    owner = published.rulebook.owner
    of_owner = dimension_columns(published.rulebook)[owner]
    charge_totals = Query.of(
        'SELECT COALESCE("BillingCurrency", \'\') AS "Currency", '
        f'{name(of_owner)} AS "Owner", {sums} '
        f"FROM {focus} GROUP BY ALL HAVING COUNT(*) > 0 ORDER BY ALL",
        focus,
    )
    pays = Query.of(
        f'SELECT COALESCE("BillingCurrency", \'\') AS "Currency", "Owner", {sums} FROM ('
        f'SELECT "BillingCurrency", {name(owner)} AS "Owner", {_costs()} FROM {tables.allocations} '
        'WHERE "Pool" IS NULL UNION ALL '
        f'SELECT NULLIF("BillingCurrency", \'\'), "Owner", {_costs()} FROM {tables.shares}'
        ") AS paid GROUP BY ALL ORDER BY ALL",
        tables.allocations,
        tables.shares,
    )
    paid, found = (_by_owner(context.engine.rows(query)) for query in (pays, charge_totals))
    _same(paid, found, published.manifest)


def _same(
    expected: dict[tuple[str, str, str], Decimal],
    found: dict[tuple[str, str, str], Decimal],
    manifest: Manifest,
) -> None:
    for key in sorted(expected.keys() | found.keys()):
        wanted, there = expected.get(key, Decimal(0)), found.get(key, Decimal(0))
        if wanted != there:
            words = [f"{text(amount)} {' '.join(key)}".strip() for amount in (wanted, there)]
            raise NotWhatWasProvedError(manifest.period, manifest.run, *words)


def _by_owner(rows: Sequence[Row]) -> dict[tuple[str, str, str], Decimal]:
    return {
        (row.currency, row.owner, column): amount
        for row in read_rows(OwnerCosts, rows)
        for column, amount in zip(COST_COLUMNS, row.amounts, strict=True)
    }


def _costs() -> str:
    return each(map(name, COST_COLUMNS), ", ")


def _listed(file: Path) -> dict[str, object]:
    with file.open("rb") as opened:
        digest = file_digest(opened, "sha256").hexdigest()
    return {"file": file.name, "bytes": file.stat().st_size, "sha256": digest}
