"""Where cost ends when pools pass it on to each other: exactly, whatever the graph.

The problem
-----------
Pools and owners are a graph. An edge from a pool to a target carries a ratio of the pool's cost,
and the ratios of one pool add up to one. Owners have no edges: cost ends there. The question is
which part of each pool's cost ends with each owner, also if pools serve each other, so that cost
passes through the same pool again and again. In cost accounting this is the reciprocal method.

It is a linear system. With `P` the ratios between pools and `R` those from pools to ends, the
parts `X` (a row for each pool, a column for each end) are the solution of

    X = P·X + R,  that is  (I - P)·X = R

In probability, the same system gives the absorption probabilities of a Markov chain: pools are the
transient states, ends the absorbing ones.

An example
----------
The platform pool gives 1/5 of its cost to the data pool and 4/5 to owner A; the data pool gives 1/2
to the platform pool and 1/2 to owner B:

    platform = 1/5 data     + 4/5 A
    data     = 1/2 platform + 1/2 B

Put the second line into the first: platform = 1/10 platform + 1/10 B + 8/10 A. The cost that comes
back leaves again in the same proportions, so platform = 8/9 A + 1/9 B, and data = 4/9 A + 5/9 B:

    >>> edges = {"platform": {"data": 1, "A": 4}, "data": {"platform": 1, "B": 1}}
    >>> solve(edges).parts["platform"]
    {'A': 8, 'B': 1}
    >>> solve(edges).parts["data"]
    {'B': 5, 'A': 4}

The method
----------
1. `components` groups the pools that reach each other (strongly connected components). A group
   comes after all groups that it points to, so their solution is known. A pool in no cycle is a
   group by itself, and most rulebooks have no other.
2. In a group from which no edge leads outside, cost only circulates. Each pool is then its own end,
   and the group is reported as a closed ring.
3. Any other group is solved by elimination (`_eliminate`): in each pool's row, the pools before it
   are replaced by what they pass on; afterwards, from the last pool to the first, the pools after
   it.
4. In a large group in which most pools serve each other, the numbers of an elimination grow too
   long. `solve_large_group.py` solves it, with the same result.

Elimination has the form of Grassmann, Taksar and Heyman (1985): the pivot 1 - p, where p is the
part that comes back to a pool, is computed as the sum of the pool's other ratios, not by
subtraction. All numbers are therefore sums and products of positive numbers: no sign can change and
no digit is cancelled.

Numbers are integers. A row holds weights in proportion, not ratios; a step multiplies the row by
the sum of the row that it puts in, and divides it by the greatest common divisor. Nothing is
rounded, and the parts of a pool add up to one by construction. Money is not divided here; see
`rounding.py`.

Why it ends
-----------
A step replaces the first eliminated pool of a row by pools that come later in the group, or by
ends. So the position of the first one grows with each step, and a row of a group of k pools is
complete after fewer than k steps. No row becomes empty: some pool of the group points outside it,
and every pool of the group reaches that pool.

Cost
----
Grouping takes time in proportion to the edges. A pool outside of cycles takes one step for each
pool among its targets. A group of k pools with n ends takes about k² steps over rows of at most
k + n numbers. A number has at most about k times the digits of the weights, because the entries of
an eliminated row are minors of the integer matrix, or divisors of them. So it takes k³·n steps on
long numbers if all pools serve each other; `solve_large_group.py` has what it costs instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from typing import Generic

from .rounding import Name, whole_numbers
from .solve_large_group import solve_large_group

#: From this number of nodes on, a group is large ...
_LARGE = 24
#: ... if this part of all possible edges is there; elimination is faster if most are not.
_DENSE = Fraction(1, 32)


@dataclass(frozen=True)
class Solution(Generic[Name]):
    """For each node, the smallest whole numbers in proportion to the parts that reach each end.

    Ends are names without edges. A node of a closed ring, in which cost only circulates, is its own
    end; `rings` lists these groups.
    """

    parts: Mapping[Name, Mapping[Name, int]]
    rings: tuple[tuple[Name, ...], ...]


def solve(edges: Mapping[Name, Mapping[Name, Fraction | int]]) -> Solution[Name]:
    """Follow every node's edges to their ends; the keys of `edges` are the nodes.

    Weights are zero or more, at least one of them positive; only their proportions count.
    """
    rows = {node: _positive(weights) for node, weights in edges.items()}
    parts: dict[Name, dict[Name, int]] = {}
    rings = []
    for group in components(rows):
        inside = set(group)
        if all(inside.issuperset(rows[node]) for node in group):
            rings.append(tuple(sorted(group)))
            parts.update({node: {node: 1} for node in group})
        else:
            _follow(group, _to_later_nodes(group, rows), parts)
    return Solution(parts, tuple(sorted(rings)))


def components(edges: Mapping[Name, Mapping[Name, int]]) -> Iterator[list[Name]]:
    """Group the nodes that reach each other; a group comes after all groups it points to.

    Tarjan's algorithm with a path of its own: a chain may be longer than Python's recursion limit.
    """
    index: dict[Name, int] = {}  # in the order of discovery
    low_link: dict[Name, int] = {}  # the lowest index known to be reached, among nodes on the stack
    stack: dict[Name, None] = {}
    for root in edges:
        path = [] if root in index else [root]
        targets = {root: iter(edges[root])}
        while path:
            node = path[-1]
            if node not in index:
                index[node] = low_link[node] = len(index)
                stack[node] = None
            new = None
            for target in targets[node]:
                if target in stack:
                    low_link[node] = min(low_link[node], index[target])
                elif target in edges and target not in index:
                    new = target
                    break
            if new is not None:
                path.append(new)
                targets[new] = iter(edges[new])
                continue
            path.pop()
            if path:
                low_link[path[-1]] = min(low_link[path[-1]], low_link[node])
            if low_link[node] == index[node]:
                yield _pop_group(node, stack)


def _pop_group(first: Name, stack: dict[Name, None]) -> list[Name]:
    """Take a complete group off the stack: every node found since its first one."""
    group: list[Name] = []
    while not group or group[-1] != first:
        group.append(stack.popitem()[0])
    return group


def _to_later_nodes(
    group: list[Name], rows: Mapping[Name, Mapping[Name, int]]
) -> Mapping[Name, Mapping[Name, int]]:
    """Give rows with the same parts as a group's, without edges to the node or to earlier ones."""
    inside = set(group)
    edges = sum(target in inside for node in group for target in rows[node])
    if len(group) >= _LARGE and edges >= _DENSE * len(group) ** 2:
        return solve_large_group(group, rows)
    return _eliminate(group, rows)


