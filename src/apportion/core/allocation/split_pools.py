"""Split shared cost: from the cost of pools to the shares of owners."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from apportion.model.findings.finding import Finding
from apportion.model.inputs import Driver
from apportion.model.period import Period
from apportion.model.rulebook import Method, Pool
from apportion.model.split import PoolCost, Share, Spend, Step, Units

from .driver_values import driver_values
from .rounding import apportion_all
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
    shares = [
        share
        for alike in _by_numbers(inputs, _added(costs))
        for share in _split_group(inputs, alike, trace)
    ]
    shares.sort(key=lambda s: (s.pool, s.currency, s.billing_account, s.day, s.within))
    return SplitResult(tuple(shares), trace.steps(), trace.findings())


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


@dataclass(frozen=True)
class _Payment:
    """One payer of a node: its ends in the graph, and their ratio."""

    owner: str
    kept: bool
    ratio: Fraction
    ends: tuple[Target, ...]


def _split_group(inputs: SplitInputs, costs: list[PoolCost], trace: SplitTrace) -> Iterator[Share]:
    """Split costs of one currency whose days are all split by the same numbers."""
    currency = costs[0].currency
    weighed = _weigh_all(costs, trace)
    solution = solve({node: weighing.ratios for node, weighing in weighed.items()})
    payments = {
        node: _payments(inputs, solution.parts[node]) for node in dict.fromkeys(map(_node, costs))
    }
    ring_of = {node: ring for ring in solution.rings for node in ring}
    for cost in costs:
        node = _node(cost)
        parts = apportion_all(cost.units, solution.parts[node])
        assert tuple(map(sum, zip(*parts.values(), strict=True))) == cost.units
        trace.keep(currency, ring_of, parts)
        for paid in payments[node]:
            units = tuple(map(sum, zip(*(parts[end] for end in paid.ends), strict=True)))
            yield Share(
                pool=cost.pool,
                currency=currency,
                billing_account=cost.billing_account,
                day=cost.day,
                within=cost.within,
                owner=paid.owner,
                ratio=paid.ratio,
                units=units,
                kept=paid.kept,
            )


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


def _payments(inputs: SplitInputs, parts: Mapping[Target, int]) -> list[_Payment]:
    """Group ends by payer; an end that is not an owner is a pool whose keeper pays."""
    ends: dict[tuple[str, bool], list[Target]] = defaultdict(list)
    for end in sorted(parts):
        kept = end.kind is not InputKind.OWNER
        ends[inputs.keeper(end.name) if kept else end.name, kept].append(end)
    whole = sum(parts.values())
    return [
        _Payment(owner, kept, Fraction(sum(parts[end] for end in found), whole), tuple(found))
        for (owner, kept), found in sorted(ends.items())
    ]
