"""Publish a proved period: tables staged, read back, compared with the proof, then made seen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from apportion.core.identity import sha256
from apportion.core.proof import compare
from apportion.core.reporting import published_tables as what
from apportion.core.templates import each, name, query
from apportion.model.errors.publishing import NotWhatArrivedError
from apportion.model.focus import COST_COLUMNS
from apportion.model.location import local_path
from apportion.model.manifest import Manifest
from apportion.model.manifest_text import to_plain
from apportion.model.money import from_units, text, to_units
from apportion.model.outcome import Outcome
from apportion.model.relation import Query, everything
from apportion.model.row import Row
from apportion.model.wording import plural
from apportion.ports.progress import Sum
from apportion.ports.published_tables import PublishedTables
from apportion.usecases.context import RunContext
from apportion.usecases.fail_on_findings import stop_if_failing
from apportion.usecases.reports.report import open_charges
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.history import sums
from apportion.usecases.runs.open_run import Published, find

COLUMNS = ("period", "run", "status", "currency", "lines", "cost", "manifest")

#: Published tables that hold the whole money of a period.
_WHOLE = ("allocations", "daily", "proofs")

_Sums = dict[tuple[str, str], tuple[int, ...]]


class _Arrived(NamedTuple):
    sent: int
    arrived: int
    differ: int


def publish(context: RunContext, lake: PublishedTables, *, period: str, scratch: Path) -> Outcome:
    """Publish a period's newest allocation. What readers see already is not written again.

    Raises FindingsError for an allocation that is not proved, NotWhatArrivedError where what was
    written is not what is read back.
    """
    published = find(context, period=period)
    manifest = published.manifest
    stop_if_failing(compare(period, manifest.totals))
    digest = manifest_sha256(manifest)
    unchanged = lake.current(period) == (manifest.run, digest)
    if not unchanged:
        _stage(context, lake, published, scratch)
    known = what.columns(published.rulebook)
    lake.create_views(_views(published, known))
    if not unchanged:
        context.say(f"showing {period} to readers")
        runs = context.engine.load("runs made", what.RUNS_COLUMNS, [_run_row(published, digest)])
        (row,) = _write(context, everything(runs), _new(scratch, "runs"))
        lake.commit(row, what.RUNS_COLUMNS, period=period, run=manifest.run)
    lake.clear(period, what.TABLES)
    return _publish_outcome(published, "unchanged" if unchanged else "published", digest)


def manifest_sha256(manifest: Manifest) -> str:
    """Hash a manifest as it is published."""
    return sha256(_manifest_text(manifest).encode())


def write_tables(
    context: RunContext, published: Published, scratch: Path, tables: Iterable[str] = what.TABLES
) -> dict[str, list[Path]]:
    """Write the rows that these tables have of a run as Parquet files."""
    rulebook, manifest = published.rulebook, published.manifest
    used = {dimension.name for dimension in rulebook.dimensions}
    opened, charges = open_charges(published, context, used=used)
    index = COST_COLUMNS.index(rulebook.cost)
    proofs = (
        (
            *(manifest.period, manifest.run, total.stage, total.billing_account),
            *(total.sub_account, total.currency, total.lines),
            *(Decimal(amount) for amount in (total.amounts[index], *total.amounts)),
        )
        for total in manifest.totals
    )
    findings = (
        (
            *(manifest.period, manifest.run, finding.code.number, str(finding.code.severity)),
            *(finding.code.title, finding.place, str(finding), finding.amount, finding.currency),
        )
        for finding in manifest.findings
    )
    sources = what.Sources(
        opened,
        charges,
        proofs=context.engine.load("proofs made", what.PROOFS_COLUMNS, proofs),
        findings=context.engine.load("findings made", what.FINDINGS_COLUMNS, findings),
    )
    queries = what.queries(rulebook, manifest, sources)
    return {table: _write(context, queries[table], _new(scratch, table)) for table in tables}


def runs_row(published: Published) -> Sequence[object]:
    """Give the row of `runs` of an allocation."""
    return _run_row(published, manifest_sha256(published.manifest))


def _stage(context: RunContext, lake: PublishedTables, published: Published, scratch: Path) -> None:
    """Upload every table, read it back, and compare it with the proof."""
    period, run = published.manifest.period, published.manifest.run
    context.say(f"writing the tables of {period}")
    written = write_tables(context, published, scratch)
    known = what.columns(published.rulebook)
    count = sum(map(len, written.values()))
    context.say(f"publishing {plural(count, 'file')} of {period}")
    sent = Sum(count, context.advance)
    for table, files in written.items():
        lake.stage(table, files, known[table], period=period, run=run)
        sent.add(len(files))
    context.say(f"reading {plural(count, 'file')} of {period} back")
    compared = Sum(count, context.advance)
    for table, files in written.items():
        arrived = lake.fetch(table, _new(scratch, f"{table} back"), period=period, run=run)
        _check(context, published, table, (files, arrived))
        compared.add(len(files))


def _check(
    context: RunContext,
    published: Published,
    table: str,
    sides: tuple[Sequence[Path], Sequence[Path]],
) -> None:
    """Compare what arrived with what was sent, row for row, and its money with the proof."""
    manifest = published.manifest
    if not sides[1]:
        raise NotWhatArrivedError(table, manifest.period, f"{len(sides[0])} files", "none")
    there, back = (
        context.engine.open_parquet(view, [str(file) for file in files])
        for view, files in zip(("sent", "arrived"), sides, strict=True)
    )
    columns = each(map(name, what.columns(published.rulebook)[table]), ", ")
    compared = query("usecases/publish/arrived", columns=columns, sent=there, arrived=back)
    (rows,) = read_rows(_Arrived, context.engine.rows(compared))
    if rows.differ or rows.sent != rows.arrived:
        found = f"{rows.arrived} rows, {rows.differ} of them others"
        raise NotWhatArrivedError(table, manifest.period, f"{rows.sent} rows", found)
    if table in _WHOLE:
        found_sums = _sums(context.engine.rows(what.totals_query(table, back)))
        _compare(table, manifest, found_sums)


def _compare(table: str, manifest: Manifest, found: _Sums) -> None:
    proved: dict[tuple[str, str], tuple[int, ...]] = {}
    for total in manifest.totals:
        if total.stage == "allocated":
            units = tuple(to_units(Decimal(amount)) for amount in total.amounts)
            payer = (total.billing_account, total.currency)
            before = proved.get(payer, (0,) * len(COST_COLUMNS))
            proved[payer] = tuple(a + b for a, b in zip(before, units, strict=True))
    nothing = (0,) * len(COST_COLUMNS)
    for payer in sorted(proved.keys() | found.keys()):
        for column, expected, there in zip(
            COST_COLUMNS, proved.get(payer, nothing), found.get(payer, nothing), strict=True
        ):
            if expected != there:
                words = [f"{text(from_units(units))} {payer[1]}" for units in (expected, there)]
                raise NotWhatArrivedError(f"{table}, {column}", manifest.period, *words)


def _sums(rows: Iterable[Row]) -> _Sums:
    return {
        (row.billing_account_id, row.billing_currency): row.units
        for row in read_rows(what.PayerCost, rows)
    }


def _views(
    published: Published, known: Mapping[str, Mapping[str, str]]
) -> dict[str, tuple[str, Mapping[str, str]]]:
    dimensions = [dimension.name for dimension in published.rulebook.dimensions]
    columns = {
        **known,
        **{f"by_{each}": what.by_dimension_columns(each) for each in dimensions},
    }
    return {view: (select, columns[view]) for view, select in what.views(known, dimensions).items()}


def _run_row(published: Published, digest: str) -> Sequence[object]:
    manifest, rulebook = published.manifest, published.rulebook
    written = next(file for file in manifest.inputs if file.role == "rulebook")
    return (
        *(manifest.period, manifest.run, digest, manifest.at, manifest.version),
        *(written.name, written.sha256, rulebook.owner),
        rulebook.dimension(rulebook.owner).default,
        rulebook.cost,
        _manifest_text(manifest),
    )


def _manifest_text(manifest: Manifest) -> str:
    return json.dumps(to_plain(manifest), separators=(",", ":"), sort_keys=True)


def _publish_outcome(published: Published, status: str, digest: str) -> Outcome:
    manifest = published.manifest
    rows = tuple(
        {
            "period": manifest.period,
            "run": manifest.run,
            "status": status,
            "currency": currency,
            "lines": lines,
            "cost": amounts[published.rulebook.cost],
            "manifest": digest,
        }
        for currency, lines, amounts in sums(manifest, "allocated")
    )
    seen = {
        "published": f"{manifest.period} is published, read back and equal to its proof.",
        "unchanged": f"{manifest.period} was published already; nothing was written.",
    }
    return Outcome(COLUMNS, rows, published.later, (seen[status],))


def _write(context: RunContext, query: Query, folder: Path) -> list[Path]:
    return list(map(local_path, context.engine.write(query, str(folder))))


def _new(scratch: Path, part: str) -> Path:
    folder = scratch / part
    folder.mkdir(parents=True, exist_ok=False)
    return folder
