"""Keep shares between the least and the most that each may be, and their sum one."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from .rounding import Name

_NO, _ALL = Fraction(), Fraction(1)


class ImpossibleLimitsError(ValueError):
    """No shares keep all limits and add up to one."""


def limit(
    weights: Mapping[Name, Fraction],
    *,
    least: Mapping[Name, Fraction],
    most: Mapping[Name, Fraction],
    leftover_to: Name | None = None,
) -> dict[Name, Fraction]:
    """Share one out in proportion to weights, nobody below their least or above their most.

    All whom no limit holds pay in proportion to their weights (water-filling, exact). When
    everyone with a weight is at their most, what is left goes to `leftover_to`, else evenly to
    those without weight. Raises ImpossibleLimitsError, which says what is wrong in a few words.
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
    """Fix those who stay at their limit whatever the others do, or everyone if it comes out even.

    If raising some to their least takes more than capping others at their most gives back, the
    rest will get less than wanted: so who is at the least now will be there in the end; and the
    other way round.
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
