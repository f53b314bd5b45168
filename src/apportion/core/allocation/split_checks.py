"""Checks of drivers and pools that do not depend on one split."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from apportion.model.findings import splits
from apportion.model.findings.finding import Finding
from apportion.model.money import from_units
from apportion.model.rulebook import Dimension, Fixed, MissingDays, Pool, TwoPart
from apportion.model.split import Share
from apportion.model.suggestions import did_you_mean, shown

from .driver_values import DriverValues
from .split_inputs import SplitInputs, usage_of


def check_splits(
    inputs: SplitInputs, days_with_cost: Mapping[str, Iterable[date]]
) -> list[Finding]:
    """Find names with two meanings, old drivers, and drivers with owners that cannot pay.

    `days_with_cost` are the days of each pool that had cost to split.
    """
    found = [*_same_owner(inputs), *_two_meanings(inputs)]
    for name, days in days_with_cost.items():
        pool = inputs.pools[name]
        numbers = inputs.driver_values(pool)
        if numbers is not None:
            found += [*_stale(pool, numbers, days), *_not_in_to(inputs, pool, numbers)]
    return found


def probable_misspellings(
    shares: Iterable[Share],
    owners: Mapping[str, Iterable[str]],
    *,
    dimension: Dimension,
    cost_index: int,
) -> list[Finding]:
    """Find owners that pay shares without direct cost, with almost the name of one that has some.

    The name may be misspelt, or a team only uses services of others. An owner in the list of values
    is no finding.
    """
    own = frozenset[str]().union(*owners.values())
    known = own | {value.name for value in dimension.values} | {dimension.default}
    paid: dict[tuple[str, str], int] = {}
    for share in shares:
        if share.owner not in known and not share.kept:
            who = share.owner, share.currency
            paid[who] = paid.get(who, 0) + share.units[cost_index]
    return [
        Finding(
            splits.NEWCOMER,
            str(dimension.place),
            f"{dimension.name} {shown(owner)}",
            expected="an owner with direct cost, or one in `values`",
            found="a name in splits only",
            remedy=f"{meant} If not, list it under `values` of {dimension.name}.",
            amount=from_units(units),
            currency=currency,
        )
        for (owner, currency), units in sorted(paid.items())
        if (meant := did_you_mean(owner, sorted(own)))
    ]


def _same_owner(inputs: SplitInputs) -> Iterable[Finding]:
    for pool in inputs.pools.values():
        first = inputs.pool_of_owner.get(pool.owner, pool.name)
        if first != pool.name:
            yield Finding(
                splits.SAME_OWNER,
                str(pool.place),
                f"owner {pool.owner} of pool {pool.name}",
                expected="one pool for each owner",
                found=f"pool {first} before it",
                remedy=f"What is put on {pool.owner} flows through pool {first}.",
            )


def _two_meanings(inputs: SplitInputs) -> Iterable[Finding]:
    owners = frozenset[str]().union(*inputs.owners.values())
    for giver in inputs.pools.values():
        for name in sorted(_names_in(giver, inputs.driver_values(giver)) & owners):
            pool = inputs.pools.get(name)
            if pool is not None and pool.owner != name:
                yield Finding(
                    splits.TWO_MEANINGS,
                    str(giver.place),
                    f"{name} in pool {giver.name}",
                    expected="the name of a pool or of an owner",
                    found="both",
                    remedy="It is read as the pool; rename the pool if the owner was meant.",
                )


def _names_in(pool: Pool, numbers: DriverValues | None) -> set[str]:
    split = pool.split.floor if isinstance(pool.split, TwoPart) else pool.split
    percents = split.percents if isinstance(split, Fixed) else ()
    return {*pool.to, *(name for name, _ in percents), *(_owners(numbers) if numbers else ())}


def _owners(numbers: DriverValues) -> list[str]:
    return sorted(numbers.of(day=None, within=""))


def _stale(pool: Pool, numbers: DriverValues, days: Iterable[date]) -> Iterable[Finding]:
    if not numbers.by_day:
        yield Finding(
            splits.NO_NUMBERS,
            numbers.name,
            f"driver of pool {pool.name}",
            expected="lines for the period",
            found="none",
            remedy="Update the driver.",
        )
    missing = sorted(day for day in set(days) if day not in numbers.days)
    if numbers.days and missing:
        usage = usage_of(pool)
        keep = usage is not None and usage.missing_days is MissingDays.KEEP
        yield Finding(
            splits.MISSING_DAYS,
            numbers.name,
            f"driver of pool {pool.name}",
            expected="a number for every day with cost in the pool",
            found=f"none for {', '.join(map(str, missing))}",
            remedy="Their cost stays with the pool."
            if keep
            else "They are split by the whole month's numbers.",
        )


def _not_in_to(inputs: SplitInputs, pool: Pool, numbers: DriverValues) -> Iterable[Finding]:
    if not pool.to:
        return
    meant = {inputs.named(name, giver=pool, within="") for name in (*pool.to, pool.name)}
    for owner, reading in sorted(numbers.of(day=None, within="").items()):
        if inputs.named(owner, giver=pool, within="") not in meant:
            yield Finding(
                splits.NOT_IN_TO,
                reading.place,
                f"{owner} in the driver of pool {pool.name}",
                expected=f"one of {', '.join(pool.to)}",
                remedy="The line is ignored. Add the owner to `to` if it should pay.",
            )
