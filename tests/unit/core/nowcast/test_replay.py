"""Past deliveries are replayed with what was known then, and never with what came later."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from apportion.core.nowcast.accuracy import ENOUGH_ERRORS, accuracy
from apportion.core.nowcast.replay import ALL_SERVICES, replay
from apportion.core.nowcast.triangles import BillArrivals, Change, ChargeClass
from apportion.model.period import Period

SEPTEMBER = Period(2026, 9)
BEGIN = datetime(2026, 9, 1, tzinfo=UTC)
SERVICES = ("Amazon EC2", "Amazon S3", "AWS Lambda")


def month(*, days: int, wave: int = 0) -> BillArrivals:
    """A delivery every 8 hours; days cost about 100, and fill up in 40 hours."""
    made = tuple(BEGIN + timedelta(hours=8 * n) for n in range(1, 3 * days + 1))
    changes = []
    for number, moment in enumerate(made, start=1):
        for day_number in range(days):
            day = date(2026, 9, 1) + timedelta(days=day_number)
            begin = BEGIN + timedelta(days=day_number)
            now, before = (
                min(max((at - begin) / timedelta(hours=40), 0.0), 1.0)
                for at in (moment, moment - timedelta(hours=8))
            )
            cost = Decimal(100 + wave * (day_number % 3 - 1))
            change = cost * (Decimal(str(round(now, 3))) - Decimal(str(round(before, 3))))
            changes += [
                Change(number, day, "USD", ChargeClass.of(service, "Usage"), change)
                for service in SERVICES
                if change
            ]
    return BillArrivals(SEPTEMBER, "1", made, tuple(changes))


def test_steady_days_are_estimated_with_little_error() -> None:
    found = replay([month(days=8)])
    assert found.estimates
    wape = accuracy(found.estimates).wape
    assert wape is not None
    assert wape < Decimal("0.01")
    assert {each.group for each in found.estimates} == {*SERVICES, ALL_SERVICES}


def test_all_services_together_are_the_sum_of_services() -> None:
    found = replay([month(days=8, wave=5)]).estimates
    services = [each for each in found if each.group != ALL_SERVICES]
    whole = [each for each in found if each.group == ALL_SERVICES]
    assert sum(each.estimate for each in services) == sum(each.estimate for each in whole)
    assert 0 < (accuracy(services).wape or 0) < Decimal("0.1")


def test_an_estimate_does_not_know_what_came_later() -> None:
    bill = month(days=10, wave=5)
    count = len(bill.made) - 9
    earlier, later = (
        Counter(replace(each, width=None) for each in replay([one]).estimates)
        for one in (bill.until(count), bill)
    )
    assert earlier
    assert earlier < later


def test_intervals_come_with_enough_errors_and_cover_the_truth() -> None:
    found = replay([month(days=30, wave=8)])
    first = [each for each in found.estimates if each.horizon == "0 to 24 h"]
    services = [each for each in first if each.group != ALL_SERVICES]
    assert all(each.width is None for each in services[:ENOUGH_ERRORS])
    measured = accuracy(services)
    assert measured.intervals > 40
    assert measured.covered is not None
    assert Decimal("0.8") <= measured.covered <= 1
    assert found.widths["0 to 24 h"] is not None
    assert found.widths.get("from 240 h") is None


def test_days_that_are_not_complete_yet_have_no_truth() -> None:
    bill = month(days=6)
    assert not replay([bill.until(3)]).estimates
    assert not replay([]).estimates
