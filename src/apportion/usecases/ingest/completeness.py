"""Compare what deliveries hold, charge by charge, as the ledger and the staged files say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from apportion.core.billing.contained_charges import (
    Compared,
    Held,
    contained_query,
    described_by,
    described_query,
)
from apportion.core.billing.retention import expired
from apportion.core.templates import name, query
from apportion.model.focus import COST_COLUMNS
from apportion.model.manifest import BillIdentity, DayHeld, Manifest
from apportion.model.money import text
from apportion.model.relation import Query, Relation
from apportion.model.row import Row
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import money_of, text_of


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
    before: Held, after: Held, context: RunContext, *, same_words: bool = True
) -> list[Compared]:
    """Compare two open deliveries; formats of other words are compared by account and day."""
    filled = [
        {column: int(str(found)) for column, found in row.items()}
        for one in (before, after)
        for row in context.engine.rows(described_query(one))
    ]
    columns = described_by(filled, same_words=same_words)
    rows = context.engine.rows(contained_query(before, after, columns))
    return [replace(_compared(row), by_lines=same_words) for row in rows]


def days_held(of: Held, context: RunContext) -> tuple[DayHeld, ...]:
    """Add up each day of a delivery."""
    days = query("usecases/ingest/days_held", costs=of.costs, keys=of.keys)
    return tuple(
        DayHeld(
            str(row["Day"]),
            text_of(row["Currency"]),
            int(str(row["Lines"])),
            tuple(text(money_of(row[column])) for column in COST_COLUMNS),
        )
        for row in context.engine.rows(days)
    )


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
    usage = sorted({account for _, account in accounts})
    return BillIdentity(
        provider=", ".join(filter(None, (text_of(row["provider"]) for row in rows))),
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


def _compared(row: Row) -> Compared:
    account, day = row["SubAccountId"], row["ChargeDay"]
    lines, new, common, lost, fewer = (
        int(str(row[column]))
        for column in ("Lines", "NewLines", "CommonLines", "LostLines", "FewerLines")
    )
    return Compared(
        text_of(row["BillingAccountId"]),
        text_of(row["BillingCurrency"]),
        None if account is None else str(account),
        None if day is None else str(day),
        lines=lines,
        new_lines=new,
        weight=money_of(row["Weight"]),
        new_weight=money_of(row["NewWeight"]),
        same_weight=money_of(row["SameWeight"]),
        same_billed=money_of(row["SameBilled"]),
        common_lines=common,
        common_billed=money_of(row["CommonBilled"]),
        lost_weight=money_of(row["LostWeight"]),
        lost_lines=lost,
        fewer_lines=fewer,
        redescribed=money_of(row["Redescribed"]),
        lost=tuple(money_of(row[column]) for column in COST_COLUMNS),
    )
