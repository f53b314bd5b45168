"""Estimates of the days of owners: direct cost by class of charge, shared cost as its pools."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from .accuracy import Widths, horizon_of
from .estimate import estimate_days
from .triangles import BillArrivals, ChargeClass, Developments, age_of, days_begun

#: Values of the columns that estimates are grouped by.
Group = tuple[str | None, ...]


class ClassCost(NamedTuple):
    """Cost of a day, class and billing account, in one currency.

    Of a group if it is direct or shared cost; cost in pools has no group.
    """

    day: date
    currency: str
    account: str
    service: str
    category: str
    direct: bool
    amount: Decimal
    groups: Mapping[str, str | None]

    @property
    def group(self) -> Group:
        """The values of the columns that estimates are grouped by."""
        return tuple(self.groups.values())

    @property
    def arriving(self) -> Arriving:
        """The charges that arrive like this one."""
        charge_class = ChargeClass.of(self.service, self.category)
        return Arriving(self.currency, self.account, charge_class)


@dataclass(frozen=True)
class Arriving:
    """Charges of one class, billing account and currency: they arrive alike."""

    currency: str
    account: str
    charge_class: ChargeClass


@dataclass
class Estimate:
    """Billed and expected cost. `half` is half the interval; None where errors are not known.

    `unknown` is cost that could not be estimated and counts as billed so far.
    """

    billed: Decimal = Decimal()
    expected: Decimal = Decimal()
    half: Decimal | None = Decimal()
    unknown: Decimal = Decimal()

    def add(self, billed: Decimal, expected: Decimal | None, half: Decimal | None) -> None:
        """Add a part; its interval counts only if it is expected to change."""
        self.billed += billed
        self.expected += billed if expected is None else expected
        self.unknown += abs(billed) if expected is None else 0
        if expected is not None and expected != billed:
            self.half = None if half is None or self.half is None else self.half + half


@dataclass(frozen=True)
class Completeness:
    """How complete the bills of a month are; `accounts` maps billing accounts to bills."""

    bills: Sequence[BillArrivals]
    accounts: Mapping[str, BillArrivals]
    developments: Developments
    widths: Widths

    @property
    def as_of(self) -> datetime:
        """When the newest delivery was made."""
        return max(bill.made[-1] for bill in self.bills)

    @property
    def days(self) -> list[date]:
        """The days of the month that had begun then."""
        return days_begun(self.bills[0].period, self.as_of)

    def part(self, of: Arriving, day: date) -> float | None:
        """The part of a day that is usually billed by now; None if it is not known."""
        bill = self._bill(of)
        return self.developments.part_of(of.charge_class, day, bill.period, bill.made[-1])

    def half(self, of: Arriving, day: date, expected: Decimal | None) -> Decimal | None:
        """Half the interval of an expected amount."""
        bill = self._bill(of)
        age = age_of(of.charge_class, day, bill.period, bill.made[-1])
        width = self.widths.get(horizon_of(age))
        return None if width is None or expected is None else abs(expected) * width

    def _bill(self, of: Arriving) -> BillArrivals:
        oldest = min(self.bills, key=lambda bill: bill.made[-1])
        return self.accounts.get(of.account, oldest)


@dataclass
class OwnerDays:
    """The estimates of each day, group and currency, and the cost without an estimate."""

    sums: dict[tuple[date, Group, str], Estimate] = field(
        default_factory=lambda: defaultdict(Estimate)
    )
    unknown: dict[Arriving, Decimal] = field(default_factory=lambda: defaultdict(Decimal))


def estimate_owners(
    costs: Iterable[ClassCost], pools: Iterable[ClassCost], known: Completeness
) -> OwnerDays:
    """Estimate the direct and shared cost of groups; together they are that of all charges.

    Shared cost is scaled by day and currency, not by pool, because pools can be in each other.
    """
    found = OwnerDays()
    direct: list[ClassCost] = []
    shared: dict[tuple[date, str], dict[Group, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in costs:
        if row.direct:
            direct.append(row)
        else:
            shared[row.day, row.currency][row.group] += row.amount
    for group, of, day, billed, expected in _estimates(direct, known):
        half = known.half(of, day, expected)
        found.sums[day, group, of.currency].add(billed, expected, half)
        if expected is None:
            found.unknown[of] += billed
    whole: dict[tuple[date, str], Estimate] = defaultdict(Estimate)
    for _group, of, day, billed, expected in _estimates(pools, known):
        whole[day, of.currency].add(billed, expected, known.half(of, day, expected))
    for key, group, one in _shares(shared, whole):
        found.sums[key[0], group, key[1]].add(*one)
    return found


def _estimates(
    rows: Iterable[ClassCost], known: Completeness
) -> Iterator[tuple[Group, Arriving, date, Decimal, Decimal | None]]:
    """Estimate each day of each class of each group, and days on which it is not billed yet."""
    classes: dict[tuple[Group, Arriving], dict[date, Decimal]] = defaultdict(
        lambda: defaultdict(Decimal)
    )
    for row in rows:
        classes[row.group, row.arriving][row.day] += row.amount
    for (group, of), billed in classes.items():
        monthly = of.charge_class.monthly
        days = sorted(billed if monthly else {*known.days, *billed})
        parts = {day: known.part(of, day) for day in days}
        for day, expected in estimate_days(billed, parts, monthly=monthly).items():
            if expected or day in billed:
                yield group, of, day, billed.get(day, Decimal()), expected


#: Billed, expected, half the interval.
_Part = tuple[Decimal, Decimal, Decimal | None]


def _shares(
    shared: Mapping[tuple[date, str], Mapping[Group, Decimal]],
    pools: Mapping[tuple[date, str], Estimate],
) -> Iterator[tuple[tuple[date, str], Group, _Part]]:
    """Distribute the expected change of pools like their cost that day.

    Where they have no cost yet, like that of the day before.
    """
    before: dict[str, Mapping[Group, Decimal]] = {}
    for key in sorted({*shared, *pools}):
        own, pool = shared.get(key, {}), pools.get(key, Estimate())
        weights = own if sum(own.values()) else before.get(key[1], {})
        before[key[1]] = weights
        whole = sum(weights.values(), Decimal())
        for group in {**own, **weights}:
            part = weights.get(group, Decimal()) / whole if whole else Decimal()
            billed = own.get(group, Decimal())
            expected = billed + ((pool.expected - pool.billed) * part)
            half = None if pool.half is None else pool.half * abs(part)
            yield key, group, (billed, expected, half)
