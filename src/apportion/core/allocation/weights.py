"""Weights: turn the rule, spend and driver of each pool into ratios."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from apportion.model.findings import splits
from apportion.model.findings.finding import Finding
from apportion.model.money import UNITS_IN_ONE, from_units
from apportion.model.rulebook import (
    Even,
    Fixed,
    IfNothing,
    Method,
    Pool,
    Proportional,
    TwoPart,
    Usage,
)

from .limits import ImpossibleLimitsError, limit
from .rounding import whole_numbers
from .split_inputs import InputKind, SplitInputs, Target, describe

#: The owner of a limit that holds for all owners without one of their own.
EVERYONE = "*"

_Numbers = dict[Target, Fraction]


@dataclass(frozen=True)
class PoolWeights:
    """How one pool is split: the numbers, and the ratios from them, which add up to one.

    Spend is in units of the currency. Targets that pay nothing are left out.
    """

    numbers: Mapping[Target, Fraction]
    ratios: Mapping[Target, Fraction]
    driver: str
    findings: tuple[Finding, ...]


def weigh(inputs: SplitInputs, node: Target, *, currency: str, day: date | None) -> PoolWeights:
    """Weigh one pool, or one partition of it, for a day that `driver_day` returned."""
    pool = inputs.pools[node.name]
    case = _Case(inputs, pool, node.within, currency, day, [])
    if isinstance(pool.split, TwoPart):
        numbers, driver = _two_part(case, pool.split)
    else:
        numbers, driver = _numbers(case, pool.split)
    if pool.limits and any(target.kind is not InputKind.KEPT for target in numbers):
        ratios, driver = _limited(case, numbers), f"{driver}, within limits"
    else:
        ratios = _ratios(numbers)
    paying = {target: numbers.get(target, Fraction()) for target in ratios}
    return PoolWeights(paying, ratios, driver, tuple(case.findings))


@dataclass(frozen=True)
class _Case:
    """One weighing: the inputs, the pool, partition, currency and day; it collects findings."""

    inputs: SplitInputs
    pool: Pool
    within: str
    currency: str
    day: date | None
    findings: list[Finding]

    def named(self, name: str) -> Target:
        return self.inputs.named(name, giver=self.pool, within=self.within)

    def owner(self, name: str) -> Target:
        return self.inputs.owner(name, giver=self.pool, within=self.within)

    @property
    def node(self) -> Target:
        return Target(self.pool.name, InputKind.POOL, self.within)

    def kept(self, why: str) -> Target:
        return Target(self.pool.name, InputKind.KEPT, self.within, why)

    def may_pay(self, target: Target) -> bool:
        """Whether the method lets this pool pass cost to a target."""
        if target.kind is InputKind.OWNER or self.inputs.method is Method.RECIPROCAL:
            return True
        rank = self.inputs.rank
        step_down = self.inputs.method is Method.STEP_DOWN
        return step_down and rank[target.name] > rank[self.pool.name]

    def candidates(self) -> list[Target]:
        """The targets of an even split, in a stable order."""
        if self.pool.to:
            named = {name: self.named(name) for name in self.pool.to}
        else:
            everyone = self.inputs.everyone(self.pool, currency=self.currency, within=self.within)
            named = {name: self.owner(name) for name in sorted(everyone)}
        others = [target for name, target in named.items() if name != self.pool.owner]
        return [t for t in dict.fromkeys(others) if self.may_pay(t) and t != self.node]


def _numbers(case: _Case, split: Even | Fixed | Proportional | Usage) -> tuple[_Numbers, str]:
    """The number of each target, at least one of them positive, and the name of their driver."""
    if isinstance(split, Usage) and case.day is not None and _lacks_day(case):
        return {case.kept(splits.DAYS_KEPT.number): Fraction(1)}, split.file
    if isinstance(split, Even):
        found = dict.fromkeys(case.candidates(), Fraction(1))
    elif isinstance(split, Fixed):
        found = _percentages(case, split)
    elif isinstance(split, Proportional):
        found = _spend(case)
    else:
        found = _usage(case)
    return (found, _driver_name(split)) if any(found.values()) else _without_numbers(case, split)


def _lacks_day(case: _Case) -> bool:
    numbers = case.inputs.driver_values(case.pool)
    return numbers is not None and case.day not in numbers.days


def _without_numbers(
    case: _Case, split: Even | Fixed | Proportional | Usage
) -> tuple[_Numbers, str]:
    """Apply `if_nothing_to_split_by`: no target has a positive number."""
    candidates = case.candidates()
    if not candidates or case.pool.if_nothing is IfNothing.KEEP:
        return {case.kept(splits.NOBODY_TO_PAY.number): Fraction(1)}, _driver_name(split)
    case.findings.append(
        Finding(
            splits.SPLIT_EVENLY,
            str(case.pool.place),
            describe(case.pool, case.within),
            expected=f"an owner with a positive number in {_driver_name(split)}",
            found="none",
            remedy="The pool was split evenly (`if_nothing_to_split_by: even`).",
            currency=case.currency,
        )
    )
    return dict.fromkeys(
        candidates, Fraction(1)
    ), f"even, as {_driver_name(split)} has no positive number"


def _percentages(case: _Case, split: Fixed) -> _Numbers:
    named = [(case.named(name), Fraction(percent)) for name, percent in split.percents]
    return _sum_by_target((target, percent) for target, percent in named if case.may_pay(target))


def _spend(case: _Case) -> _Numbers:
    """The spend of owners, without the pool's own."""
    spent: dict[str, int] = {}
    for row in case.inputs.spend.get((case.pool.name, case.currency), ()):
        if row.owner != case.pool.owner and case.within in ("", row.within):
            spent[row.owner] = spent.get(row.owner, 0) + row.units
    numbers = {
        owner: (case.owner(owner), Fraction(units, UNITS_IN_ONE)) for owner, units in spent.items()
    }
    found = _may_pay_of(case, numbers)
    for owner in sorted(owner for owner in found if spent[owner] < 0):
        case.findings.append(
            Finding(
                splits.NEGATIVE_SPEND,
                str(case.pool.place),
                f"{describe(case.pool, case.within)}: spend of {owner}",
                expected="zero or more",
                remedy="It counts as zero.",
                amount=from_units(spent[owner]),
                currency=case.currency,
            )
        )
    return _not_negative(case, found)


