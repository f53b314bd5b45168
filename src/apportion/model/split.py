"""Splitting, as values: what pools hold, what owners spend, and the shares that come out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

#: Integer counts of the smallest unit (money.PLACES), one for each of focus.COST_COLUMNS, in order.
Units = tuple[int, ...]


@dataclass(frozen=True)
class PoolCost:
    """What a pool holds on a day, for one payer and currency, in one partition.

    `within` is the value of the pool's `within` dimension, empty where the pool has none.
    """

    pool: str
    currency: str
    billing_account: str
    day: date
    within: str
    units: Units


@dataclass(frozen=True)
class Spend:
    """What an owner spends by itself in the period, in the rulebook's cost column.

    Counts charges that lie in no pool, and those of a pool for the owner whose cost it passes on.
    `pool` names the proportional pool whose condition was counted.
    """

    pool: str
    currency: str
    owner: str
    within: str
    units: int


class Step(NamedTuple):
    """One arrow of the split graph: from a pool to an owner or to another pool.

    `ratio` is the part of everything that passes through the pool; `weight` the driver's number.
    `day` is None where the same ratio holds for the whole period.
    """

    pool: str
    currency: str
    within: str
    day: date | None
    target: str
    target_is_pool: bool
    weight: Fraction
    ratio: Fraction
    driver: str  # in words: `even`, `fixed`, `spend where ...`, the driver file's name


class Share(NamedTuple):
    """The part of a pool's own cost that an owner finally pays, chains and cycles included."""

    pool: str
    currency: str
    billing_account: str
    day: date
    within: str
    owner: str
    ratio: Fraction
    units: Units
    kept: bool = False  # no owner to split it to: it stays, with a finding
