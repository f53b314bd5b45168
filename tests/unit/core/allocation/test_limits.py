"""Shares stay between their least and their most, and add up to one."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from apportion.core.allocation.limits import ImpossibleLimitsError, limit

F = Fraction


def percent(**numbers: int) -> dict[str, Fraction]:
    return {name: F(number, 100) for name, number in numbers.items()}


def test_without_limits_shares_are_proportional() -> None:
    assert limit({"A": F(3), "B": F(1)}, least={}, most={}) == percent(A=75, B=25)


def test_a_least_is_taken_from_the_others_in_proportion() -> None:
    weights = {"A": F(60), "B": F(30), "C": F(10)}
    assert limit(weights, least=percent(C=40), most={}) == percent(A=40, B=20, C=40)


def test_a_most_is_given_to_the_others_in_proportion() -> None:
    weights = {"A": F(60), "B": F(30), "C": F(10)}
    assert limit(weights, least={}, most=percent(A=40)) == percent(A=40, B=45, C=15)


def test_capping_one_may_lift_the_next_to_its_own_cap() -> None:
    weights = {"A": F(70), "B": F(20), "C": F(10)}
    assert limit(weights, least={}, most=percent(A=40, B=30)) == percent(A=40, B=30, C=30)


def test_what_no_one_with_a_weight_may_take_is_shared_by_the_others_or_left() -> None:
    weights = {"A": F(5), "B": F(0), "C": F(0)}
    most = percent(A=60)
    assert limit(weights, least={}, most=most) == percent(A=60, B=20, C=20)
    assert limit(weights, least={}, most=most, leftover_to="pool") == percent(
        A=60, B=0, C=0, pool=40
    )
    assert limit(weights, least=percent(B=10), most=most, leftover_to="pool") == percent(
        A=60, B=10, C=0, pool=30
    )


@pytest.mark.parametrize(
    ("least", "most", "expected"),
    [
        (percent(A=60, B=50), {}, "least shares of 110 %"),
        ({}, percent(A=40, B=50), "most shares of 90 %"),
        (percent(A=30), percent(A=20), "least above the most"),
    ],
)
def test_limits_that_cannot_be_kept_are_reported(
    least: dict[str, Fraction], most: dict[str, Fraction], expected: str
) -> None:
    with pytest.raises(ImpossibleLimitsError, match=expected):
        limit({"A": F(1), "B": F(1)}, least=least, most=most)


parts = st.integers(0, 100).map(lambda part: F(part, 100))
limits = st.dictionaries(st.sampled_from("ABCDE"), parts, max_size=5)


@given(
    st.dictionaries(st.sampled_from("ABCDE"), st.integers(0, 50).map(F), min_size=1),
    limits,
    limits,
)
@example({"A": F(1)}, percent(A=100), percent(A=100))
@example({"A": F(1), "B": F(0)}, {}, percent(A=0))
@example({"A": F(9), "B": F(1), "C": F(1)}, percent(B=30, C=30), percent(A=40))
def test_water_filling_has_one_level_for_all_whom_no_limit_holds(
    weights: dict[str, Fraction], least: dict[str, Fraction], most: dict[str, Fraction]
) -> None:
    try:
        shares = limit(weights, least=least, most=most)
    except ImpossibleLimitsError:
        low = sum(least.get(name, F(0)) for name in weights)
        high = sum(most.get(name, F(1)) for name in weights)
        crossed = any(least.get(name, 0) > most.get(name, 1) for name in weights)
        assert low > 1 or high < 1 or crossed
        return
    assert sum(shares.values()) == 1
    assert all(least.get(name, 0) <= shares[name] <= most.get(name, 1) for name in weights)
    # At one level for all: who is above it is held by a least, who is below it by a most.
    free = [
        shares[name] / weights[name]
        for name in weights
        if weights[name] and least.get(name, 0) < shares[name] < most.get(name, 1)
    ]
    assert len(set(free)) <= 1
    assume(free)
    for name, weight in weights.items():
        if shares[name] < weight * free[0]:
            assert shares[name] == most[name]
        if shares[name] > weight * free[0]:
            assert shares[name] == least[name]
