"""Owners' estimates add up to those of all charges, direct and shared."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from apportion.core.nowcast.accuracy import horizon_of
from apportion.core.nowcast.development import Development, Link
from apportion.core.nowcast.owner_days import ClassCost, Completeness, estimate_owners
from apportion.core.nowcast.triangles import BillArrivals, ChargeClass, Developments
from apportion.model.period import Period

MADE = datetime(2026, 9, 4, 12, tzinfo=UTC)  # the fourth day is half a day old
BILL = BillArrivals(Period(2026, 9), "1", (MADE,), ())
#: Half is billed after 36 hours, all after 72: days 1 and 2 complete, 3 half, 4 a sixth.
HALVES = Development((36.0, 60.0), (0.5, 1.0), (Link(2.0, 0.0, 1.0, 9),), 9)


def known(width: str | None = None) -> Completeness:
    usage = ChargeClass("", "", monthly=False)
    half = None if width is None else Decimal(width)
    widths = {horizon_of(age): half for age in range(100)}
    return Completeness([BILL], {"1": BILL}, Developments({usage: HALVES}), widths)


def cost(day: int, amount: str, owner: str = "a", *, service: str = "EC2") -> ClassCost:
    shared = service == "(shared)"
    groups = {"team": owner}
    return ClassCost(
        date(2026, 9, day), "USD", "1", service, "Usage", not shared, Decimal(amount), groups
    )


def pool(day: int, amount: str) -> ClassCost:
    return cost(day, amount, service="Network")._replace(groups={})


def test_direct_cost_is_estimated_by_class_and_owner() -> None:
    rows = [cost(day, "12") for day in (1, 2)] + [cost(day, "6", "b") for day in (1, 2)]
    found = estimate_owners([*rows, cost(3, "6"), cost(3, "3", "b"), cost(4, "2")], [], known())
    by = {(day.day, *group): one for (day, group, _), one in found.sums.items()}
    assert {key: one.expected for key, one in by.items()} == {
        (1, "a"): 12,
        (2, "a"): 12,
        (3, "a"): 12,
        (1, "b"): 6,
        (2, "b"): 6,
        (3, "b"): 6,
        (4, "a"): pytest.approx(Decimal(12)),
        (4, "b"): pytest.approx(Decimal("4.166667")),  # nothing billed yet: 6 * (5 / 6) ** 2
    }
    assert by[4, "b"].billed == 0


def test_shared_cost_is_scaled_to_the_expected_cost_of_pools() -> None:
    shares = [cost(1, "3", service="(shared)"), cost(1, "1", "b", service="(shared)")]
    shares += [cost(3, "1.5", service="(shared)"), cost(3, "0.5", "b", service="(shared)")]
    pools = [pool(1, "4"), pool(2, "4"), pool(3, "2")]
    more = [cost(2, "3", service="(shared)"), cost(2, "1", "b", service="(shared)")]
    found = estimate_owners([*shares, *more], pools, known())
    by = {(day.day, *group): one.expected for (day, group, _), one in found.sums.items()}
    assert (by[3, "a"], by[3, "b"]) == (3, 1)
    assert by[4, "a"] == 3 * by[4, "b"] > 0, "pools without cost yet are split like the day before"
    whole = estimate_owners([row._replace(direct=True, groups={}) for row in pools], [], known())
    assert sum(by.values()) == sum(one.expected for one in whole.sums.values())


def test_a_class_that_is_not_known_counts_as_billed_and_is_listed() -> None:
    new = cost(4, "7")._replace(category="Tax")
    found = estimate_owners([new], [], known())
    ((_, one),) = found.sums.items()
    assert (one.billed, one.expected, one.unknown) == (7, 7, 7)
    assert {of.charge_class.category: amount for of, amount in found.unknown.items()} == {"Tax": 7}


def test_intervals_are_of_what_is_still_expected_to_change() -> None:
    rows = [cost(1, "10"), cost(2, "10"), cost(3, "5")]
    widths = {
        day.day: one.half
        for (day, _, _), one in estimate_owners(rows, [], known("0.1")).sums.items()
    }
    assert (widths[1], widths[3]) == (0, 1)
    unknown = estimate_owners(rows, [], known()).sums
    assert {day.day: one.half for (day, _, _), one in unknown.items()}[3] is None


def test_refunds_are_estimated_like_cost() -> None:
    found = estimate_owners([cost(1, "-4"), cost(2, "-4"), cost(3, "-2")], [], known())
    assert {day.day: one.expected for (day, _, _), one in found.sums.items()}[3] == -4