def _eliminate(
    group: list[Name], rows: Mapping[Name, Mapping[Name, int]]
) -> dict[Name, dict[Name, int]]:
    """Replace the nodes before each node by what they pass on, without subtraction."""
    reduced: dict[Name, dict[Name, int]] = {}
    position = {node: at for at, node in enumerate(group)}
    for node in group:
        row = dict(rows[node])
        while before := [target for target in row if target in reduced]:
            first = min(before, key=position.__getitem__)
            row = _substitute(row, first, reduced[first])
        # The part that comes back to the node leaves again in the proportions of the others.
        row.pop(node, None)
        reduced[node] = row
    return reduced


def _follow(
    group: list[Name],
    reduced: Mapping[Name, Mapping[Name, int]],
    parts: dict[Name, dict[Name, int]],
) -> None:
    """Replace the nodes after each node by their parts, adding those of the group to `parts`."""
    for node in reversed(group):
        row = reduced[node]
        for target in [target for target in row if target in parts]:
            row = _substitute(row, target, parts[target])
        parts[node] = _positive(row)


def _substitute(
    row: Mapping[Name, int], node: Name, weights: Mapping[Name, int]
) -> dict[Name, int]:
    """Replace a node in a row by the targets to which it passes its cost on."""
    whole, passed_on = sum(weights.values()), row[node]
    result = {target: weight * whole for target, weight in row.items() if target != node}
    for target, weight in weights.items():
        result[target] = result.get(target, 0) + passed_on * weight
    common = gcd(*result.values())  # without it the numbers would grow with every step
    return {target: weight // common for target, weight in result.items()}


def _positive(weights: Mapping[Name, Fraction | int]) -> dict[Name, int]:
    # The numerator has the sign, and comparing a fraction takes ten times as long.
    positive = {target: weight for target, weight in weights.items() if weight.numerator > 0}
    assert positive, "a node without edges is an end, not a node"
    return whole_numbers(positive)
