"""A record of a split: the steps that cost took, and the cost that stayed with pools."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from apportion.model.findings import splits
from apportion.model.findings.finding import Finding
from apportion.model.money import from_units
from apportion.model.split import Step, Units

from .split_checks import check_splits
from .split_inputs import InputKind, SplitInputs, Target, describe
from .weights import PoolWeights, weigh


@dataclass
class SplitTrace:
    """Collects weights, the days for which they hold, and cost that stays with pools."""

    inputs: SplitInputs
    cost_index: int
    weighed: dict[tuple[Target, str, date | None], PoolWeights] = field(default_factory=dict)
    edges: dict[tuple[Target, str, date | None], PoolWeights] = field(default_factory=dict)
    days_with_cost: dict[str, set[date]] = field(default_factory=lambda: defaultdict(set))
    kept: dict[tuple[str, tuple[Target, ...]], Units] = field(default_factory=dict)

    def weigh(self, node: Target, *, currency: str, days: Sequence[date]) -> PoolWeights:
        """Weigh a node for days that are split by the same numbers, once for each driver day."""
        pool = self.inputs.pools[node.name]
        self.days_with_cost[node.name].update(days)
        key = (node, currency, self.inputs.driver_day(pool, days[0]))
        if key not in self.weighed:
            self.weighed[key] = weigh(self.inputs, node, currency=currency, day=key[2])
        for day in days if self.inputs.has_days(pool) else (None,):
            self.edges[node, currency, day] = self.weighed[key]
        return self.weighed[key]

    def keep(
        self,
        currency: str,
        ring_of: Mapping[Target, tuple[Target, ...]],
        parts: Mapping[Target, Units],
    ) -> None:
        """Add up the cost that stays with each pool, or with all pools of a closed ring."""
        for end, units in parts.items():
            if end.kind is not InputKind.OWNER:
                key = (currency, ring_of.get(end, (end,)))
                before = self.kept.get(key, (0,) * len(units))
                self.kept[key] = tuple(map(sum, zip(before, units, strict=True)))

    def steps(self) -> tuple[Step, ...]:
        """List the edges of the graph."""
        steps = [
            Step(
                pool=node.name,
                currency=currency,
                within=node.within,
                day=day,
                target=_target_name(self.inputs, target),
                target_is_pool=target.kind is InputKind.POOL,
                weight=weighing.numbers[target],
                ratio=ratio,
                driver=f"{weighing.driver}, kept"
                if target.kind is InputKind.KEPT
                else weighing.driver,
            )
            for (node, currency, day), weighing in self.edges.items()
            for target, ratio in weighing.ratios.items()
        ]
        return tuple(
            sorted(
                steps,
                key=lambda s: (
                    (s.pool, s.currency, s.within, s.day or date.min),
                    (s.target, s.target_is_pool, s.driver),
                ),
            )
        )

    def findings(self) -> tuple[Finding, ...]:
        """List all findings, each once."""
        found = [each for weighing in self.weighed.values() for each in weighing.findings]
        found += check_splits(self.inputs, self.days_with_cost)
        found += [
            _kept_finding(self.inputs, ends, currency=currency, units=units[self.cost_index])
            for (currency, ends), units in self.kept.items()
            if any(units)
        ]
        return tuple(
            sorted(
                dict.fromkeys(found),
                key=lambda f: (f.code.number, f.place, f.subject, f.found, f.currency),
            )
        )


def _target_name(inputs: SplitInputs, target: Target) -> str:
    return inputs.keeper(target.name) if target.kind is InputKind.KEPT else target.name


def _kept_finding(
    inputs: SplitInputs, ends: tuple[Target, ...], *, currency: str, units: int
) -> Finding:
    """Name the cost that stays with a pool or a closed ring, and the reason."""
    first = min(ends, key=lambda end: inputs.rank[end.name])
    pool = inputs.pools[first.name]
    subject = " and ".join(describe(inputs.pools[end.name], end.within) for end in ends)
    keepers = " and ".join(sorted({inputs.keeper(end.name) for end in ends}))
    code, expected, found = _REASONS[first.why]
    return Finding(
        code,
        str(pool.place),
        subject,
        expected=expected,
        found=found,
        remedy=f"The amount stays with {keepers}.",
        amount=from_units(units),
        currency=currency,
    )


#: Why an end keeps its cost: by the number of the finding, which is empty for a closed ring.
_REASONS = {
    splits.NOBODY_TO_PAY.number: (
        splits.NOBODY_TO_PAY,
        "somebody who has a positive number and may pay",
        "nobody",
    ),
    splits.DAYS_KEPT.number: (
        splits.DAYS_KEPT,
        "a driver that names every day",
        "days it lacks",
    ),
    "": (
        splits.CLOSED_RING,
        "an owner at the end of the chain",
        "pools that serve only each other",
    ),
}
