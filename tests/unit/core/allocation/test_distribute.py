"""An owner's share goes down to its projects and environments as its own cost lies."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from apportion.core.allocation.distribute import distribute

OTHERWISE = ("FIN", "none", "none")


def test_a_share_follows_direct_cost() -> None:
    weights = {("FIN", "web", "prod"): 300, ("FIN", "web", "dev"): 100}
    assert distribute((1000, 8), weights, otherwise=OTHERWISE) == {
        ("FIN", "web", "dev"): (250, 2),
        ("FIN", "web", "prod"): (750, 6),
    }


def test_where_credits_outweigh_cost_nothing_goes() -> None:
    weights = {("FIN", "web", "prod"): 300, ("FIN", "old", "prod"): -50, ("FIN", "new", "dev"): 0}
    assert distribute((10,), weights, otherwise=OTHERWISE) == {("FIN", "web", "prod"): (10,)}


def test_who_has_no_cost_of_its_own_gets_all_in_one_place() -> None:
    assert distribute((7, -7), {}, otherwise=OTHERWISE) == {OTHERWISE: (7, -7)}
    assert distribute((7, -7), {("FIN", "a", "b"): -1}, otherwise=OTHERWISE) == {OTHERWISE: (7, -7)}


@given(
    st.lists(st.integers(-(10**38), 10**38), min_size=4, max_size=4).map(tuple),
    st.dictionaries(st.tuples(st.text(max_size=2), st.text(max_size=2)), st.integers(-5, 10**30)),
)
@example((1, -1, 10**38 - 1, 0), {("a", "b"): 1, ("a", "c"): 1, ("a", "d"): 1})
def test_nothing_is_lost_on_the_way_down(
    share: tuple[int, ...], weights: dict[tuple[str, ...], int]
) -> None:
    parts = distribute(share, weights, otherwise=OTHERWISE)
    assert tuple(map(sum, zip(*parts.values(), strict=True))) == share
