"""The paths by which shared cost reaches its payers, for explanations.

Paths are distinguished by the last pool before the payer, so that the paths of a share add up to
it, also if cost circulates between pools before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from apportion.model.rulebook import Rulebook
from apportion.model.split import Step

from .rounding import apportion
from .solve_graph import Solution, solve

#: A pool and the partition of it.
Node = tuple[str, ...]

_KEPT = "kept"


@dataclass(frozen=True, order=True)
class SharePath:
    """The owner where cost ends, and the last pool before it; `ring` if it only circulates."""

    owner: str
    kept: bool
    last: Node
    ring: bool = False


@dataclass(frozen=True, eq=False)
class Graph:
    """The steps of one currency that hold on a day, by the pool that they leave."""

    rulebook: Rulebook
    steps: Mapping[Node, tuple[Step, ...]]
    _ways: dict[Node, Mapping[SharePath, int]] = field(default_factory=dict)
    _factors: dict[tuple[Node, SharePath], Mapping[str, Fraction]] = field(default_factory=dict)
    _between: dict[tuple[Node, Node], list[Step]] = field(default_factory=dict)
    _arriving: dict[tuple[Node, tuple[Node, ...]], Fraction] = field(default_factory=dict)

    @classmethod
    def of(cls, rulebook: Rulebook, steps: Iterable[Step]) -> Graph:
        """Group the steps of a day; steps of the whole period hold on each day."""
        found: dict[Node, list[Step]] = {}
        for step in steps:
            found.setdefault((step.pool, step.within), []).append(step)
        return cls(rulebook, {node: tuple(arrows) for node, arrows in found.items()})

    def landing(self, step: Step) -> Node:
        """The pool, or partition of it, that a step leads to."""
        same = self._partitions[step.target] == self._partitions[step.pool]
        return step.target, step.within if same else ""

    def ways(self, node: Node) -> Mapping[SharePath, int]:
        """The paths from a pool to all payers, with whole numbers in proportion."""
        if node not in self._ways:
            self._ways[node] = self._find_ways(node)
        return self._ways[node]

    def ratio(self, node: Node, way: SharePath) -> Fraction:
        """The ratio of a pool's cost that takes one path."""
        ways = self.ways(node)
        return Fraction(ways[way], sum(ways.values())) if way in ways else Fraction(1)

    def split(self, units: int, node: Node, *, owner: str, kept: bool) -> dict[SharePath, int]:
        """Split an owner's share of a pool's cost over its paths; exact."""
        parts = {
            way: part
            for way, part in self.ways(node).items()
            if (way.owner, way.kept) == (owner, kept)
        }
        if not parts:
            return {SharePath(owner, kept, node): units}
        named = {(str(at),): part for at, part in enumerate(parts.values())}
        return dict(zip(parts, _in_order(apportion(units, named)), strict=True))

    def arriving(self, start: Node, at: Sequence[Node]) -> Fraction:
        """The ratio of a pool's cost that reaches any of some pools, counted at the first arrival.

        Cost that starts at one of them is followed until it comes back.
        """
        if (start, tuple(at)) not in self._arriving:
            self._arriving[start, tuple(at)] = self._find_arriving(start, at)
        return self._arriving[start, tuple(at)]

    def factors(self, start: Node, way: SharePath) -> Mapping[str, Fraction]:
        """The factors of a path's ratio: reaches pool * passed on / (1 - returns)."""
        if (start, way) not in self._factors:
            self._factors[start, way] = self._find_factors(start, way)
        return self._factors[start, way]

    def coming_round(self, node: Node) -> Fraction:
        """The ratio of a pool's cost that comes back to it."""
        return self.arriving(node, [node]) if self.between(node, node) else Fraction()

    def between(self, start: Node, last: Node) -> list[Step]:
        """The steps that lead from one pool to another, nearest first."""
        if (start, last) not in self._between:
            self._between[start, last] = self._find_between(start, last)
        return self._between[start, last]

    def given(self, way: SharePath) -> list[Step]:
        """The steps from the last pool of a path to its payer."""
        return [
            step
            for step in self.steps.get(way.last, ())
            if not step.target_is_pool and (step.target, is_kept(step)) == (way.owner, way.kept)
        ]

    def _find_ways(self, node: Node) -> Mapping[SharePath, int]:
        found: dict[SharePath, int] = {}
        for end, part in self._solved.parts.get(node, {}).items():
            way = (
                self._stuck(end)
                if len(end) == 2
                else SharePath(end[0], bool(end[1]), (end[2], end[3]))
            )
            found[way] = found.get(way, 0) + part
        return found

    def _find_arriving(self, start: Node, at: Sequence[Node]) -> Fraction:
        cut = {node: targets for node, targets in self._edges.items() if node not in at}
        # The first step starts at an extra node, so that cost that comes back ends at the pool.
        begin = (*start, "begin")
        ends = solve({**cut, begin: self._edges[start]}).parts[begin]
        here = sum(part for end, part in ends.items() if end in at)
        return Fraction(here, sum(ends.values()))

    def _find_factors(self, start: Node, way: SharePath) -> Mapping[str, Fraction]:
        ratio = self.ratio(start, way)
        given = sum((step.ratio for step in self.given(way)), Fraction())
        if not given:
            return {"ratio": ratio}
        factors = {"ratio": ratio, "passed on": given}
        comes_round = self.coming_round(way.last)
        if way.last != start:
            factors["reaches pool"] = Fraction(ratio * (1 - comes_round), given)
        return factors | ({"returns": comes_round} if comes_round else {})

    def _find_between(self, start: Node, last: Node) -> list[Step]:
        ahead = self._reached(start, self._onward)
        behind = self._reached(last, self._backward)
        return [
            step
            for node in ahead
            if node in behind
            for step in self.steps.get(node, ())
            if step.target_is_pool and self.landing(step) in behind
        ]

    @cached_property
    def _solved(self) -> Solution[tuple[str, ...]]:
        return solve(self._edges)

    @cached_property
    def _edges(self) -> Mapping[tuple[str, ...], Mapping[tuple[str, ...], Fraction]]:
        return {node: self._targets(node) for node in self.steps}

    @cached_property
    def _partitions(self) -> Mapping[str, str]:
        """The dimension that each pool is split within."""
        return {pool.name: pool.within for pool in self.rulebook.pools}

    def _targets(self, node: Node) -> dict[tuple[str, ...], Fraction]:
        """A node's steps; the name of an end includes the last pool, so that paths stay apart."""
        targets: dict[tuple[str, ...], Fraction] = {}
        for step in self.steps[node]:
            end: tuple[str, ...] = (step.target, _KEPT if is_kept(step) else "", *node)
            target = self.landing(step) if step.target_is_pool else end
            targets[target] = targets.get(target, Fraction()) + step.ratio
        return targets

    def _stuck(self, node: tuple[str, ...]) -> SharePath:
        """The path of cost that only circulates."""
        pool = next(pool for pool in self.rulebook.pools if pool.name == node[0])
        default = self.rulebook.dimension(self.rulebook.owner).default
        return SharePath(pool.owner or default, kept=True, last=(node[0], node[1]), ring=True)

    @cached_property
    def _onward(self) -> Mapping[Node, Sequence[Node]]:
        return {
            node: [self.landing(step) for step in steps if step.target_is_pool]
            for node, steps in self.steps.items()
        }

    @cached_property
    def _backward(self) -> Mapping[Node, Sequence[Node]]:
        back: dict[Node, list[Node]] = {}
        for node, targets in self._onward.items():
            for target in targets:
                back.setdefault(target, []).append(node)
        return back

    @staticmethod
    def _reached(start: Node, neighbours: Mapping[Node, Sequence[Node]]) -> list[Node]:
        found = {start: None}
        for node in (waiting := [start]):
            new = [other for other in neighbours.get(node, ()) if other not in found]
            found.update(dict.fromkeys(new))
            waiting += dict.fromkeys(new)
        return list(found)


def is_kept(step: Step) -> bool:
    """Whether the cost of a step stays with the pool's keeper."""
    return not step.target_is_pool and step.driver.endswith(f", {_KEPT}")


def _in_order(parts: Mapping[tuple[str], int]) -> list[int]:
    """Take parts back in the order in which they were numbered."""
    return [parts[(str(at),)] for at in range(len(parts))]
