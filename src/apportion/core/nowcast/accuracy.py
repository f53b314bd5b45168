"""The error of past estimates, and intervals that are made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil

#: An interval needs so many errors of estimates of its horizon.
ENOUGH_ERRORS = 60

#: The part of true amounts that an interval is to hold.
LEVEL = 0.9

#: How fast intervals adapt to the coverage that they reach.
_STEP = 0.05

#: Horizons: hours since the day began, up to each of these.
_HORIZONS = (24, 36, 48, 72, 120, 240)

#: Half an interval by horizon, in parts of the estimate; None with too few errors.
Widths = Mapping[str, Decimal | None]

_PLACES = Decimal("0.000001")


def horizon_of(age: float) -> str:
    """Name the horizon of an age in hours: `24 to 36 h`."""
    begin = 0
    for end in _HORIZONS:
        if age < end:
            return f"{begin} to {end} h"
        begin = end
    return f"from {begin} h"


@dataclass(frozen=True)
class Replayed:
    """An estimate of the past and the true amount; `width` is half its interval, in parts of it."""

    horizon: str
    group: str
    currency: str
    estimate: Decimal
    truth: Decimal
    width: Decimal | None = None

    @property
    def error(self) -> Decimal:
        """The truth less the estimate, in parts of the estimate; 1 where nothing was estimated."""
        if not self.estimate:
            return Decimal(1 if self.truth else 0)
        return (self.truth - self.estimate) / abs(self.estimate)


@dataclass(frozen=True)
class Accuracy:
    """Error of estimates in parts of the true amounts; None where there is nothing to divide by.

    A positive bias is too high an estimate. `covered` is the part of the true amounts that were in
    their interval, of `intervals`.
    """

    estimates: int
    truth: Decimal
    wape: Decimal | None
    bias: Decimal | None
    intervals: int
    covered: Decimal | None


def accuracy(replayed: Sequence[Replayed]) -> Accuracy:
    """Add errors up: WAPE is the sum of absolute errors by the sum of absolute true amounts."""
    whole = sum((abs(each.truth) for each in replayed), Decimal())
    over = [each.estimate - each.truth for each in replayed]
    hits = [abs(each.error) <= each.width for each in replayed if each.width is not None]
    return Accuracy(
        estimates=len(replayed),
        truth=sum((each.truth for each in replayed), Decimal()),
        wape=_share(sum(map(abs, over), Decimal()), whole),
        bias=_share(sum(over, Decimal()), whole),
        intervals=len(hits),
        covered=_share(Decimal(sum(hits)), Decimal(len(hits))),
    )


@dataclass
class AdaptiveInterval:
    """The interval of the next estimate of a horizon, from errors whose true amount is known.

    The conformal quantile of absolute errors, at a level that rises after misses: I. Gibbs and
    E. Candès, "Adaptive Conformal Inference Under Distribution Shift", NeurIPS 2021. Errors are
    added when the true amount is billed, not when the estimate is made.
    """

    errors: list[Decimal] = field(default_factory=list)
    level: float = LEVEL

    def width(self) -> Decimal | None:
        """Half the width, in parts of the estimate; None with fewer than `ENOUGH_ERRORS`."""
        count = len(self.errors)
        if count < ENOUGH_ERRORS:
            return None
        return sorted(self.errors)[min(ceil((count + 1) * self.level), count) - 1]

    def add(self, estimate: Replayed) -> None:
        """Add the error of an estimate whose true amount is known now."""
        error = abs(estimate.error)
        self.errors.append(error)
        if estimate.width is not None:
            missed = error > estimate.width
            self.level = min(max(self.level + _STEP * (missed - (1 - LEVEL)), 0.5), 1.0)


def _share(part: Decimal, whole: Decimal) -> Decimal | None:
    return (part / whole).quantize(_PLACES) if whole else None
