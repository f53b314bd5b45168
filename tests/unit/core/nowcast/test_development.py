"""Development factors and standard errors are those of Mack's paper, for late and negative cost."""

from __future__ import annotations

from itertools import accumulate

import pytest

from apportion.core.nowcast.development import Row, amount_at, develop, places

#: The claims of Taylor and Ashe, which Mack's paper takes as its example: amounts of each year.
TAYLOR_ASHE = (
    (357848, 766940, 610542, 482940, 527326, 574398, 146342, 139950, 227229, 67948),
    (352118, 884021, 933894, 1183289, 445745, 320996, 527804, 266172, 425046),
    (290507, 1001799, 926219, 1016654, 750816, 146923, 495992, 280405),
    (310608, 1108250, 776189, 1562400, 272482, 352053, 206286),
    (443160, 693190, 991983, 769488, 504851, 470639),
    (396132, 937085, 847498, 805037, 705960),
    (440832, 847631, 1131398, 1063269),
    (359480, 1061648, 1443370),
    (376686, 986608),
    (344014,),
)
#: Of each year from the second on: what is still to come, and its standard error (Mack 1993,
#: table 1 of the example; in thousands as printed there).
MACK = (
    *((95, 76), (470, 122), (710, 134), (985, 261), (1419, 411)),
    *((2178, 558), (3920, 875), (4279, 971), (4626, 1363)),
)
AGES = tuple(float(year) for year in range(1, 11))


def mack_triangle() -> list[Row]:
    rows = [list(accumulate(row)) for row in TAYLOR_ASHE]
    return [[*map(float, row), *[None] * (10 - len(row))] for row in rows]


def test_reserves_and_standard_errors_are_those_of_the_paper() -> None:
    triangle = mack_triangle()
    found = develop(triangle, AGES)
    assert found
    results = []
    for row in triangle[1:]:
        known = [amount for amount in row if amount is not None]
        age = float(len(known))
        final = known[-1] / found.billed_at(age)
        results.append((final - known[-1], found.standard_error(age, final)))
    assert [(round(r / 1000), round(e / 1000)) for r, e in results] == list(MACK)


def test_the_part_is_linear_between_two_ages_and_one_after_the_last() -> None:
    found = develop([(10.0, 20.0, 40.0), (30.0, 60.0, 120.0)], (6.0, 12.0, 24.0))
    assert found
    assert [found.billed_at(age) for age in (0, 3, 6, 9, 12, 18, 24, 100, -1)] == [
        *(0, 0.125, 0.25, 0.375, 0.5, 0.75, 1, 1, 0),
    ]


def test_credits_develop_like_cost() -> None:
    found = develop([(-10.0, -20.0), (-30.0, -60.0)], (6.0, 12.0))
    assert found
    assert found.billed == (0.5, 1.0)
    assert found.standard_error(6.0, -80.0) == pytest.approx(0.0)


def test_where_cost_and_credits_cancel_out_nothing_is_known() -> None:
    assert develop([(-10.0, 20.0), (10.0, -20.0)], (6.0, 12.0)) is None
    assert develop([(-10.0, 20.0)], (6.0, 12.0)) is None


def test_ages_at_which_nothing_is_billed_have_no_part() -> None:
    found = develop([(0.0, 0.0, 5.0, 10.0), (0.0, 0.0, 15.0, 30.0)], (6.0, 12.0, 18.0, 24.0))
    assert found
    assert found.ages == (6.0, 12.0, 18.0, 24.0)
    assert found.billed == (0.0, 0.0, 0.5, 1.0)
    assert found.standard_error(6.0, 40.0) == pytest.approx(0.0)


def test_one_day_or_none_gives_a_development_or_none() -> None:
    one = develop([(5.0, 10.0)], (6.0, 12.0))
    assert one
    assert (one.billed, one.days) == ((0.5, 1.0), 1)
    assert develop([], (6.0, 12.0)) is None
    assert develop([(None, 10.0)], (6.0, 12.0)) is None


def test_late_ages_that_no_two_deliveries_show_are_no_change() -> None:
    triangle = [(10.0, 20.0, None, None), (None, None, 7.0, None), (None, None, None, 8.0)]
    ages = (24.0, 48.0, 96.0, 240.0)
    assert develop(triangle, ages) is None
    found = develop(triangle, ages, settled=48.0)
    assert found
    assert found.billed == (0.5, 1.0, 1.0, 1.0)
    assert develop(triangle[1:], ages, settled=48.0) is None, "nothing was seen to change"


def test_amounts_between_deliveries_that_are_near_are_interpolated() -> None:
    found = places([20.0, 30.0, 100.0], (10.0, 20.0, 25.0, 60.0, 120.0))
    assert found == [(-1, 0.5), (0, 0.0), (0, 0.5), None, None]
    amounts = [4.0, 8.0, 9.0]
    assert [amount_at(amounts, place) for place in found if place] == [2.0, 4.0, 6.0]


def test_deliveries_of_old_days_are_near_at_a_quarter_of_their_age() -> None:
    assert places([300.0, 400.0], (360.0,)) == [(0, 0.6)]
    assert places([200.0, 400.0], (360.0,)) == [None]
