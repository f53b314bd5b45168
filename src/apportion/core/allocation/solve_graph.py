"""Where cost ends when pools pass it on to each other: exactly, whatever the graph.

Ratios are kept as whole numbers that stand in proportion, so that they add up to one by
construction. What is divided here are those, never money.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from typing import Generic

from .rounding import Name, whole_numbers


@dataclass(frozen=True)
class Solution(Generic[Name]):
    """For each node, the smallest whole numbers in proportion to what reaches each end.

    Ends are what no arrow leaves. A node of a closed ring, where everything only goes round, is
    its own end; `rings` lists these groups.
    """

    parts: Mapping[Name, Mapping[Name, int]]
    rings: tuple[tuple[Name, ...], ...]


def solve(arrows: Mapping[Name, Mapping[Name, Fraction | int]]) -> Solution[Name]:
    """Follow every node's arrows to their ends; the keys of `arrows` are the nodes.

    Weights are zero or more, at least one positive; only their proportions count. Groups of nodes
    that serve each other are taken in the order of topology, and each is solved as the linear
    equations it is: what a node passes on = its arrows to the outside + its arrows to the others,
    followed further.
    """
    rows = {node: _positive(weights) for node, weights in arrows.items()}
    parts: dict[Name, dict[Name, int]] = {}
    rings = []
    for group in components(rows):
        inside = set(group)
        if all(inside.issuperset(rows[node]) for node in group):
            rings.append(tuple(sorted(group)))
            parts.update({node: {node: 1} for node in group})
        else:
            _settle(group, rows, parts)
    return Solution(parts, tuple(sorted(rings)))


def components(arrows: Mapping[Name, Mapping[Name, int]]) -> Iterator[list[Name]]:
    """Group the nodes that reach each other; a group comes after all groups it points to.

    Tarjan's algorithm with its own stack: a chain may be longer than Python lets calls nest.
    """
    number: dict[Name, int] = {}  # in the order of discovery
    lowest: dict[Name, int] = {}  # the first node known to be reached, among those still open
    still_open: dict[Name, None] = {}
    for root in arrows:
        trail = [] if root in number else [root]
        targets = {root: iter(arrows[root])}
        while trail:
            node = trail[-1]
            if node not in number:
                number[node] = lowest[node] = len(number)
                still_open[node] = None
            new = None
            for target in targets[node]:
                if target in still_open:
                    lowest[node] = min(lowest[node], number[target])
                elif target in arrows and target not in number:
                    new = target
                    break
            if new is not None:
                trail.append(new)
                targets[new] = iter(arrows[new])
                continue
            trail.pop()
            if trail:
                lowest[trail[-1]] = min(lowest[trail[-1]], lowest[node])
            if lowest[node] == number[node]:
                yield _close(node, still_open)


def _close(first: Name, still_open: dict[Name, None]) -> list[Name]:
    """Take a finished group off the stack: everything found since its first node."""
    group: list[Name] = []
    while not group or group[-1] != first:
        group.append(still_open.popitem()[0])
    return group


def _settle(
    group: list[Name],
    rows: Mapping[Name, Mapping[Name, int]],
    parts: dict[Name, dict[Name, int]],
) -> None:
    """Solve one group by Gauss elimination, adding its nodes to `parts`.

    Nothing is subtracted (the form of Grassmann, Taksar and Heyman), so weights stay positive.
    Someone in the group points outside it, so no row can run empty.
    """
    ahead: dict[Name, dict[Name, int]] = {}  # what a node passes to the nodes after it and to ends
    position = {node: place for place, node in enumerate(group)}
    for node in group:
        row = dict(rows[node])
        while before := [target for target in row if target in ahead]:
            first = min(before, key=position.__getitem__)
            row = _follow(row, first, ahead[first])
        # What a pool gives itself comes round again, and leaves in the proportions of the rest.
        row.pop(node, None)
        ahead[node] = row
    for node in reversed(group):
        row = ahead[node]
        for target in [target for target in row if target in parts]:
            row = _follow(row, target, parts[target])
        parts[node] = _positive(row)


def _follow(row: Mapping[Name, int], node: Name, onward: Mapping[Name, int]) -> dict[Name, int]:
    """Replace a node in a row by what it passes on."""
    whole, passing = sum(onward.values()), row[node]
    followed = {target: weight * whole for target, weight in row.items() if target != node}
    for target, weight in onward.items():
        followed[target] = followed.get(target, 0) + passing * weight
    common = gcd(*followed.values())  # without it the numbers would grow at every step
    return {target: weight // common for target, weight in followed.items()}


def _positive(weights: Mapping[Name, Fraction | int]) -> dict[Name, int]:
    positive = {target: weight for target, weight in weights.items() if weight > 0}
    assert positive, "a node without arrows is an end, not a node"
    return whole_numbers(positive)
