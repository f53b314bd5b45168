"""The expected final cost of days, from what is billed and how complete such days usually are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

#: Places of an estimate: it is a statistic, so more digits would mean nothing.
_PLACES = Decimal("0.000001")

#: Without a usual amount, an estimate needs this part to be billed.
_LEAST_BILLED = 0.25

#: From this part on, a day is complete enough to be compared with.
COMPLETE = 0.98

#: The usual amount of a day is the mean of so many complete days before it. Few, because cost moves
#: in steps: on public CloudWatch series, yesterday misses by half as much as the mean of a week.
_USUAL_DAYS = 2


def estimate_days(
    billed: Mapping[date, Decimal], parts: Mapping[date, float | None], *, monthly: bool = False
) -> dict[date, Decimal | None]:
    """Estimate the final amount of each day of `parts`, the part that is usually billed of it.

    A day that is not in `billed` has no cost yet. None is a day that cannot be estimated, or of
    which the part is not known. Monthly charges have no usual amount of a day.
    """
    complete = [day for day, part in parts.items() if part is not None and part >= COMPLETE]
    return {
        day: None
        if part is None
        else expected(
            billed.get(day, Decimal()), part, None if monthly else _usual(billed, complete, day)
        )
        for day, part in parts.items()
    }


def expected(billed: Decimal, part: float, usual: Decimal | None) -> Decimal | None:
    """Estimate a final amount from what is billed, the part that is usually billed, and a prior.

    Benktander's method, in which the prior counts by the square of the missing part: T. Mack,
    "Credible Claims Reserves: the Benktander Method", ASTIN Bulletin 30(2), 2000. It is near the
    usual amount while little is billed, and near that of the chain ladder later. It is linear in
    `billed` and `usual`, so the estimates of owners add up to that of their class.

    Without a usual amount it is that of the chain ladder; None where too little is billed.
    """
    if usual is None:
        return _rounded(billed / Decimal(repr(part))) if part >= _LEAST_BILLED else None
    missing = Decimal(repr(1 - part))
    return _rounded(billed + missing * (billed + missing * usual))


def _usual(billed: Mapping[date, Decimal], complete: list[date], day: date) -> Decimal | None:
    before = sorted(other for other in complete if other < day)[-_USUAL_DAYS:]
    if not before:
        return None
    return sum((billed.get(other, Decimal()) for other in before), Decimal()) / len(before)


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_PLACES)
