"""Split shared cost: from the cost of pools to the shares of owners."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from apportion.model.findings.finding import Finding
from apportion.model.inputs import Driver
from apportion.model.period import Period
from apportion.model.rulebook import Method, Pool
from apportion.model.split import PoolCost, Share, Spend, Step, Units

from .driver_values import driver_values
from .rounding import Proportions
from .solve_graph import solve
from .split_inputs import InputKind, SplitInputs, Target
from .split_trace import SplitTrace
from .weights import PoolWeights


@dataclass(frozen=True)
class SplitResult:
    """The shares of owners in pools, the steps that cost took, and findings; all are sorted.

    For every pool cost and every cost column, the shares add up to it exactly.
    """

    shares: tuple[Share, ...]
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]


def split_pools(  # noqa: PLR0913 - all that decides a split, each named by the caller
    pools: Sequence[Pool],
    *,
    method: Method,
    costs: Iterable[PoolCost],
    spend: Iterable[Spend],
    drivers: Mapping[str, Driver],
    owners: Mapping[str, frozenset[str]],
    partitions: Mapping[tuple[str, str, str], frozenset[str]],
    default_owner: str,
    period: Period,
    cost_index: int,
) -> SplitResult:
    """Split the cost of pools among owners, through other pools if they get a part of it.

    `pools` are in the rulebook's order, `drivers` by the file that a split names, `owners` by
    currency; `partitions` are the owners with cost in a value of a dimension that a pool is split
    within, by dimension, currency and value. `cost_index` is the cost column in which findings
    state amounts. Costs that differ only in their amount are added up first; a cost that is zero in
    every column has no shares. Currencies are split apart from each other.
    """
    inputs = SplitInputs(
        {pool.name: pool for pool in pools},
        method,
        _by_pool(spend),
        {file: driver_values(driver, period) for file, driver in drivers.items()},
        owners,
        partitions,
        default_owner,
    )
    trace = SplitTrace(inputs, cost_index)
    split = [
        of_cost
        for alike in _by_numbers(inputs, _added(costs))
        for of_cost in _split_group(inputs, alike, trace)
    ]
    split.sort(key=lambda of_cost: of_cost[0])
    shares = tuple(share for _cost, found in split for share in found)
    return SplitResult(shares, trace.steps(), trace.findings())


def _by_pool(spend: Iterable[Spend]) -> dict[tuple[str, str], tuple[Spend, ...]]:
    rows: dict[tuple[str, str], list[Spend]] = defaultdict(list)
    for row in spend:
        rows[row.pool, row.currency].append(row)
    return {key: tuple(found) for key, found in rows.items()}


def _added(costs: Iterable[PoolCost]) -> list[PoolCost]:
    """Add up costs of the same pool, payer, day and partition; leave out those that are zero."""
    added: dict[PoolCost, Units] = {}
    for cost in costs:
        key = replace(cost, units=())
        before = added.get(key, (0,) * len(cost.units))
        added[key] = tuple(map(sum, zip(before, cost.units, strict=True)))
    return [replace(key, units=units) for key, units in added.items() if any(units)]


def _by_numbers(inputs: SplitInputs, costs: Iterable[PoolCost]) -> list[list[PoolCost]]:
    """Group the costs of a currency by days that are split by the same numbers."""
    by_day: dict[tuple[str, date], list[PoolCost]] = defaultdict(list)
    for cost in costs:
        by_day[cost.currency, cost.day].append(cost)
    alike: dict[tuple[object, ...], list[PoolCost]] = defaultdict(list)
    for (currency, day), found in by_day.items():
        numbers = (inputs.driver_day(pool, day) for pool in inputs.pools.values())
        alike[currency, *numbers] += found
    return list(alike.values())


class _Payment(NamedTuple):
    """One payer of a node: the places of its ends in the proportions, and their ratio."""

    owner: str
    kept: bool
    ratio: Fraction
    ends: tuple[int, ...]


@dataclass(frozen=True)
class _Node:
    """Where the cost of a node ends: prepared once for the costs of all days and payers."""

    proportions: Proportions[Target]
    payments: tuple[_Payment, ...]
    kept: tuple[int, ...]  # the places of ends that are not owners

    @classmethod
    def of(cls, inputs: SplitInputs, parts: Mapping[Target, int]) -> _Node:
        proportions = Proportions.of(parts)
        kept = (at for at, end in enumerate(proportions.names) if end.kind is not InputKind.OWNER)
        return cls(proportions, tuple(_payments(inputs, proportions)), tuple(kept))


_Order = tuple[str, str, str, date, str]


def _split_group(
    inputs: SplitInputs, costs: list[PoolCost], trace: SplitTrace
) -> Iterator[tuple[_Order, list[Share]]]:
    """Split costs of one currency whose days are all split by the same numbers.

    Yields the shares of each cost, in the order of owners, with its place in the result.
    """
    currency = costs[0].currency
    weighed = _weigh_all(costs, trace)
    solution = solve({node: weighing.ratios for node, weighing in weighed.items()})
    nodes = {
        node: _Node.of(inputs, solution.parts[node]) for node in dict.fromkeys(map(_node, costs))
    }
    ring_of = {node: ring for ring in solution.rings for node in ring}
    for cost in costs:
        node = nodes[_node(cost)]
        parts = node.proportions.divide(cost.units)
        assert _added_up(parts) == cost.units
        trace.keep(currency, ring_of, {node.proportions.names[at]: parts[at] for at in node.kept})
        place = (cost.pool, currency, cost.billing_account, cost.day, cost.within)
        shares = [
            Share(*place, owner, ratio, _added_up([parts[at] for at in ends]), kept)
            for owner, kept, ratio, ends in node.payments
        ]
        yield place, shares


def _added_up(parts: Sequence[Units]) -> Units:
    """Add up each cost column of one part or more."""
    return parts[0] if len(parts) == 1 else tuple(map(sum, zip(*parts, strict=True)))


def _node(cost: PoolCost) -> Target:
    return Target(cost.pool, InputKind.POOL, cost.within)


def _weigh_all(costs: Sequence[PoolCost], trace: SplitTrace) -> dict[Target, PoolWeights]:
    """Weigh the pools of these costs, the pools that get a part of them, and so on."""
    weighed: dict[Target, PoolWeights] = {}
    days = sorted({cost.day for cost in costs})
    currency = costs[0].currency
    waiting = sorted(set(map(_node, costs)))
    while waiting:
        node = waiting.pop()
        if node not in weighed:
            weighed[node] = trace.weigh(node, currency=currency, days=days)
            waiting += [target for target in weighed[node].ratios if target.kind is InputKind.POOL]
    return weighed


def _payments(inputs: SplitInputs, proportions: Proportions[Target]) -> Iterator[_Payment]:
    """Group ends by payer; an end that is not an owner is a pool whose keeper pays."""
    ends: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for at, end in enumerate(proportions.names):
        kept = end.kind is not InputKind.OWNER
        ends[inputs.keeper(end.name) if kept else end.name, kept].append(at)
    whole = sum(proportions.numbers)
    for (owner, kept), found in sorted(ends.items()):
        ratio = Fraction(sum(proportions.numbers[at] for at in found), whole)
        yield _Payment(owner, kept, ratio, tuple(found))
