"""Chains, cycles and rings of pools are settled exactly."""

from __future__ import annotations

import doctest
import random
from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from apportion.core.allocation import solve_graph
from apportion.core.allocation.solve_graph import components, solve

Arrows = dict[str, dict[str, int]]


def ratios(arrows: Arrows, node: str) -> dict[str, Fraction]:
    parts = solve(arrows).parts[node]
    return {end: Fraction(part, sum(parts.values())) for end, part in parts.items()}


def test_the_example_in_the_documentation_holds() -> None:
    assert doctest.testmod(solve_graph) == (0, 3)


def test_a_pool_alone_passes_on_by_its_weights() -> None:
    assert ratios({"p": {"A": 45, "B": 30, "C": 25}}, "p") == {
        "A": Fraction(45, 100),
        "B": Fraction(30, 100),
        "C": Fraction(25, 100),
    }


def test_two_departments_that_serve_each_other() -> None:
    # Maintenance gives 20 % to Systems; Systems gives 10 % back. What reaches Machining of one
    # dollar of Maintenance is x = 0.3 + 0.2 y, of one of Systems y = 0.8 + 0.1 x.
    both = {
        "maintenance": {"systems": 20, "machining": 30, "assembly": 50},
        "systems": {"maintenance": 10, "machining": 80, "assembly": 10},
    }
    assert ratios(both, "maintenance")["machining"] == Fraction(46, 98)
    assert ratios(both, "systems")["machining"] == Fraction(83, 98)


def test_a_ring_of_three_with_one_way_out_ends_there() -> None:
    ring = {"a": {"b": 1}, "b": {"c": 1}, "c": {"a": 3, "X": 1}}
    assert solve(ring).parts == {"a": {"X": 1}, "b": {"X": 1}, "c": {"X": 1}}
    assert solve(ring).rings == ()


def test_what_a_pool_uses_itself_leaves_with_the_rest() -> None:
    assert ratios({"p": {"p": 50, "A": 30, "B": 20}}, "p") == {
        "A": Fraction(3, 5),
        "B": Fraction(2, 5),
    }


def test_a_closed_ring_keeps_what_comes_to_each() -> None:
    closed = {"a": {"b": 1}, "b": {"a": 1}, "into": {"a": 1, "X": 3}, "self": {"self": 1}}
    solution = solve(closed)
    assert solution.rings == (("a", "b"), ("self",))
    assert solution.parts == {
        "a": {"a": 1},
        "b": {"b": 1},
        "self": {"self": 1},
        "into": {"a": 1, "X": 3},
    }


def test_a_chain_longer_than_calls_can_nest() -> None:
    chain = {f"p{n:04}": {f"p{n + 1:04}": 1, "X": 1, "Y": 1} for n in range(4999)}
    chain["p4999"] = {"Y": 1}
    parts = solve(chain).parts["p0000"]
    # Each passes on a third to X, so X ends with the sum of 3 ** -n up to 4,999.
    assert Fraction(parts["X"], sum(parts.values())) == (1 - Fraction(1, 3**4999)) / 2


def test_a_cycle_longer_than_calls_can_nest() -> None:
    cycle = {f"p{n:04}": {f"p{(n + 1) % 5000:04}": 1} for n in range(5000)}
    cycle["p2500"]["X"] = 1
    assert solve(cycle).parts["p0000"] == {"X": 1}
    del cycle["p2500"]["X"]
    assert len(solve(cycle).rings[0]) == 5000


def test_a_group_comes_after_all_it_points_to() -> None:
    arrows = {"a": {"b": 1}, "b": {"c": 1, "d": 1}, "c": {"b": 1}, "d": {"e": 1}, "e": {"X": 1}}
    assert [sorted(group) for group in components(arrows)] == [["e"], ["d"], ["b", "c"], ["a"]]


nodes = st.sampled_from("pqrstu")
targets = st.sampled_from("pqrstuABC")
graphs = st.dictionaries(
    nodes,
    st.dictionaries(targets, st.integers(0, 1000), min_size=1, max_size=5).filter(
        lambda weights: any(weights.values())
    ),
    max_size=6,
)


def reached(arrows: Arrows, node: str) -> set[str]:
    seen, waiting = set(), [node]
    while waiting:
        at = waiting.pop()
        for target, weight in arrows.get(at, {}).items():
            if weight and target not in seen:
                seen.add(target)
                waiting.append(target)
    return seen


@given(graphs)
@example({"p": {"p": 1}})
@example({"p": {"q": 1}, "q": {"p": 1, "A": 0}})
@example({"p": {"q": 1, "A": 1}, "q": {"r": 1, "B": 1}, "r": {"p": 1, "C": 1}})
@example({"p": {"q": 1, "r": 1}, "q": {"q": 1}, "r": {"s": 1, "p": 1}, "s": {"r": 1, "A": 1}})
def test_every_graph_satisfies_its_equations(arrows: Arrows) -> None:
    solution = solve(arrows)
    closed = {node for ring in solution.rings for node in ring}
    exact = {node: ratios(arrows, node) for node in arrows}
    for node, weights in arrows.items():
        reach = reached(arrows, node)
        # A ring is closed when all that can be reached from it leads back to it.
        assert (node in closed) == all(node in reached(arrows, other) for other in reach)
        assert set(exact[node]) <= closed | (reach - set(arrows))
        if node in closed:
            assert exact[node] == {node: 1}
            continue
        passed_on: dict[str, Fraction] = {}
        for target, weight in weights.items():
            for end, part in exact.get(target, {target: Fraction(1)}).items():
                share = Fraction(weight, sum(weights.values())) * part
                passed_on[end] = passed_on.get(end, Fraction()) + share
        assert exact[node] == {end: part for end, part in passed_on.items() if part}


@given(graphs, st.randoms(use_true_random=False))
def test_the_order_of_pools_and_arrows_does_not_matter(
    arrows: Arrows, chance: random.Random
) -> None:
    shuffled = {
        node: dict(chance.sample(list(arrows[node].items()), len(arrows[node])))
        for node in chance.sample(list(arrows), len(arrows))
    }
    assert solve(shuffled) == solve(arrows)
