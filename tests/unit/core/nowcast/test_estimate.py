"""Days are estimated from what is billed, how complete such days are, and the days before."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from apportion.core.nowcast.estimate import estimate_days, expected

FIRST = date(2026, 9, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(5)]


@pytest.mark.parametrize(
    ("billed", "part", "usual", "wanted"),
    [
        ("100", 1.0, "50", "100"),
        ("0", 0.0, "50", "50"),
        ("50", 0.5, "100", "100"),
        ("50", 0.5, "60", "90"),
        ("99", 0.99, "0", "99.99"),
        ("-50", 0.5, "-100", "-100"),
        ("10", 0.5, "-100", "-10"),
        ("0", 0.5, "0", "0"),
        ("105", 1.05, "100", "100"),
    ],
)
def test_the_usual_amount_counts_by_the_square_of_the_missing_part(
    billed: str, part: float, usual: str, wanted: str
) -> None:
    assert expected(Decimal(billed), part, Decimal(usual)) == Decimal(wanted)


def test_without_a_usual_amount_a_quarter_must_be_billed() -> None:
    assert expected(Decimal(30), 0.5, None) == 60
    assert expected(Decimal(30), 0.2, None) is None


def test_estimates_of_owners_add_up_to_that_of_their_class() -> None:
    one = expected(Decimal("12.5"), 0.625, Decimal(20))
    other = expected(Decimal("-2.5"), 0.625, Decimal(4))
    both = expected(Decimal(10), 0.625, Decimal(24))
    assert one is not None
    assert other is not None
    assert one + other == both


def test_the_usual_amount_is_that_of_the_last_complete_days() -> None:
    billed = dict(zip(DAYS, map(Decimal, (1000, 10, 20, 9, 0)), strict=True))
    parts = dict(zip(DAYS, (1.0, 1.0, 0.99, 0.5, 0.0), strict=True))
    found = estimate_days(billed, parts)
    assert found[DAYS[3]] == Decimal("17.25")  # 9 + 0.5 * (9 + 0.5 * 15)
    assert found[DAYS[4]] == 15


def test_a_day_without_cost_yet_is_estimated_and_one_without_cost_stays_without() -> None:
    found = estimate_days({DAYS[0]: Decimal(8)}, {DAYS[0]: 1.0, DAYS[1]: 0.5, DAYS[2]: 1.0})
    assert found == {DAYS[0]: 8, DAYS[1]: 2, DAYS[2]: 0}


def test_the_first_hours_of_a_month_have_no_estimate() -> None:
    assert estimate_days({FIRST: Decimal(1)}, {FIRST: 0.1}) == {FIRST: None}
    assert estimate_days({FIRST: Decimal(1)}, {FIRST: None}) == {FIRST: None}


def test_monthly_charges_have_no_usual_amount_of_a_day() -> None:
    parts = {DAYS[0]: 1.0, DAYS[1]: 0.5}
    billed = {DAYS[0]: Decimal(100), DAYS[1]: Decimal(3)}
    assert estimate_days(billed, parts, monthly=True)[DAYS[1]] == 6
