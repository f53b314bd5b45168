"""Words in which tests tell stories of pools; amounts are whole units unless said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from apportion.core.allocation.split_pools import SplitResult, split_pools
from apportion.model.findings.finding import Place
from apportion.model.inputs import Driver, DriverRow
from apportion.model.money import UNITS_IN_ONE
from apportion.model.period import Period
from apportion.model.rulebook import (
    Condition,
    Even,
    Fixed,
    IfNothing,
    Limit,
    Method,
    MissingDays,
    Pool,
    Proportional,
    Split,
    TwoPart,
    Usage,
)
from apportion.model.split import PoolCost, Spend, Units

PERIOD = Period(2026, 9)
FIRST, SECOND, THIRD = (date(2026, 9, day) for day in (1, 2, 3))
NOBODY = "unallocated"
EVEN = Even()
SPEND = Proportional(None)
CPU = Usage("cpu.csv", MissingDays.MONTH)
CPU_KEEP = Usage("cpu.csv", MissingDays.KEEP)


def fixed(**percents: int) -> Fixed:
    return Fixed(tuple((name, Decimal(percent)) for name, percent in percents.items()))


def floor(rest: Even | Proportional | Usage, **percents: int) -> TwoPart:
    return TwoPart(fixed(**percents), rest)


def at_least(owner: str, percent: int) -> Limit:
    return Limit(owner, Decimal(percent), None)


def at_most(owner: str, percent: int) -> Limit:
    return Limit(owner, None, Decimal(percent))


def pool(
    name: str,
    split: Split = EVEN,
    *,
    to: tuple[str, ...] = (),
    within: str = "",
    if_nothing: IfNothing = IfNothing.KEEP,
    limits: tuple[Limit, ...] = (),
    owner: str = "",
) -> Pool:
    place = Place("2026-09.yaml", 1, 1)
    where = Condition("true", "true", (), place)
    return Pool(name, where, split, to, within, if_nothing, limits, owner, place)


def holds(
    name: str, *units: int, day: date = FIRST, within: str = "", currency: str = "USD"
) -> PoolCost:
    return PoolCost(name, currency, "111111111111", day, within, units)


def spends(pool: str, owner: str, units: int, *, within: str = "", currency: str = "USD") -> Spend:
    return Spend(pool, currency, owner, within, units * UNITS_IN_ONE)


def cpu(*rows: DriverRow) -> Mapping[str, Driver]:
    return {"cpu.csv": Driver("cpu.csv", "", rows)}


def used(
    owner: str,
    number: str | int,
    *,
    day: date | None = None,
    month: str = "",
    within: str = "",
    line: int = 2,
) -> DriverRow:
    return DriverRow(owner, Decimal(number), day, month, within, line)


def split(
    pools: Iterable[Pool],
    costs: Iterable[PoolCost],
    *,
    method: Method = Method.RECIPROCAL,
    spend: Iterable[Spend] = (),
    drivers: Mapping[str, Driver] | None = None,
    owners: Mapping[str, str] | None = None,
    partitions: Mapping[tuple[str, str, str], str] | None = None,
) -> SplitResult:
    """Split with owners written as words: `{"USD": "A B C"}`, which is also the default."""
    named = owners if owners is not None else {"USD": "A B C"}
    return split_pools(
        list(pools),
        method=method,
        costs=costs,
        spend=spend,
        drivers=drivers or {},
        owners={currency: frozenset(words.split()) for currency, words in named.items()},
        partitions={at: frozenset(words.split()) for at, words in (partitions or {}).items()},
        default_owner=NOBODY,
        period=PERIOD,
        cost_index=0,
    )


def paid(result: SplitResult, *, day: date | None = None) -> dict[str, int]:
    """What each owner pays in the first cost column, kept money included."""
    total: dict[str, int] = {}
    for share in result.shares:
        if day in (None, share.day):
            total[share.owner] = total.get(share.owner, 0) + share.units[0]
    return total


def stays(result: SplitResult) -> dict[str, int]:
    """What stays in the first cost column, by the owner it stays with."""
    total: dict[str, int] = {}
    for share in result.shares:
        if share.kept:
            total[share.owner] = total.get(share.owner, 0) + share.units[0]
    return total


def codes(result: SplitResult) -> list[str]:
    return [finding.code.number for finding in result.findings]


def lost(costs: Iterable[PoolCost], result: SplitResult) -> dict[object, Units]:
    """What of each pool, day, partition and currency the shares do not add up to; empty is good."""
    left: dict[object, list[int]] = {}
    for sign, rows in ((1, costs), (-1, result.shares)):
        for row in rows:
            key = (row.pool, row.currency, row.billing_account, row.day, row.within)
            columns = left.setdefault(key, [0] * len(row.units))
            left[key] = [have + sign * more for have, more in zip(columns, row.units, strict=True)]
    return {key: tuple(columns) for key, columns in left.items() if any(columns)}


def ratios(result: SplitResult) -> dict[object, Fraction]:
    """What the ratios of each pool, day, partition and currency add up to."""
    added: dict[object, Fraction] = {}
    for share in result.shares:
        key = (share.pool, share.currency, share.billing_account, share.day, share.within)
        added[key] = added.get(key, Fraction()) + share.ratio
    return added
