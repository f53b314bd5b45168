"""Compare what deliveries hold, charge by charge, as the ledger and the staged files say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from apportion.core.billing.contained_charges import (
    Compared,
    Held,
    contained_query,
    described_by,
    described_query,
    details_of,
)
from apportion.core.billing.retention import expired
from apportion.core.templates import name, query
from apportion.model.manifest import BillIdentity, DayHeld, Manifest
from apportion.model.money import text
from apportion.model.relation import Query, Relation
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import count_of, read_rows


def held(costs: Relation, keys: Relation, context: RunContext) -> Held:
    """What these views hold."""
    return Held(costs, keys, frozenset(context.engine.columns(keys)))


def open_delivery(delivery: Manifest, context: RunContext) -> Held:
    """Open an earlier delivery under names of its own."""
    costs, keys = (
        context.engine.open_parquet(
            f"{table} of {delivery.run}", context.ledger.files(table, delivery)
        )
        for table in ("costs", "keys")
    )
    return held(costs, keys, context)


def compare_held(
    before: Held,
    after: Held,
    context: RunContext,
    *,
    same_words: bool = True,
    with_details: bool = True,
    with_extras: bool = False,
) -> list[Compared]:
    """Compare two open deliveries; formats of other words are compared by account and day.

    Without details, charges are the same whatever their names, prices and invoices are; with
    extras, they are others if an `x_` column is another one.
    """
    filled = [
        {column: count_of(found) for column, found in row.items()}
        for one in (before, after)
        for row in context.engine.rows(described_query(one))
    ]
    columns = described_by(filled, same_words=same_words)
    same_details = same_words and with_details
    details = details_of(filled, same_words=same_details, with_extras=with_extras)
    rows = context.engine.rows(contained_query(before, after, columns, details))
    return [replace(compared, by_lines=same_words) for compared in read_rows(Compared, rows)]


class _Common(NamedTuple):
    n: int


def key_in_common(before: Held, after: Held, context: RunContext) -> bool:
    """Whether one key is in both deliveries, with all its descriptions."""
    common = query("usecases/ingest/keys_in_common", before=before.costs, after=after.costs)
    (found,) = read_rows(_Common, context.engine.rows(common))
    return found.n > 0


class _Day(NamedTuple):
    day: date
    currency: str
    lines: int
    amounts: tuple[Decimal, ...]


def days_held(of: Held, context: RunContext) -> tuple[DayHeld, ...]:
    """Add up each day of a delivery."""
    query_of_days = query("usecases/ingest/days_held", costs=of.costs, keys=of.keys)
    return tuple(
        DayHeld(str(row.day), row.currency, row.lines, tuple(map(text, row.amounts)))
        for row in read_rows(_Day, context.engine.rows(query_of_days))
    )


class _Provider(NamedTuple):
    provider: str


def identity_of(
    of: Held,
    accounts: Sequence[tuple[str, str]],
    details: Mapping[str, str],
    context: RunContext,
) -> BillIdentity:
    """Identify the bill; `accounts` are its payers with their usage accounts."""
    column = "ServiceProviderName"
    named = f"SELECT DISTINCT {name(column)} AS provider FROM {of.keys} ORDER BY 1"
    rows = context.engine.rows(Query.of(named, of.keys)) if column in of.columns else []
    providers = [row.provider for row in read_rows(_Provider, rows)]
    usage = sorted({account for _, account in accounts})
    return BillIdentity(
        provider=", ".join(filter(None, providers)),
        payers=tuple(sorted({payer for payer, _ in accounts})),
        export=details.get("export", ""),
        scope=f"account {usage[0]}" if len(usage) == 1 else f"{len(usage):,} accounts",
    )


def is_there(delivery: Manifest, runs: Sequence[Manifest]) -> bool:
    """Whether the ledger still has a delivery's files."""
    gone = expired(runs)
    return any(
        run.run == delivery.run and run.snapshots == delivery.snapshots and number not in gone
        for number, run in enumerate(runs, start=1)
    )
