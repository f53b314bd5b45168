"""Cost by day of each value of a column: by owner after allocation, by other columns as billed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from apportion.core.dashboard import queries
from apportion.core.dashboard.page_rows import ValueDay
from apportion.core.reporting.explain import added
from apportion.usecases.dashboard.run_cache import ScopedRun
from apportion.web.page_context import OWNER, PageContext

OTHERS, SHARED = "all others", "shared cost"


def by_day(view: PageContext, run: ScopedRun, by: str) -> dict[str, dict[date, Decimal]]:
    """Sum the cost of each value of a column by day; for `OWNER`, cost after allocation."""
    sums: dict[str, dict[date, Decimal]] = {}
    for row in _day_rows(view, run, by):
        days = sums.setdefault(row.value, {})
        days[row.day] = days.get(row.day, Decimal()) + row.total
    return sums


def _day_rows(view: PageContext, run: ScopedRun, by: str) -> list[ValueDay]:
    owners = run.rows(queries.owner_days_query(view.currency))
    if by == OWNER:
        return owners
    if view.full_access:
        return run.rows(queries.column_days_query(by, view.currency))
    direct = run.rows(queries.column_days_query(by, view.currency, pool=""))
    all_direct = run.rows(queries.column_days_query("", view.currency, pool=""))
    direct_days = {row.day: row.total for row in all_direct}
    totals: dict[date, Decimal] = {}
    for row in owners:
        totals[row.day] = totals.get(row.day, Decimal()) + row.total
    shared = [
        ValueDay(SHARED, day, amount - direct_days.get(day, Decimal()))
        for day, amount in totals.items()
    ]
    return [*direct, *shared]


def value_label(view: PageContext, by: str, value: str) -> str:
    """Write a value for people."""
    return value if by == OWNER or value == SHARED else view.value_label(by, value)


def unfinished_note(view: PageContext, not_billed: Iterable[Decimal] = ()) -> str:
    """Sentences about hatched days, after a space; empty if every day is complete."""
    days = view.run.unfinished_days(view.currency)
    if not days:
        return ""
    rest = added(not_billed)
    amount = f" About {view.money(rest)} more is expected." if rest else ""
    which = str(days[0]) if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return f" Hatched days are not billed completely ({which}): lower cost is no saving.{amount}"
