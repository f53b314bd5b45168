"""Lifting finds the same parts as elimination, exactly."""

from __future__ import annotations

import random
from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from apportion.core.allocation.rounding import whole_numbers
from apportion.core.allocation.solve_graph import solve
from apportion.core.allocation.solve_large_group import solve_large_group

Edges = dict[str, dict[str, int]]
NODES, ENDS = "pqrstu", "ABC"
weights = st.integers(0, 10) | st.integers(0, 10**30)
graphs = st.dictionaries(
    st.sampled_from(NODES),
    st.dictionaries(st.sampled_from(NODES + ENDS), weights, min_size=1),
    min_size=1,
)


def reaching_an_end(edges: Edges) -> Edges:
    """The nodes from which an end is reached, with their positive weights."""
    reach = set(ENDS)
    while more := {
        node
        for node in edges.keys() - reach
        if any(weight and to in reach for to, weight in edges[node].items())
    }:
        reach |= more
    return {
        node: {to: weight for to, weight in row.items() if weight and to in reach}
        for node, row in edges.items()
        if node in reach
    }


@given(graphs.map(reaching_an_end).filter(bool))
@example({"p": {"p": 50, "A": 30, "B": 20}})
@example({"p": {"q": 1, "A": 4}, "q": {"p": 1, "B": 1}})
@example({"p": {"q": 10**40, "A": 1}, "q": {"p": 10**40, "B": 1}})
def test_the_parts_are_those_of_elimination(edges: Edges) -> None:
    found = solve_large_group(list(edges), edges)
    assert {node: whole_numbers(row) for node, row in found.items()} == solve(edges).parts


def test_a_dense_group_of_pools_satisfies_its_equations() -> None:
    chance = random.Random(7)
    pools = [f"p{number:02}" for number in range(40)]
    edges = {
        pool: {to: chance.randint(1, 10**6) for to in (*pools, "A", "B", "outside") if to != pool}
        for pool in pools
    }
    edges["outside"] = {"B": 1, "C": 2}
    parts = solve(edges).parts
    exact = {
        node: {end: Fraction(part, sum(row.values())) for end, part in row.items()}
        for node, row in parts.items()
    }
    for node, row in edges.items():
        for end in "ABC":
            passed_on = sum(
                weight * exact.get(to, {to: Fraction(1)}).get(end, Fraction())
                for to, weight in row.items()
            )
            assert exact[node].get(end, Fraction()) == passed_on / sum(row.values())
