"""Money is divided to the last unit, whatever the amount and the weights."""

from __future__ import annotations

import doctest
import random
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apportion.core.allocation import rounding
from apportion.core.allocation.rounding import (
    NoWeightError,
    apportion,
    apportion_all,
    round_together,
    whole_numbers,
)

LONGEST = 10**38 - 1  # all 38 digits of a DECIMAL(38, 18)

amounts = st.integers(-LONGEST, LONGEST)
weights = st.dictionaries(
    st.text(max_size=3),
    st.integers(0, 10**20) | st.fractions(0, 10**6),
    min_size=1,
    max_size=12,
).filter(lambda found: any(found.values()))


def test_the_examples_in_the_documentation_hold() -> None:
    assert doctest.testmod(rounding) == (0, 5)


def test_one_cent_among_three_goes_to_the_first_by_name() -> None:
    assert apportion(1, {"C": 1, "A": 1, "B": 1}) == {"A": 1, "B": 0, "C": 0}


def test_units_left_over_go_to_those_who_lost_most() -> None:
    # 10 by 2 : 1 : 4 is 2.86, 1.43 and 5.71: two units are left, B lost least.
    assert apportion(10, {"A": 2, "B": 1, "C": 4}) == {"A": 3, "B": 1, "C": 6}


def test_ice_shares_a_fee_of_300_by_what_others_cost() -> None:
    assert apportion(300, {"a": 5000, "b": 3000, "c": 1500, "d": 500}) == {
        "a": 150,
        "b": 90,
        "c": 45,
        "d": 15,
    }


def test_who_weighs_nothing_gets_nothing_even_of_the_units_left_over() -> None:
    assert apportion(2, {"A": 0, "B": 1, "C": 1, "D": 1}) == {"A": 0, "B": 1, "C": 1, "D": 0}


@pytest.mark.parametrize("wrong", [{}, {"A": 0}, {"A": 0, "B": Fraction(0)}, {"A": 2, "B": -1}])
def test_no_one_to_share_with_is_an_error_that_reports_it(wrong: dict[str, int]) -> None:
    with pytest.raises(NoWeightError, match="not all zero"):
        apportion(1, wrong)


@given(amounts, weights)
@example(1, {"A": 1, "B": 1, "C": 1})
@example(-1, {"A": 1, "B": 1, "C": 1})
@example(LONGEST, {"A": 1, "B": 1, "C": 1})
@example(-LONGEST, {"A": Fraction(1, 3), "B": Fraction(1, 7), "C": 10**20})
@example(0, {"A": 1})
def test_parts_add_up_and_are_right_to_less_than_a_unit(
    units: int, weighted: dict[str, Fraction | int]
) -> None:
    parts = apportion(units, weighted)
    whole = sum(map(Fraction, weighted.values()))
    assert sum(parts.values()) == units
    assert list(parts) == sorted(weighted)
    assert all(abs(parts[name] - units * weighted[name] / whole) < 1 for name in weighted)


@given(amounts, weights)
def test_a_credit_is_split_like_the_cost_it_takes_back(
    units: int, weighted: dict[str, Fraction | int]
) -> None:
    assert apportion(-units, weighted) == {
        name: -part for name, part in apportion(units, weighted).items()
    }


@given(amounts, weights, st.randoms(use_true_random=False), st.fractions(Fraction(1, 999), 999))
def test_only_proportions_count(
    units: int,
    weighted: dict[str, Fraction | int],
    chance: random.Random,
    factor: Fraction,
) -> None:
    shuffled = chance.sample(sorted(weighted), len(weighted))
    scaled = {name: weighted[name] * factor for name in shuffled}
    assert apportion(units, scaled) == apportion(units, weighted)


@given(st.tuples(amounts, amounts, amounts, amounts), weights)
def test_every_cost_column_is_split_by_the_same_weights(
    units: tuple[int, ...], weighted: dict[str, Fraction | int]
) -> None:
    columns = [apportion(amount, weighted) for amount in units]
    assert apportion_all(units, weighted) == {
        name: tuple(column[name] for column in columns) for name in weighted
    }


def test_whole_numbers_are_the_smallest_in_proportion() -> None:
    assert whole_numbers({"A": Fraction(1, 6), "B": Fraction(1, 4), "C": 0}) == {
        "A": 2,
        "B": 3,
        "C": 0,
    }
    assert whole_numbers({"A": 40, "B": 60}) == {"A": 2, "B": 3}


fractions = st.dictionaries(
    st.sampled_from("ABCDEF"), st.fractions(-1000, 1000, max_denominator=999), max_size=6
)


@given(fractions)
@example({"A": Fraction(1, 2), "B": Fraction(1, 2), "C": Fraction(-1, 2)})
@example({"A": Fraction(1, 3), "B": Fraction(1, 3), "C": Fraction(1, 3)})
@example({"A": Fraction(0), "B": Fraction(1, 2)})
def test_amounts_that_are_rounded_together_add_up_to_their_rounded_sum(
    amounts: dict[str, Fraction],
) -> None:
    rounded = round_together(amounts)
    exact = sum(amounts.values(), Fraction())
    assert abs(sum(rounded.values()) - exact) <= Fraction(1, 2)
    assert all(abs(rounded[name] - amounts[name]) < 1 for name in amounts)
    assert all(not rounded[name] for name in amounts if not amounts[name])
    turned = round_together({name: -amount for name, amount in amounts.items()})
    assert turned == {name: -count for name, count in rounded.items()}
