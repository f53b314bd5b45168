"""Ratios within limits: each between its minimum and maximum, with the sum one."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from .rounding import Name

_NO, _ALL = Fraction(), Fraction(1)


class ImpossibleLimitsError(ValueError):
    """No ratios keep all limits and add up to one."""


def limit(
    weights: Mapping[Name, Fraction],
    *,
    least: Mapping[Name, Fraction],
    most: Mapping[Name, Fraction],
    leftover_to: Name | None = None,
) -> dict[Name, Fraction]:
    """Split one in proportion to weights, with each ratio from its `least` to its `most`.

    Names at no limit pay in proportion to their weights (water-filling, exact). If every name with
    a weight is at its maximum, the rest goes to `leftover_to`, otherwise evenly to names without
    weight. Raises ImpossibleLimitsError with the reason in a few words.
    """
    _possible(weights, least, most)
    shares: dict[Name, Fraction] = {}
    free = dict(weights)
    while free:
        left = 1 - sum(shares.values(), _NO)
        if leftover_to is not None and not any(free.values()):
            shares |= {name: least.get(name, _NO) for name in free}
            return shares | {leftover_to: 1 - sum(shares.values(), _NO)}
        fixed = _held(_proportional(free, left), left, least, most)
        shares |= fixed
        free = {name: weight for name, weight in free.items() if name not in fixed}
    return shares


def _possible(
    names: Mapping[Name, Fraction], least: Mapping[Name, Fraction], most: Mapping[Name, Fraction]
) -> None:
    if any(least.get(name, _NO) > most.get(name, _ALL) for name in names):
        message = "a least above the most"
    elif (floor := sum((least.get(name, _NO) for name in names), _NO)) > 1:
        message = f"least shares of {_percent(floor)} % in all"
    elif (ceiling := sum((most.get(name, _ALL) for name in names), _NO)) < 1:
        message = f"most shares of {_percent(ceiling)} % in all"
    else:
        return
    raise ImpossibleLimitsError(message)


def _proportional(free: Mapping[Name, Fraction], left: Fraction) -> dict[Name, Fraction]:
    weights = free if any(free.values()) else dict.fromkeys(free, _ALL)
    total = sum(weights.values())
    return {name: left * weight / total for name, weight in weights.items()}


def _held(
    wanted: Mapping[Name, Fraction],
    left: Fraction,
    least: Mapping[Name, Fraction],
    most: Mapping[Name, Fraction],
) -> dict[Name, Fraction]:
    """Fix the names that stay at their limit whatever others do; all of them if nothing is left.

    If raising some to their minimum takes more than capping others at their maximum gives back, the
    rest will get less than wanted. So a name that is at its minimum now is there at the end, too;
    the same holds for maxima in the other case.
    """
    held = {
        name: min(max(share, least.get(name, _NO)), most.get(name, _ALL))
        for name, share in wanted.items()
    }
    too_much = sum(held.values()) - left
    if not too_much:
        return held
    return {
        name: share
        for name, share in held.items()
        if share != wanted[name] and (share > wanted[name]) == (too_much > 0)
    }


def _percent(part: Fraction) -> str:
    return f"{part * 100}"
