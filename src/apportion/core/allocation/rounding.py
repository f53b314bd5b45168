"""The only place where money is divided: exactly, to the last unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from math import gcd, lcm
from typing import TypeVar

from apportion.model.money import EXACT, to_units
from apportion.model.split import Units

#: What a part is named by. Names are ordered, and their order settles ties.
Name = TypeVar("Name", bound="str | tuple[str, ...]")


class NoWeightError(ValueError):
    """There is something to share, and nobody to share it with."""

    def __init__(self, weights: Mapping[Name, Fraction | int]) -> None:
        found = ", ".join(f"{name} {weight}" for name, weight in weights.items()) or "no weights"
        super().__init__(f"Expected weights of zero or more that are not all zero; found {found}.")


def apportion(units: int, weights: Mapping[Name, Fraction | int]) -> dict[Name, int]:
    """Split a count of units in proportion to weights, so that the parts add up to it exactly.

    Largest remainder: everyone gets what is whole, then the units left over go one each to those
    who lost most by that, ties in the order of names. A credit is split like the cost it takes
    back: `apportion(-x)` is `apportion(x)` with every sign turned. The result is in the order of
    names. Raises NoWeightError if a weight is negative or none is positive.
    """
    ordered = _in_order(weights)
    return dict(zip(ordered, _divide(units, list(ordered.values())), strict=True))


def apportion_all(units: Units, weights: Mapping[Name, Fraction | int]) -> dict[Name, Units]:
    """Split every cost column by the same weights, each as `apportion` does."""
    ordered = _in_order(weights)
    columns = [_divide(amount, list(ordered.values())) for amount in units]
    return dict(zip(ordered, zip(*columns, strict=True), strict=True))


def apportion_lines(
    lines: Sequence[int], weights: Sequence[int], totals: Sequence[int] | None = None
) -> list[list[int]]:
    """Split lines in proportion to weights, so that each line adds up, and each part over all.

    Returns a part of each line for each weight. With `totals`, which must add up to the lines
    unless both come to zero, the parts over all lines are exactly these; they must be near the
    proportion, as `apportion` makes them. Cut points of both sums are rounded down, so what lies
    between two cuts is off by less than two units, and every sum telescopes.
    """
    over_all = sum(lines)
    ends = weights if totals is None or not over_all else totals
    whole = sum(ends)
    cuts = list(accumulate(ends, initial=0))
    assert whole
    assert ends is weights or whole == over_all
    before = [0] * len(ends)
    parts = []
    for so_far in accumulate(lines):
        cut = [so_far * end // whole for end in cuts]
        added = [high - low for low, high in pairwise(cut)]
        parts.append([new - old for new, old in zip(added, before, strict=True)])
        before = added
    return parts


def part_of(amount: Decimal, whole: Decimal, *, places: int = 6) -> Decimal | None:
    """Tell what part of the whole an amount is, rounded half up; None of a whole that is zero."""
    if not whole:
        return None
    numerator, denominator = to_units(amount), to_units(whole)
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    scaled = 2 * abs(numerator) * 10**places + abs(denominator)
    return Decimal(sign * (scaled // (2 * abs(denominator)))).scaleb(-places, EXACT)


def whole_numbers(weights: Mapping[Name, Fraction | int]) -> dict[Name, int]:
    """Give the smallest whole numbers that stand in the same proportions."""
    scale = lcm(*(weight.denominator for weight in weights.values()))
    whole = {
        name: weight.numerator * (scale // weight.denominator) for name, weight in weights.items()
    }
    common = gcd(*whole.values()) or 1
    return {name: weight // common for name, weight in whole.items()}


def _in_order(weights: Mapping[Name, Fraction | int]) -> dict[Name, int]:
    whole = whole_numbers(weights)
    if not any(whole.values()) or min(whole.values()) < 0:
        raise NoWeightError(weights)
    return {name: whole[name] for name in sorted(whole)}


def _divide(units: int, weights: Sequence[int]) -> list[int]:
    total = sum(weights)
    divided = [divmod(abs(units) * weight, total) for weight in weights]
    parts = _hand_out(abs(units), [part for part, _ in divided], [lost for _, lost in divided])
    return [-part for part in parts] if units < 0 else parts


def _hand_out(wanted: int, parts: list[int], lost: Sequence[int]) -> list[int]:
    """Add one to the parts that lost most, until all add up to what is wanted."""
    left_over = wanted - sum(parts)
    # A stable sort: those who lost the same stay in the order they came in, reversed or not.
    for place in sorted(range(len(lost)), key=lost.__getitem__, reverse=True)[:left_over]:
        parts[place] += 1
    assert sum(parts) == wanted
    return parts
