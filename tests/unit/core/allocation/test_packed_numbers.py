"""Packed vectors give back their numbers, and are multiplied as a matrix is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from apportion.core.allocation.packed_numbers import Slots, combine


@given(st.lists(st.integers(0, 2**70), min_size=1))
def test_what_is_packed_is_unpacked(numbers: list[int]) -> None:
    slots = Slots.holding(len(numbers), max(numbers))
    assert slots.unpack(slots.pack(numbers)) == numbers


def test_packed_columns_are_multiplied_as_a_matrix() -> None:
    slots = Slots.holding(2, 1000)
    columns = [slots.pack([1, 2]), slots.pack([30, 4])]
    assert slots.unpack(combine(columns, [7, 20])) == [607, 94]
