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
from apportion.core.templates import name, sql
from apportion.model.focus import COST_COLUMNS
from apportion.model.manifest import BillIdentity, DayHeld, Manifest
from apportion.model.money import text
from apportion.model.row import Row
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import money_of, text_of


def held_now(context: RunContext) -> Held:
    """What stands open as `costs` and `keys`."""
    return Held("costs", "keys", _columns("keys", context))


def open_delivery(delivery: Manifest, context: RunContext) -> Held:
    """Open an earlier delivery under names of its own."""
    names = {}
    for table in ("costs", "keys"):
        names[table] = f"{table} of {delivery.run}"
        context.engine.open_parquet(names[table], context.ledger.files(table, delivery))
    return Held(names["costs"], names["keys"], _columns(names["keys"], context))


def compare_held(
    before: Held, after: Held, context: RunContext, *, same_words: bool = True
) -> list[Compared]:
    """Compare two open deliveries; formats of other words are compared by account and day."""
    filled = [
        {column: int(str(found)) for column, found in row.items()}
        for held in (before, after)
        for row in context.engine.rows(described_query(held))
    ]
    columns = described_by(filled, same_words=same_words)
    rows = context.engine.rows(contained_query(before, after, columns))
    return [replace(_compared(row), by_lines=same_words) for row in rows]


def days_held(context: RunContext) -> tuple[DayHeld, ...]:
    """Add up each day of what stands open as `costs` and `keys`."""
    return tuple(
        DayHeld(
            str(row["Day"]),
            text_of(row["Currency"]),
            int(str(row["Lines"])),
            tuple(text(money_of(row[column])) for column in COST_COLUMNS),
        )
        for row in context.engine.rows(sql("usecases/ingest/days_held"))
    )


def identity_of(
    accounts: Sequence[tuple[str, str]], details: Mapping[str, str], context: RunContext
) -> BillIdentity:
    """Identify the bill; `accounts` are its payers with their usage accounts."""
    rows = context.engine.rows(
        f"SELECT DISTINCT {name('ServiceProviderName')} AS provider FROM keys ORDER BY 1"
        if "ServiceProviderName" in _columns("keys", context)
        else "SELECT '' AS provider"
    )
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


def _columns(view: str, context: RunContext) -> frozenset[str]:
    rows = context.engine.rows(f"DESCRIBE {name(view)}")
    return frozenset(str(row["column_name"]) for row in rows)


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