def _usage(case: _Case) -> _Numbers:
    """The driver's numbers; the solver distributes the pool's own usage with the rest."""
    numbers = case.inputs.driver_values(case.pool)
    used = numbers.of(day=case.day, within=case.within) if numbers else {}
    found = _may_pay_of(case, {name: (case.named(name), used[name].number) for name in used})
    for name in sorted(name for name in found if used[name].number.numerator < 0):
        case.findings.append(
            Finding(
                splits.NEGATIVE_NUMBER,
                used[name].place,
                f"{describe(case.pool, case.within)}: number of {name}",
                expected="zero or more",
                found=_decimal_text(used[name].number),
                remedy="It counts as zero.",
            )
        )
    return _not_negative(case, found)


def _may_pay_of(
    case: _Case, found: Mapping[str, tuple[Target, Fraction]]
) -> dict[str, tuple[Target, Fraction]]:
    """Keep the numbers of targets that `to` and the method let pay."""
    named = set(case.candidates()) if case.pool.to else None
    return {
        name: (target, number)
        for name, (target, number) in found.items()
        if case.may_pay(target) and (named is None or target in named)
    }


def _not_negative(case: _Case, found: Mapping[str, tuple[Target, Fraction]]) -> _Numbers:
    """Add up by target, negative numbers as zero; with `to`, each target in it has a number."""
    nothing = dict.fromkeys(case.candidates() if case.pool.to else (), Fraction())
    return nothing | _sum_by_target(
        (target, number if number.numerator > 0 else Fraction())
        for target, number in found.values()
    )


def _two_part(case: _Case, split: TwoPart) -> tuple[_Numbers, str]:
    """Percentages of the floor, and of the rest by its numbers; together they are the pool."""
    floor = _percentages(case, split.floor)
    rest = 100 - sum(Fraction(percent) for _, percent in split.floor.percents)
    if rest <= 0:
        return (floor, "floor") if any(floor.values()) else _without_numbers(case, split.floor)
    numbers, driver = _numbers(case, split.rest)
    total = sum(numbers.values())
    by_rest = ((target, rest * number / total) for target, number in numbers.items())
    return _sum_by_target((*floor.items(), *by_rest)), f"floor, then {driver}"


def _limited(case: _Case, numbers: _Numbers) -> _Numbers:
    """Ratios within the pool's limits; a target with a minimum pays it even without a number."""
    # The pool's own usage is distributed with the rest, and would lift others over their limits.
    others = {target: number for target, number in numbers.items() if target != case.node}
    if not any(others.values()):
        return _ratios(numbers)
    own = {case.named(each.owner): each for each in case.pool.limits if each.owner != EVERYONE}
    named = set(case.candidates()) if case.pool.to else {t for t in own if case.may_pay(t)}
    promised = [t for t, each in own.items() if each.least and t in named - {case.node}]
    taking_part = dict.fromkeys(promised, Fraction()) | others
    default = next((each for each in case.pool.limits if each.owner == EVERYONE), None)
    held = {
        target: each
        for target in taking_part
        if target.kind is not InputKind.KEPT and (each := own.get(target, default))
    }
    keep = case.pool.if_nothing is IfNothing.KEEP
    try:
        shares = limit(
            taking_part,
            least={t: Fraction(each.least) / 100 for t, each in held.items() if each.least},
            most={
                t: Fraction(each.most) / 100 for t, each in held.items() if each.most is not None
            },
            leftover_to=case.kept(splits.NOBODY_TO_PAY.number) if keep else None,
        )
    except ImpossibleLimitsError as impossible:
        case.findings.append(_impossible(case, impossible))
        return _ratios(numbers)
    return _ratios(shares)


def _impossible(case: _Case, impossible: ImpossibleLimitsError) -> Finding:
    return Finding(
        splits.IMPOSSIBLE_LIMITS,
        str(case.pool.place),
        f"limits of {describe(case.pool, case.within)}",
        expected="limits that those who pay can keep while they pay 100 %",
        found=str(impossible),
        remedy="Lower the minimums or raise the maximums.",
        currency=case.currency,
    )


def _ratios(numbers: _Numbers) -> _Numbers:
    whole = whole_numbers({target: number for target, number in numbers.items() if number})
    total = sum(whole.values())
    return {target: Fraction(number, total) for target, number in whole.items()}


def _sum_by_target(pairs: Iterable[tuple[Target, Fraction]]) -> _Numbers:
    """Add up the numbers of several names of one target."""
    added: _Numbers = {}
    for target, number in pairs:
        added[target] = added[target] + number if target in added else number
    return added


def _driver_name(split: Even | Fixed | Proportional | Usage) -> str:
    match split:
        case Even():
            return "even"
        case Fixed():
            return "fixed"
        case Proportional(where):
            return f"spend where {where.text}" if where else "spend"
        case Usage(file):
            return file


def _decimal_text(number: Fraction) -> str:
    """A number of a driver as decimal text; sums of decimals are decimals."""
    return str(Decimal(number.numerator) / Decimal(number.denominator))
