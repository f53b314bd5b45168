"""The inputs of a split, and the targets that cost may go to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from apportion.model.rulebook import Method, MissingDays, Pool, TwoPart, Usage
from apportion.model.split import Spend

from .driver_values import DriverValues


class InputKind(StrEnum):
    """The kind of a target."""

    OWNER = "owner"
    POOL = "pool"
    KEPT = "kept"  # it stays with the pool of that name


class Target(NamedTuple):
    """A target of cost. `why` is the number of the finding if cost is kept."""

    name: str
    kind: InputKind
    within: str = ""
    why: str = ""


@dataclass(frozen=True)
class SplitInputs:
    """The inputs of a split. `pools` are in the rulebook's order.

    `spend` is by pool and currency, `drivers` by file, `owners` by currency. `partitions` are the
    owners with cost in a value of a dimension: by dimension, currency and value.
    """

    pools: Mapping[str, Pool]
    method: Method
    spend: Mapping[tuple[str, str], tuple[Spend, ...]]
    drivers: Mapping[str, DriverValues]
    owners: Mapping[str, frozenset[str]]
    partitions: Mapping[tuple[str, str, str], frozenset[str]]
    default_owner: str

    @cached_property
    def pool_of_owner(self) -> Mapping[str, str]:
        """The pool that passes on the cost of an owner: the first with this `owner`."""
        return {pool.owner: pool.name for pool in reversed([*self.pools.values()]) if pool.owner}

    @cached_property
    def rank(self) -> Mapping[str, int]:
        """The place of each pool in the rulebook."""
        return {name: place for place, name in enumerate(self.pools)}

    def named(self, name: str, *, giver: Pool, within: str) -> Target:
        """The target of a name in `to`, percentages, limits or a driver: a pool before an owner."""
        if name in self.pools:
            return self._pool(name, giver, within)
        return self.owner(name, giver=giver, within=within)

    def owner(self, name: str, *, giver: Pool, within: str) -> Target:
        """The target of cost that goes to an owner: the pool that passes it on, or the owner."""
        pool = self.pool_of_owner.get(name)
        return self._pool(pool, giver, within) if pool else Target(name, InputKind.OWNER)

    def everyone(self, pool: Pool, *, currency: str, within: str) -> frozenset[str]:
        """The owners with direct cost, in a partition of a pool those with direct cost in it.

        The default owner is not one of them.
        """
        found = (
            self.partitions.get((pool.within, currency, within), frozenset())
            if within
            else self.owners.get(currency, frozenset())
        )
        return found - {self.default_owner}

    def keeper(self, pool: str) -> str:
        """The owner of cost that a pool cannot pass on."""
        return self.pools[pool].owner or self.default_owner

    def driver_values(self, pool: Pool) -> DriverValues | None:
        """The driver's numbers of a pool that is split by usage, in whole or after a floor."""
        usage = usage_of(pool)
        return self.drivers.get(usage.file, DriverValues(usage.file, {}, {})) if usage else None

    def has_days(self, pool: Pool) -> bool:
        """Whether a pool is split by numbers of each day."""
        numbers = self.driver_values(pool)
        return numbers is not None and bool(numbers.days)

    def driver_day(self, pool: Pool, day: date) -> date | None:
        """The day whose numbers split a day of a pool; None for those of the whole month.

        If the result is not a day of the driver, the cost is kept.
        """
        usage, numbers = usage_of(pool), self.driver_values(pool)
        if usage is None or numbers is None or not numbers.days:
            return None
        keep = usage.missing_days is MissingDays.KEEP
        return day if day in numbers.days or keep else None

    def _pool(self, name: str, giver: Pool, within: str) -> Target:
        """Cost stays in its partition where both pools have the same partitions."""
        same = self.pools[name].within == giver.within
        return Target(name, InputKind.POOL, within if same else "")


def usage_of(pool: Pool) -> Usage | None:
    """The usage split of a pool, in whole or after a floor."""
    split = pool.split.rest if isinstance(pool.split, TwoPart) else pool.split
    return split if isinstance(split, Usage) else None


def describe(pool: Pool, within: str) -> str:
    """Name a pool, or one partition of it, in a sentence."""
    return f"pool {pool.name} in {pool.within} {within}" if within else f"pool {pool.name}"
