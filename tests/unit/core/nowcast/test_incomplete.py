"""A day is incomplete until nearly all of its expected cost is billed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from apportion.core.nowcast.development import Development, Link
from apportion.core.nowcast.incomplete import incomplete_days
from apportion.core.nowcast.triangles import BillArrivals, Change, ChargeClass, Developments
from apportion.model.period import Period

USAGE = ChargeClass("S3", "Usage", monthly=False)
TAX = ChargeClass("S3", "Tax", monthly=True)
HALVES = Development((36.0, 60.0), (0.5, 1.0), (Link(2.0, 0.0, 1.0, 9),), 9)
MADE = (datetime(2026, 9, 4, 12, tzinfo=UTC),)


def bill(*costs: tuple[int, str], of: ChargeClass = USAGE) -> BillArrivals:
    changes = (Change(1, date(2026, 9, day), "USD", of, Decimal(amount)) for day, amount in costs)
    return BillArrivals(Period(2026, 9), "1", MADE, tuple(changes))


def found(bill: BillArrivals) -> dict[int, tuple[Decimal, Decimal]]:
    days = incomplete_days([bill], Developments({USAGE: HALVES}))
    return {day.day: (one.billed, one.expected) for (day, _), one in days.items()}


def test_days_with_cost_to_come_are_listed_with_it() -> None:
    days = found(bill((1, "12"), (2, "12"), (3, "6"), (4, "2")))
    assert days == {3: (6, 12), 4: (2, 12)}


def test_complete_days_days_without_cost_and_tax_are_not_listed() -> None:
    assert found(bill((1, "12"), (2, "12"), of=TAX)) == {}
    assert found(bill((1, "0"), (2, "0"))) == {}
    assert list(found(bill((1, "12"), (2, "12")))) == [3, 4]


def test_refunds_to_come_make_a_day_incomplete() -> None:
    assert found(bill((1, "-12"), (2, "-12"), (3, "-6"), (4, "-2"))) == {
        3: (-6, -12),
        4: (-2, -12),
    }
