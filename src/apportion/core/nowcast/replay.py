"""Replay past deliveries as they stood: what was estimated then, and what was billed in the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

from apportion.model.period import Period

from .accuracy import AdaptiveInterval, Replayed, Widths, horizon_of
from .estimate import COMPLETE, estimate_days
from .triangles import BillArrivals, ChargeClass, Developments, age_of, days_begun, learn

#: The group of all services together.
ALL_SERVICES = "(all)"

#: So many of the newest deliveries are replayed; factors are learned anew for each day of them.
_DELIVERIES = 60

#: Days that are older at a delivery are not replayed: their estimates are their bill.
_OLDEST_HOURS = 240.0

#: Daily amounts of the charges of a class, in one currency.
_Days = Mapping[date, Decimal]


@dataclass(frozen=True)
class _Pending:
    """An estimate of a day, until the day is complete."""

    estimate: Replayed
    charge_class: ChargeClass
    day: date
    period: Period
    bill: str


@dataclass(frozen=True)
class Replay:
    """All replayed estimates, oldest first, and the widths of the next ones of single services."""

    estimates: tuple[Replayed, ...]
    widths: Widths


def replay(bills: Sequence[BillArrivals]) -> Replay:
    """Estimate the incomplete days of each past delivery with what was known then.

    Days that are not complete in the newest delivery have no true amount and are left out. Monthly
    charges are not of a day.
    """
    final = learn(bills)
    truths = {(bill.period, bill.bill): daily_amounts(bill) for bill in bills}
    intervals: dict[tuple[bool, str], AdaptiveInterval] = defaultdict(AdaptiveInterval)
    pending: list[_Pending] = []
    done: list[Replayed] = []
    learned, learned_on = Developments({}), date.min
    for bill, moment in _moments(bills)[-_DELIVERIES:]:
        if moment.date() > learned_on:
            stood = [_at(other, moment) for other in bills]
            learned, learned_on = learn([each for each in stood if each.made]), moment.date()
        pending = _resolve(pending, learned, moment, intervals)
        truth = truths[bill.period, bill.bill]
        for each in _estimates(_at(bill, moment), learned, truth):
            if not _complete(each, final, bill.made[-1]):
                continue
            key = (each.estimate.group != ALL_SERVICES, each.estimate.horizon)
            with_width = replace(each.estimate, width=intervals[key].width())
            done.append(with_width)
            pending.append(replace(each, estimate=with_width))
    _resolve(pending, final, datetime.max.replace(tzinfo=UTC), intervals)
    widths = {horizon: each.width() for (service, horizon), each in intervals.items() if service}
    return Replay(tuple(done), widths)


def daily_amounts(bill: BillArrivals) -> dict[tuple[ChargeClass, str], dict[date, Decimal]]:
    """Add the changes of daily charges up, by class, currency and day."""
    found: dict[tuple[ChargeClass, str], dict[date, Decimal]] = defaultdict(
        lambda: defaultdict(Decimal)
    )
    for change in bill.changes:
        if not change.charge_class.monthly:
            found[change.charge_class, change.currency][change.day] += change.amount
    return dict(found)


class ClassDay(NamedTuple):
    """A day of a class: what is billed, the part that usually is, and what is expected."""

    charge_class: ChargeClass
    currency: str
    day: date
    billed: Decimal
    part: float | None
    expected: Decimal | None


def class_days(bill: BillArrivals, learned: Developments) -> Iterator[ClassDay]:
    """Estimate the days of a bill that had begun at its newest delivery, by class of charge.

    Monthly charges are not of a day.
    """
    made = bill.made[-1]
    days = days_begun(bill.period, made)
    for (of, currency), billed in daily_amounts(bill).items():
        parts = {day: learned.part_of(of, day, bill.period, made) for day in days}
        for day, expected in estimate_days(billed, parts).items():
            yield ClassDay(of, currency, day, billed.get(day, Decimal()), parts[day], expected)


def _moments(bills: Sequence[BillArrivals]) -> list[tuple[BillArrivals, datetime]]:
    every = [(bill, moment) for bill in bills for moment in dict.fromkeys(bill.made)]
    return sorted(every, key=lambda pair: pair[1])


def _at(bill: BillArrivals, moment: datetime) -> BillArrivals:
    """A bill as it stood at a moment; deliveries are counted up to the first later one."""
    later = (number for number, made in enumerate(bill.made) if made > moment)
    return bill.until(next(later, len(bill.made)))


def _estimates(
    bill: BillArrivals, learned: Developments, truth: Mapping[tuple[ChargeClass, str], _Days]
) -> Iterator[_Pending]:
    """Estimate the incomplete days of a delivery, by service and for all services together."""
    sums: dict[tuple[date, str], list[Decimal]] = {}
    classes: dict[tuple[date, str], ChargeClass] = {}
    for charge_class, currency, day, _billed, part, estimate in class_days(bill, learned):
        if estimate is None or part is None:
            continue
        true = truth[charge_class, currency].get(day, Decimal())
        whole = sums.setdefault((day, currency), [Decimal(), Decimal()])
        whole[0], whole[1] = whole[0] + estimate, whole[1] + true
        horizon = _horizon(charge_class, day, bill)
        if part < COMPLETE and horizon:
            classes[day, currency] = charge_class
            one = Replayed(horizon, charge_class.service, currency, estimate, true)
            yield _Pending(one, charge_class, day, bill.period, bill.bill)
    for (day, currency), charge_class in classes.items():
        horizon = _horizon(charge_class, day, bill)
        one = Replayed(horizon, ALL_SERVICES, currency, *sums[day, currency])
        yield _Pending(one, charge_class, day, bill.period, bill.bill)


def _horizon(charge_class: ChargeClass, day: date, bill: BillArrivals) -> str:
    """The horizon of a day at the newest delivery; empty for one that is too old to be replayed."""
    age = age_of(charge_class, day, bill.period, bill.made[-1])
    return horizon_of(age) if age <= _OLDEST_HOURS else ""


def _complete(each: _Pending, learned: Developments, made: datetime) -> bool:
    part = learned.part_of(each.charge_class, each.day, each.period, made)
    return part is not None and part >= COMPLETE


def _resolve(
    pending: Sequence[_Pending],
    learned: Developments,
    moment: datetime,
    intervals: Mapping[tuple[bool, str], AdaptiveInterval],
) -> list[_Pending]:
    """Add the errors of days that are complete at a moment to their intervals; returns the rest."""
    rest = []
    for each in pending:
        if _complete(each, learned, moment):
            estimate = each.estimate
            intervals[estimate.group != ALL_SERVICES, estimate.horizon].add(estimate)
        else:
            rest.append(each)
    return rest
