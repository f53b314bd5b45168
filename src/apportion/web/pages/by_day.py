"""Cost by day of each value of a column: by owner after allocation, by other columns as billed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from apportion.core.dashboard import queries
from apportion.model.row import Row
from apportion.usecases.dashboard.run_cache import ScopedRun
from apportion.usecases.row_values import day_of
from apportion.web.page_context import OWNER, PageContext, money_of

OTHERS, SHARED = "all others", "shared cost"


def by_day(view: PageContext, run: ScopedRun, by: str) -> dict[str, dict[date, Decimal]]:
    """Sum the cost of each value of a column by day; for `OWNER`, cost after allocation."""
    sums: dict[str, dict[date, Decimal]] = {}
    for row in _day_rows(view, run, by):
        days = sums.setdefault(str(row["value"]), {})
        day = day_of(row["day"])
        days[day] = days.get(day, Decimal()) + money_of(row["total"])
    return sums


def _day_rows(view: PageContext, run: ScopedRun, by: str) -> list[Row]:
    owners: list[Row] = [
        {"value": row["owner"], **row} for row in run.rows(queries.owner_days_query(view.currency))
    ]
    if by == OWNER:
        return owners
    if view.full_access:
        return run.rows(queries.column_days_query(by, view.currency))
    direct = run.rows(queries.column_days_query(by, view.currency, pool=""))
    all_direct = run.rows(queries.column_days_query("", view.currency, pool=""))
    direct_days = {day_of(row["day"]): money_of(row["total"]) for row in all_direct}
    totals: dict[date, Decimal] = {}
    for row in owners:
        day = day_of(row["day"])
        totals[day] = totals.get(day, Decimal()) + money_of(row["total"])
    shared = [
        {"value": SHARED, "day": day, "total": amount - direct_days.get(day, Decimal())}
        for day, amount in totals.items()
    ]
    return [*direct, *shared]


def value_label(view: PageContext, by: str, value: str) -> str:
    """Write a value for people."""
    return value if by == OWNER or value == SHARED else view.value_label(by, value)
