"""Classes of charges that arrive alike, and their development triangles from past deliveries."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

from apportion.model.period import Period

from .development import Development, Place, Row, amount_at, develop, places

#: Ages in hours since the day began. For monthly charges a month before its end counts as 30 days.
DAY_AGES = tuple(
    map(
        float, (6, 12, 18, 24, 30, 36, 42, 48, 60, 72, 96, 120, 168, 240, 336, 504, 720, 1080, 1440)
    )
)
_MONTH_DAYS = (1, 2, 3, 5, 7, 10, 14, 18, 22, 26, 30, 31, 32, 33, 34, 35, 36, 38, 40, 44, 50, 60)
MONTH_AGES = tuple(24.0 * day for day in _MONTH_DAYS)
_MONTH_HOURS = 720.0

#: A class of fewer days is read from a wider class; of months, one is enough.
_ENOUGH_DAYS, _ENOUGH_MONTHS = 5, 1

#: A class whose days or months were not seen at this age is not known to its end.
_END_OF_DAY, _END_OF_MONTH = 48.0, _MONTH_HOURS + 24


class ChargeClass(NamedTuple):
    """A service and charge category; an empty name stands for all."""

    service: str
    category: str
    monthly: bool

    @classmethod
    def of(cls, service: str, category: str) -> ChargeClass:
        """The class of a charge. All but usage is dated by the month, and so is AWS Support."""
        return cls(service, category, category != "Usage" or service.startswith("AWS Support"))

    def wider(self) -> tuple[ChargeClass, ...]:
        """This class and the wider ones: of the charge category, then of all."""
        category = self._replace(service="")
        return (self, category, category._replace(category=""))


class Change(NamedTuple):
    """What a delivery changed on a day, in money of one currency; `delivery` counts from one."""

    delivery: int
    day: date
    currency: str
    charge_class: ChargeClass
    amount: Decimal


@dataclass(frozen=True)
class BillArrivals:
    """The deliveries of a bill and period, oldest first, with their changes."""

    period: Period
    bill: str
    made: tuple[datetime, ...]
    changes: tuple[Change, ...]

    def until(self, count: int) -> BillArrivals:
        """The same as it stood after so many deliveries."""
        changes = tuple(change for change in self.changes if change.delivery <= count)
        return BillArrivals(self.period, self.bill, self.made[:count], changes)


@dataclass(frozen=True)
class Developments:
    """What was learned of each class."""

    by_class: Mapping[ChargeClass, Development]

    def of(self, charge_class: ChargeClass, age: float) -> Development | None:
        """The development of the narrowest class with enough days that covers an age, or None.

        Where no class has enough days, it is the widest one.
        """
        enough = _ENOUGH_MONTHS if charge_class.monthly else _ENOUGH_DAYS
        every = [self.by_class.get(each) for each in charge_class.wider()]
        known = [found for found in every if found and found.covers(age)]
        widest = known[-1] if known else None
        return next((found for found in known if found.days >= enough), widest)

    def part_of(
        self, charge_class: ChargeClass, day: date, period: Period, made: datetime
    ) -> float | None:
        """The part of a day's charges that is usually billed at a delivery; None if unknown."""
        age = age_of(charge_class, day, period, made)
        found = self.of(charge_class, age)
        return found.billed_at(age) if found and age > 0 else None


def age_of(charge_class: ChargeClass, day: date, period: Period, made: datetime) -> float:
    """The age of a day's charges at a delivery, in hours; of monthly ones, the age of the month.

    Months are of different length, so their time before the end is scaled to 30 days.
    """
    if not charge_class.monthly:
        return _hours(made - begin_of(day))
    length = _hours(begin_of(period.next.first_day) - begin_of(period.first_day))
    age = _hours(made - begin_of(period.first_day))
    return min(age, length) / length * _MONTH_HOURS + max(age - length, 0.0)


def begin_of(day: date) -> datetime:
    """When a day begins; days are in UTC."""
    return datetime.combine(day, time(), UTC)


def days_begun(period: Period, moment: datetime) -> list[date]:
    """The days of a month that begin before a moment."""
    return [day for day in period.days if begin_of(day) < moment]


def learn(bills: Iterable[BillArrivals]) -> Developments:
    """Learn how each class develops from all deliveries of all bills."""
    triangles: dict[ChargeClass, list[Row]] = defaultdict(list)
    for bill in bills:
        for charge_class, rows in _rows_of(bill):
            triangles[charge_class] += rows
    found = {each: _develop(each, rows) for each, rows in triangles.items()}
    return Developments({each: known for each, known in found.items() if known})


def _develop(charge_class: ChargeClass, rows: Sequence[Row]) -> Development | None:
    end = _END_OF_MONTH if charge_class.monthly else _END_OF_DAY
    found = develop(rows, MONTH_AGES if charge_class.monthly else DAY_AGES, settled=end)
    return found if found and found.ages[-1] >= end else None


#: What is developed: a day, or the month, in one currency.
_Origin = tuple[date, str]


def _rows_of(bill: BillArrivals) -> Iterable[tuple[ChargeClass, list[Row]]]:
    """The rows of a bill's triangles, for each class and the wider ones."""
    amounts: dict[ChargeClass, dict[_Origin, dict[int, float]]] = {}
    forwards = _forwards(bill.made)
    for change in bill.changes:
        monthly = change.charge_class.monthly
        origin = (bill.period.first_day if monthly else change.day, change.currency)
        for wider in change.charge_class.wider():
            by_delivery = amounts.setdefault(wider, {}).setdefault(origin, {})
            by_delivery[change.delivery] = by_delivery.get(change.delivery, 0) + float(
                change.amount
            )
    found: dict[tuple[bool, date], _Ages] = {}
    for charge_class, origins in amounts.items():
        rows = []
        for (day, _currency), by_delivery in origins.items():
            key = (charge_class.monthly, day)
            if key not in found:
                found[key] = _ages(charge_class, day, bill, forwards)
            rows.append(_row(by_delivery, found[key]))
        yield charge_class, rows


class _Ages(NamedTuple):
    """Numbers of deliveries after a day began, and the places of the triangle's ages among them."""

    deliveries: Sequence[int]
    places: Sequence[Place | None]


def _ages(
    charge_class: ChargeClass, day: date, bill: BillArrivals, forwards: Sequence[int]
) -> _Ages:
    ages = [
        (number, age)
        for number in forwards
        if (age := age_of(charge_class, day, bill.period, bill.made[number - 1])) > 0
    ]
    grid = MONTH_AGES if charge_class.monthly else DAY_AGES
    return _Ages([number for number, _ in ages], places([age for _, age in ages], grid))


def _row(by_delivery: Mapping[int, float], ages: _Ages) -> Row:
    numbers = sorted(by_delivery)
    sums = [0.0, *accumulate(by_delivery[number] for number in numbers)]
    amounts = [sums[bisect_right(numbers, delivery)] for delivery in ages.deliveries]
    return [None if place is None else amount_at(amounts, place) for place in ages.places]


def _forwards(made: Sequence[datetime]) -> list[int]:
    """Numbers of deliveries later than all before: an old one ingested again shows no age."""
    found: list[int] = []
    latest = datetime.min.replace(tzinfo=UTC)
    for number, moment in enumerate(made, start=1):
        if moment > latest:
            found.append(number)
            latest = moment
    return found


def _hours(length: timedelta) -> float:
    return length / timedelta(hours=1)
