"""Classes develop by the age of their days, or of their month; rare classes like wider ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from apportion.core.nowcast.triangles import BillArrivals, Change, ChargeClass, age_of, learn
from apportion.model.period import Period

SEPTEMBER = Period(2026, 9)
BEGIN = datetime(2026, 9, 1, tzinfo=UTC)
EC2, TAX = ChargeClass.of("Amazon EC2", "Usage"), ChargeClass.of("Amazon EC2", "Tax")


def filling(
    charge_class: ChargeClass, curve: Sequence[tuple[int, int]], *, days: int, until: int = 240
) -> BillArrivals:
    """Days that cost 100, billed in steps of (hours of age, percent); a delivery every 6 hours."""
    made = tuple(BEGIN + timedelta(hours=6 * n) for n in range(1, until // 6 + 1))
    changes = []
    for day in (date(2026, 9, 1) + timedelta(days=n) for n in range(days)):
        begin, before = datetime(day.year, day.month, day.day, tzinfo=UTC), 0
        for number, moment in enumerate(made, start=1):
            age = (moment - begin) / timedelta(hours=1)
            now = max((percent for after, percent in curve if age >= after), default=0)
            if now != before:
                change = Decimal(now - before)
                changes.append(Change(number, day, "USD", charge_class, change))
            before = now
    return BillArrivals(SEPTEMBER, "1", made, tuple(changes))


def test_days_fill_up_by_their_age() -> None:
    learned = learn([filling(EC2, [(18, 20), (30, 80), (42, 100)], days=7)])
    at = [BEGIN + timedelta(days=8, hours=hours) for hours in (12, 18, 30, 36, 42, 100)]
    parts = [learned.part_of(EC2, date(2026, 9, 9), SEPTEMBER, made) for made in at]
    assert parts == pytest.approx([0, 0.2, 0.8, 0.8, 1, 1])
    assert learned.part_of(EC2, date(2026, 9, 9), SEPTEMBER, BEGIN) is None, "before it began"


def test_a_class_of_few_days_is_read_from_its_category_and_then_from_all() -> None:
    many = filling(EC2, [(18, 50), (42, 100)], days=7)
    rare = ChargeClass.of("New Service", "Usage")
    few = filling(rare, [(18, 10), (42, 100)], days=2)
    learned = learn([many, few])
    of_rare, of_usage = learned.of(rare, 24), learned.of(EC2._replace(service=""), 24)
    assert of_rare is of_usage is not None
    assert of_usage.days == 9
    assert learned.of(ChargeClass.of("Unknown", "Usage"), 24) is of_usage
    assert learned.of(TAX, 24) is None, "monthly charges are never read from daily ones"


def test_a_class_that_was_not_seen_to_its_end_teaches_nothing() -> None:
    young = filling(EC2, [(18, 50)], days=7, until=36)
    assert learn([young]).of(EC2, 24) is None
    assert learn([]).of(EC2, 24) is None


def test_a_class_that_was_only_seen_late_is_read_from_wider_ones_while_it_is_young() -> None:
    many = filling(EC2, [(18, 50), (42, 100)], days=7)
    late = ChargeClass.of("Late Service", "Usage")
    made = tuple(moment + timedelta(days=6) for moment in many.made)
    changes = tuple(Change(1, date(2026, 9, day), "USD", late, Decimal(100)) for day in range(1, 6))
    learned = learn([many, BillArrivals(SEPTEMBER, "2", made, changes)])
    at = datetime(2026, 9, 10, 18, tzinfo=UTC)
    young, old = (learned.part_of(late, date(2026, 9, day), SEPTEMBER, at) for day in (10, 2))
    assert young == learned.part_of(EC2, date(2026, 9, 10), SEPTEMBER, at) == pytest.approx(0.5)
    assert old == 1


def test_tax_grows_by_the_age_of_its_month_and_is_known_only_after_a_month() -> None:
    made = tuple(BEGIN + timedelta(days=n) for n in range(1, 36))
    changes = tuple(Change(n, date(2026, 9, 1), "USD", TAX, Decimal(10)) for n in range(1, 34))
    whole = BillArrivals(SEPTEMBER, "1", made, changes)
    october = Period(2026, 10)
    half = datetime(2026, 10, 16, 12, tzinfo=UTC)  # the middle of 31 days
    part = learn([whole]).part_of(TAX, date(2026, 10, 1), october, half)
    assert part == pytest.approx(15 / 33, rel=1e-3)
    assert learn([whole.until(20)]).part_of(TAX, date(2026, 10, 1), october, half) is None


def test_the_age_of_monthly_charges_counts_a_month_as_thirty_days() -> None:
    begin = date(2026, 10, 1)
    ages = [
        age_of(TAX, begin, Period(2026, 10), datetime(2026, 10, 1, tzinfo=UTC) + timedelta(days=n))
        for n in (0, 31, 33)
    ]
    assert ages == pytest.approx([0, 720, 768])


def test_support_is_monthly_and_usage_daily() -> None:
    kinds = (("AWS Support (Business)", "Usage"), ("Amazon EC2", "Purchase"), ("S3", "Usage"))
    assert [ChargeClass.of(*kind).monthly for kind in kinds] == [True, True, False]


def test_an_older_delivery_that_is_ingested_again_shows_no_age() -> None:
    bill = filling(EC2, [(18, 50), (42, 100)], days=7)
    older = (*bill.made, BEGIN + timedelta(hours=3))
    back = Change(len(older), date(2026, 9, 1), "USD", EC2, Decimal(-100))
    again = BillArrivals(SEPTEMBER, "1", older, (*bill.changes, back))
    assert learn([again]) == learn([bill])
