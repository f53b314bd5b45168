"""Amounts are added up exactly, whatever they are stored in."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apportion.sources.text import read_amount, read_moment
from apportion.sources.totals.amounts import add_up, find_large

WIDE = Context(prec=100)


def units_of(amount: Decimal) -> int:
    """The definition: shortest decimal, eighteen places, half away from zero."""
    rounded = amount.quantize(Decimal("1e-18"), ROUND_HALF_UP, Context(prec=100))
    return int(rounded.scaleb(18, WIDE))


def total(array: pa.Array, nothing: tuple[str, ...] = ("", "NULL")) -> int:
    groups = np.arange(len(array)) % 3
    return sum(add_up(array, groups, nothing=nothing).units.values())


@settings(deadline=None)
@given(st.lists(st.floats(-1e19, 1e19) | st.none(), max_size=50))
@example([0.1, 0.2, 0.1 + 0.2])
@example([999.9999999999999, 1000.0, 1e15, 9007199254740993.0, 1e16, 1.5e18])
@example([5e-324, 5e-19, -5e-19, 4.999999999999999e-19, 1e-34, 1e-35])
@example([4.35, 4.349999999999999, 2.675, 1.005])
@example([123456.7890123456] * 40)
@example([0.0, -0.0, 0.0, 1.5, 0.0, 0.0, 0.0])
@example([262143.9999999999] * 9)
@example([90071992.5474099] * 3)
def test_a_double_is_its_shortest_decimal(values: list[float | None]) -> None:
    wanted = sum(units_of(Decimal(repr(value))) for value in values if value is not None)
    assert total(pa.array(values, pa.float64())) == wanted


TEN_PLACES = Decimal("1e-10")
below_2_to_18 = st.integers(-(2**18) * 10**10 + 1, 2**18 * 10**10 - 1).map(
    lambda steps: float(Decimal(steps) * TEN_PLACES)
)


@settings(deadline=None)
@given(st.lists(below_2_to_18 | st.floats(-(2.0**18), 2.0**18) | st.none(), max_size=20))
@example([262143.9999999999, -262143.9999999999, 1e-10, -1e-10, -0.0, 225179.9813685249])
@example([262144.0])
@example([-262144.0])
@example([5e-11])
@example([1.00000000001])
@example([float("nan")])
def test_amounts_of_ten_places_are_known(values: list[float | None]) -> None:
    sums = add_up(pa.array(values, pa.float64()), np.zeros(len(values), np.int64), nothing=())
    assert sums.ten_places == all(
        abs(value) < 2**18 and Decimal(repr(value)) % TEN_PLACES == 0
        for value in values
        if value is not None
    )


def test_what_is_no_double_has_no_ten_places() -> None:
    nought = np.zeros(1, np.int64)
    for array in (pa.array(["1.5"]), pa.array([1]), pa.array([1.5], pa.float32())):
        assert not add_up(array, nought, nothing=()).ten_places


@given(
    st.lists(
        st.decimals(-(10**19), 10**19, places=24) | st.decimals(-10, 10, places=18), max_size=30
    )
)
@example([Decimal("0.0000000000000000005"), Decimal("-0.0000000000000000005")])
@example([Decimal("99999999999999999999.999999999999999999")])
def test_text_is_what_it_shows(values: list[Decimal]) -> None:
    wanted = sum(map(units_of, values))
    assert total(pa.array([str(value) for value in values], pa.string())) == wanted
    assert total(pa.array([f"{value:E}" for value in values], pa.string())) == wanted


@given(st.integers(0, 24), st.lists(st.integers(-(10**37), 10**37), max_size=30))
@example(18, [10**37, 10**37, -1])
@example(0, [2**63, -(2**63), 1])
def test_decimals_of_any_scale(scale: int, numbers: list[int]) -> None:
    values = [Decimal(number).scaleb(-scale, WIDE) for number in numbers]
    values = [value for value in values if abs(value) < 10**19]
    array = pa.array(values, pa.decimal128(38, scale))
    assert total(array) == sum(map(units_of, values))
    assert total(pa.concat_arrays([array, array]).slice(len(values))) == total(array)


def test_integers_and_small_floats() -> None:
    assert total(pa.array([1, None, -3], pa.int32())) == -2 * 10**18
    assert total(pa.array([2**63], pa.uint64())) == 2**63 * 10**18
    assert total(pa.array([0.1, 0.7], pa.float32())) == 8 * 10**17
    assert total(pa.array([None, None], pa.null())) == 0


@pytest.mark.parametrize("text", ["1e-8", "4.7E-8", "+1.50", ".5", "5.", " 7 ", "1E+3", "-0"])
def test_forms_of_numbers(text: str) -> None:
    assert total(pa.array([text])) == units_of(Decimal(text.strip()))


@pytest.mark.parametrize(
    "text",
    ["NaN", "inf", "1,5", "1_000", "0x10", "1E0x4", "6E+-3", "--1", "1e", ".", "1 2", "7E26", "٣"],
)
def test_what_is_no_amount_is_reported_with_its_place(text: str) -> None:
    sums = add_up(pa.array(["1", "NULL", text, "2"]), np.zeros(4, np.int64), nothing=("", "NULL"))
    assert sums.bad == [(2, text)]
    assert sums.units == {0: 3 * 10**18}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e20, -1e300])
def test_doubles_that_are_no_amounts(value: float) -> None:
    sums = add_up(pa.array([None, 1.0, value]), np.zeros(3, np.int64), nothing=())
    assert [place for place, _ in sums.bad] == [2]


@pytest.mark.parametrize(
    "array",
    [
        pa.array(["1", "-1e15"]),
        pa.array(["1", "-999999999999999.9999999999999999999"]),
        pa.array([None, 10**15]),
        pa.array([1.0, -1e15]),
        pa.array([Decimal(1), Decimal(10**15)]),
    ],
    ids=lambda array: str(array.type),
)
def test_the_largest_amount_is_known_whatever_it_is_stored_in(array: pa.Array) -> None:
    sums = add_up(array, np.zeros(2, np.int64), nothing=())
    assert sums.largest == 10**33
    assert [place for place, _ in find_large(array, most=10**33)] == [1]
    assert find_large(array, most=10**33 + 1) == []


def test_rounding_is_counted() -> None:
    texts = ["0.0000000000000000005", "0.0000000000000000014", "1"]
    sums = add_up(pa.array(texts), np.zeros(3, np.int64), nothing=())
    assert sums.rounded == 2
    assert sums.change == Decimal("1e-19")
    assert sums.units == {0: 2 + 10**18}


def test_long_sums_do_not_overflow() -> None:
    most = pa.array([999.999999999999] * 200_000)
    sums = add_up(most, np.zeros(200_000, np.int64), nothing=())
    assert sums.units == {0: 999_999_999_999_999 * 10**6 * 200_000}


def test_a_hostile_number_takes_no_time() -> None:
    assert read_amount("9" * 1_000_000) is None
    assert read_amount("1e999999999") is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2024-09-01 00:00:00", "2024-09-01T00:00:00+00:00"),
        ("2023-11-01T00:00:00.000Z", "2023-11-01T00:00:00+00:00"),
        ("2026-09-01 00:00:00+00:00", "2026-09-01T00:00:00+00:00"),
        ("2026-09-01 01:00:00+02:00", "2026-08-31T23:00:00+00:00"),
        ("2024-02-29", "2024-02-29T00:00:00+00:00"),
        ("2018-06-01 00:00:00 UTC", "2018-06-01T00:00:00+00:00"),
    ],
)
def test_forms_of_moments(text: str, wanted: str) -> None:
    moment = read_moment(text)
    assert moment is not None
    assert moment.isoformat() == wanted


@pytest.mark.parametrize("text", ["", "NULL", "2023-02-29", "soon", "01/09/2024", "20240901T"])
def test_what_is_no_moment(text: str) -> None:
    assert read_moment(text) is None
