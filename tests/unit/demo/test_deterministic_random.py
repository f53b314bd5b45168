"""Numbers of the generator depend on nothing but their coordinates."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from apportion.demo.deterministic_random import hashes, uniform, whole


def test_the_numbers_are_the_same_on_every_machine() -> None:
    assert hashes(1, 2, 3, 4)[0] == 5692371235532957797
    assert whole(20260701, 1, 1000, np.array([0, 1, 2])).tolist() == [216, 987, 162]


@given(st.integers(0, 2**40), st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=20))
@example(0, [0])
@example(2**40, [-1, 0, 1])
def test_a_number_does_not_depend_on_those_beside_it(seed: int, places: list[int]) -> None:
    together = uniform(seed, 7, np.array(places))
    apart = [uniform(seed, 7, np.array([place]))[0] for place in places]

    assert together.tolist() == apart
    assert (together >= 0).all()
    assert (together < 1).all()


def test_numbers_fill_their_range_evenly() -> None:
    drawn = whole(1, 1, 10, np.arange(100_000))

    counts = np.bincount(drawn, minlength=10)
    assert len(counts) == 10
    assert abs(counts - 10_000).max() < 400


def test_purposes_are_apart() -> None:
    places = np.arange(1000)

    assert (hashes(1, 1, places) != hashes(1, 2, places)).all()
