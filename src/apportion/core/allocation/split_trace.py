"""What is noted while pools are split: the arrows cost went along, and what stayed behind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from apportion.model.findings import splits
from apportion.model.findings.finding import Finding
from apportion.model.money import from_units
from apportion.model.split import Step, Units

from .split_checks import doubts
from .split_inputs import InputKind, SplitInputs, Target, describe
from .weights import PoolWeights, weigh


@dataclass
class SplitTrace:
    """What is noted on the way: weighings and the days they hold for, and money that stays."""

    evidence: SplitInputs
    cost_index: int
    weighed: dict[tuple[Target, str, date | None], PoolWeights] = field(default_factory=dict)
    arrows: dict[tuple[Target, str, date | None], PoolWeights] = field(default_factory=dict)
    asked: dict[str, set[date]] = field(default_factory=lambda: defaultdict(set))
    kept: dict[tuple[str, tuple[Target, ...]], Units] = field(default_factory=dict)

    def weigh(self, node: Target, *, currency: str, days: Sequence[date]) -> PoolWeights:
        """Weigh a node for days that are split alike, once for all that ask the same."""
        pool = self.evidence.pools[node.name]
        self.asked[node.name].update(days)
        key = (node, currency, self.evidence.day_asked(pool, days[0]))
        if key not in self.weighed:
            self.weighed[key] = weigh(self.evidence, node, currency=currency, day=key[2])
        for day in days if self.evidence.has_days(pool) else (None,):
            self.arrows[node, currency, day] = self.weighed[key]
        return self.weighed[key]

    def keep(
        self,
        currency: str,
        ring_of: Mapping[Target, tuple[Target, ...]],
        parts: Mapping[Target, Units],
    ) -> None:
        """Add up what stays with each pool, or with the pools of a closed ring together."""
        for end, units in parts.items():
            if end.kind is not InputKind.OWNER:
                key = (currency, ring_of.get(end, (end,)))
                before = self.kept.get(key, (0,) * len(units))
                self.kept[key] = tuple(map(sum, zip(before, units, strict=True)))

    def steps(self) -> tuple[Step, ...]:
        """List the arrows of the graph."""
        steps = [
            Step(
                pool=node.name,
                currency=currency,
                within=node.within,
                day=day,
                target=_landing(self.evidence, target),
                target_is_pool=target.kind is InputKind.POOL,
                weight=weighing.numbers[target],
                ratio=ratio,
                driver=f"{weighing.driver}, kept"
                if target.kind is InputKind.KEPT
                else weighing.driver,
            )
            for (node, currency, day), weighing in self.arrows.items()
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
        found += doubts(self.evidence, self.asked)
        found += [
            _stays(self.evidence, ends, currency=currency, units=units[self.cost_index])
            for (currency, ends), units in self.kept.items()
            if any(units)
        ]
        return tuple(
            sorted(
                dict.fromkeys(found),
                key=lambda f: (f.code.number, f.place, f.subject, f.found, f.currency),
            )
        )


def _landing(evidence: SplitInputs, target: Target) -> str:
    return evidence.keeper(target.name) if target.kind is InputKind.KEPT else target.name


def _stays(
    evidence: SplitInputs, ends: tuple[Target, ...], *, currency: str, units: int
) -> Finding:
    """Say what money stays, with which pool or ring of pools, and why."""
    first = min(ends, key=lambda end: evidence.rank[end.name])
    pool = evidence.pools[first.name]
    subject = " and ".join(describe(evidence.pools[end.name], end.within) for end in ends)
    keepers = " and ".join(sorted({evidence.keeper(end.name) for end in ends}))
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


#: Why an end keeps what comes to it: the number of its finding, none for a ring's.
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
