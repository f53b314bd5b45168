"""Development factors: which part of the final cost is billed at each age.

The chain-ladder method with Mack's standard errors: T. Mack, "Distribution-free Calculation of the
Standard Error of Chain Ladder Reserve Estimates", ASTIN Bulletin 23(2), 1993, pages 213-225. Claims
of an accident year that are reported late are charges of a day that are billed late.

Factors are statistics, so they are floats. Money is multiplied by them in `estimate.py`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, sqrt

#: The amounts of one day at each age; None where no delivery shows them.
Row = Sequence[float | None]


#: The number of the delivery before an age (-1: none), and how far the age is to the next one.
Place = tuple[int, float]

#: Deliveries are near each other within so many hours, or within this part of the later's age.
_NEAR_HOURS, _NEAR_PART = 36.0, 0.25


@dataclass(frozen=True)
class Link:
    """The development from one age to the next.

    `factor` is the later amount divided by the earlier one over all days, `variance` Mack's sigma
    squared, `volume` the sum of the earlier amounts, `days` their number.
    """

    factor: float
    variance: float
    volume: float
    days: int


_NO_CHANGE = Link(factor=1.0, variance=0.0, volume=0.0, days=0)


@dataclass(frozen=True)
class Development:
    """The part of the final cost that is billed at each of `ages`, in hours.

    At the last age it is 1: later changes are not known. `links` lead from each age to the next.
    """

    ages: tuple[float, ...]
    billed: tuple[float, ...]
    links: tuple[Link, ...]
    days: int

    def covers(self, age: float) -> bool:
        """Whether the part at an age is known: before the first age, only if that is early."""
        return age >= self.ages[0] or self.ages[0] <= _NEAR_HOURS

    def billed_at(self, age: float) -> float:
        """The part at any age; linear between two ages, 0 where the day begins."""
        ages, billed = (0.0, *self.ages), (0.0, *self.billed)
        after = bisect_right(ages, age)
        if after == len(ages):
            return billed[-1]
        if after == 0:
            return 0.0
        begin, end = ages[after - 1], ages[after]
        part = (age - begin) / (end - begin)
        return billed[after - 1] + part * (billed[after] - billed[after - 1])

    def standard_error(self, age: float, expected: float) -> float:
        """Mack's standard error of an expected final amount, by his formula (7).

        The amounts at later ages, which the formula needs, are those of `expected`.
        """
        start = max(bisect_right(self.ages, age) - 1, 0)
        steps = zip(self.billed[start:-1], self.links[start:], strict=True)
        relative = sum(
            link.variance / link.factor**2 * (1 / abs(expected * part) + 1 / abs(link.volume))
            for part, link in steps
            if part and expected and link.volume
        )
        return abs(expected) * sqrt(relative)


def develop(
    triangle: Sequence[Row], ages: Sequence[float], *, settled: float = inf
) -> Development | None:
    """Estimate the development of days from their amounts at `ages`; None where nothing is known.

    Ages after the last known one are left out. Before the first age with cost, nothing is billed.
    From the age `settled` on, a link that no two deliveries show is no change.
    """
    links: list[Link] = []
    known = (at for row in triangle for at, amount in enumerate(row) if amount is not None)
    last = max(known, default=0)
    for at in range(last - 1, -1, -1):
        link = _link([(row[at], row[at + 1]) for row in triangle])
        if link is None and ages[at] < settled:
            break
        link = link or _NO_CHANGE
        links.insert(0, link)
    if not any(link.days for link in links):
        return None
    first = last - len(links)
    parts = [1.0]
    for link in reversed(links):
        parts.insert(0, parts[0] / link.factor)
    early = [0.0] * first if _nothing_before(triangle, first) else []
    kept = range(0 if early else first, last + 1)
    none = [_NO_CHANGE] * len(early)
    return Development(
        ages=tuple(ages[at] for at in kept),
        billed=(*early, *parts),
        links=(*none, *_with_variance(links)),
        days=max(link.days for link in links),
    )


def places(observed: Sequence[float], ages: Sequence[float]) -> list[Place | None]:
    """Find each of `ages` between the ages of deliveries, which increase.

    Deliveries come at any age and a triangle needs equal ones, so amounts are interpolated between
    deliveries that are near each other. None is elsewhere. The day begins with no cost.
    """
    steps = list(pairwise([0.0, *observed]))
    found: list[Place | None] = []
    for age in ages:
        after = bisect_right(observed, age)
        if after and observed[after - 1] == age:
            found.append((after - 1, 0.0))
        elif after == len(observed):
            found.append(None)
        else:
            begin, end = steps[after]
            near = end - begin <= max(_NEAR_HOURS, _NEAR_PART * end)
            found.append((after - 1, (age - begin) / (end - begin)) if near else None)
    return found


def amount_at(amounts: Sequence[float], place: Place) -> float:
    """Interpolate the amounts of deliveries at a place; before the first one, nothing is billed."""
    before, part = place
    begin = amounts[before] if before >= 0 else 0.0
    return begin + part * (amounts[before + 1] - begin) if part else begin


def _link(pairs: Sequence[tuple[float | None, float | None]]) -> Link | None:
    """Estimate one link; None without cost of one sign at both ages."""
    both = [(one, two) for one, two in pairs if one is not None and two is not None]
    before, after = sum(one for one, _ in both), sum(two for _, two in both)
    if before * after <= 0:
        return None
    factor = after / before
    single = [(one, two / one) for one, two in both if one]
    freedom = len(single) - 1
    variance = sum(abs(one) * (ratio - factor) ** 2 for one, ratio in single)
    return Link(factor, variance / freedom if freedom > 0 else -1.0, before, len(both))


def _with_variance(links: Sequence[Link]) -> list[Link]:
    """Extrapolate the variance of links with a single day, as Mack does for the last one."""
    done: list[Link] = []
    for link in links:
        if link.variance >= 0:
            done.append(link)
            continue
        known = [each.variance for each in done]
        variance = known[-1] if known else 0.0
        if len(known) > 1 and known[-2] > 0:
            variance = min(known[-1] ** 2 / known[-2], known[-2], known[-1])
        done.append(Link(link.factor, variance, link.volume, link.days))
    return done


def _nothing_before(triangle: Sequence[Row], first: int) -> bool:
    """Whether deliveries show that no cost is billed before the first age with a link."""
    early = [row[at] for row in triangle for at in range(first) if row[at] is not None]
    return bool(early) and not any(early)
