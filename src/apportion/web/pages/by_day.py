"""Cost of each value of a column by day: after allocation by owner, as billed by other columns."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from apportion.core.dashboard import queries
from apportion.model.row import Row
from apportion.usecases.dashboard.run_cache import ScopedRun
from apportion.usecases.row_values import day_of
from apportion.web.page_context import OWNER, PageContext, money_of

OTHERS, POOLS = "all others", "shared cost"


def by_day(view: PageContext, sight: ScopedRun, by: str) -> dict[str, dict[date, Decimal]]:
    """Add up the cost of each value of a column by day; by `OWNER`, the cost after allocation."""
    sums: dict[str, dict[date, Decimal]] = {}
    for row in _day_rows(view, sight, by):
        days = sums.setdefault(str(row["value"]), {})
        day = day_of(row["day"])
        days[day] = days.get(day, Decimal()) + money_of(row["total"])
    return sums


def _day_rows(view: PageContext, sight: ScopedRun, by: str) -> list[Row]:
    owners: list[Row] = [
        {"value": row["owner"], **row}
        for row in sight.rows(queries.owner_days_query(view.currency))
    ]
    if by == OWNER:
        return owners
    if view.everything:
        return sight.rows(queries.column_days_query(by, view.currency))
    own = sight.rows(queries.column_days_query(by, view.currency, pool=""))
    alone = sight.rows(queries.column_days_query("", view.currency, pool=""))
    own_days = {day_of(row["day"]): money_of(row["total"]) for row in alone}
    paid: dict[date, Decimal] = {}
    for row in owners:
        paid[day_of(row["day"])] = paid.get(day_of(row["day"]), Decimal()) + money_of(row["total"])
    shares = [
        {"value": POOLS, "day": day, "total": amount - own_days.get(day, Decimal())}
        for day, amount in paid.items()
    ]
    return [*own, *shares]


def named(view: PageContext, by: str, value: str) -> str:
    """The label of a value."""
    return value if by == OWNER or value == POOLS else view.called(by, value)
