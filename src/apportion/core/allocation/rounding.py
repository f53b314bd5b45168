"""The only place where money is divided: in whole units, to the last one, without loss.

The problem
-----------
Parts that are rounded one by one do not add up: a third of 1.00, three times, is 0.99. Here the
parts of an amount always add up to it exactly, each part is less than one unit from its exact
value, and the same input gives the same parts on every machine.

A unit is 1e-18 of the currency, the last place of DECIMAL(38, 18) (`model/money.py`), so an amount
of 1.00 has 10**18 units. Amounts are Python integers, which do not overflow; weights are integers
or fractions, first scaled to the smallest integers in the same proportions (`whole_numbers`). No
division goes through a float or a Decimal.

Largest remainder
-----------------
`apportion` is the method of Hamilton. For `units` and the weights w with the sum W,

1. divide: units·w = q·W + r for each part, with the remainder r from 0 to W - 1,
2. give each part its quotient q,
3. the units left over are units - Σq = Σr / W, fewer than there are parts with a remainder; give
   one unit each to the parts with the largest remainders.

10 units by the weights 2, 1 and 4, whose sum is 7:

    A: 20 = 2·7 + 6     B: 10 = 1·7 + 3     C: 40 = 5·7 + 5

The quotients add up to 8. Two units are left over, for the remainders 6 and 5:

    >>> apportion(10, {"A": 2, "B": 1, "C": 4})
    {'A': 3, 'B': 1, 'C': 6}

Ties go to the names that sort first: parts are sorted by name before the division, and the sort by
remainder is stable. So the order of lines in a bill or a driver changes no part:

    >>> apportion(1, {"C": 1, "A": 1, "B": 1})
    {'A': 1, 'B': 0, 'C': 0}

A part without weight has no remainder, and gets nothing.

Negative amounts (credits, refunds) are divided by their absolute value; then every sign is turned.
A credit of the same size as a cost cancels it in every part:

    >>> apportion(-10, {"A": 2, "B": 1, "C": 4})
    {'A': -3, 'B': -1, 'C': -6}

Lines and parts at once
-----------------------
`apportion_lines` splits several lines so that each line adds up, and so does each part over all
lines. Largest remainder for each line would not give that. It rounds running sums instead: with S
the sum of the lines so far, and C the sum of the weights so far, the cut is S·C / W, rounded down.
A part of a line is the difference between the cuts around it, in both directions. All differences
add up to the last cuts, which are exact. Lines of 5 and 5 by the weights 1 and 2:

    running sum  5: cuts 0, 1,  5, so the first line is 1 and 4
    running sum 10: cuts 0, 3, 10, in all 3 and 7, so the second line is 2 and 3

    >>> apportion_lines([5, 5], [1, 2])
    [[1, 4], [2, 3]]

Amounts of a journal
--------------------
`round_together` rounds exact amounts to a coarser unit, a cent, so that they add up to their own
rounded sum: every amount is rounded down, and the units left over go to the largest remainders.
0.4, 0.4 and 0.4 are 1.2, so 1, and one of them is 1. Each result is less than one unit from its
exact amount:

    >>> round_together({"A": Fraction(4, 10), "B": Fraction(4, 10), "C": Fraction(4, 10)})
    {'A': 1, 'B': 0, 'C': 0}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from math import gcd, lcm
from typing import Generic, TypeVar

from apportion.model.money import EXACT, to_units
from apportion.model.split import Units

#: The name of a part. Names can be sorted, and their order decides ties.
Name = TypeVar("Name", bound="str | tuple[str, ...]")


class NoWeightError(ValueError):
    """No weight is positive, or one is negative."""

    def __init__(self, weights: Mapping[Name, Fraction | int]) -> None:
        found = ", ".join(f"{name} {weight}" for name, weight in weights.items()) or "no weights"
        super().__init__(f"Expected weights of zero or more that are not all zero; found {found}.")


@dataclass(frozen=True)
class Proportions(Generic[Name]):
    """Weights prepared once for many amounts: the smallest whole numbers, in the order of names."""

    names: tuple[Name, ...]
    numbers: tuple[int, ...]

    @classmethod
    def of(cls, weights: Mapping[Name, Fraction | int]) -> Proportions[Name]:
        """Prepare weights; raises NoWeightError if one is negative or none is positive."""
        whole = whole_numbers(weights)
        if not any(whole.values()) or min(whole.values()) < 0:
            raise NoWeightError(weights)
        names = tuple(sorted(whole))
        return cls(names, tuple(whole[name] for name in names))

    def divide(self, units: Units) -> list[Units]:
        """The parts of every cost column, one for each name; columns with one amount alike."""
        columns = {amount: _divide(amount, self.numbers) for amount in set(units)}
        return list(zip(*(columns[amount] for amount in units), strict=True))


def apportion(units: int, weights: Mapping[Name, Fraction | int]) -> dict[Name, int]:
    """Split a number of units in proportion to weights; the parts add up to it exactly.

    Largest remainder, ties in the order of names; `apportion(-x)` is `apportion(x)` with every sign
    turned. The result is in the order of names. Raises NoWeightError if a weight is negative or
    none is positive.
    """
    proportions = Proportions.of(weights)
    return dict(zip(proportions.names, _divide(units, proportions.numbers), strict=True))


def apportion_all(units: Units, weights: Mapping[Name, Fraction | int]) -> dict[Name, Units]:
    """Split every cost column by the same weights, each as `apportion` does."""
    proportions = Proportions.of(weights)
    return dict(zip(proportions.names, proportions.divide(units), strict=True))


def apportion_lines(
    lines: Sequence[int], weights: Sequence[int], totals: Sequence[int] | None = None
) -> list[list[int]]:
    """Split lines in proportion to weights, so that each line adds up, and each part over all.

    Returns, for each line, a part for each weight. With `totals` the parts over all lines are
    exactly these: they must have the sum of the lines, if it is not zero, and be near the
    proportion, as those of `apportion` are. A part is less than two units from its exact value.
    """
    line_sum = sum(lines)
    proportions = weights if totals is None or not line_sum else totals
    whole = sum(proportions)
    bounds = list(accumulate(proportions, initial=0))
    assert whole
    assert proportions is weights or whole == line_sum
    before = [0] * len(proportions)
    parts = []
    for running_sum in accumulate(lines):
        cuts = [running_sum * bound // whole for bound in bounds]
        so_far = [high - low for low, high in pairwise(cuts)]
        parts.append([new - old for new, old in zip(so_far, before, strict=True)])
        before = so_far
    return parts


def round_together(amounts: Mapping[Name, Fraction | int]) -> dict[Name, int]:
    """Round amounts to whole units, so that they add up to their sum, rounded half up.

    Ties in the order of names; with every sign turned, every result is turned. The result is in
    the order of names.
    """
    names = sorted(amounts)
    exact = sum((Fraction(amounts[name]) for name in names), Fraction())
    sign = -1 if exact < 0 else 1
    turned = [sign * Fraction(amounts[name]) for name in names]
    whole = [amount.numerator // amount.denominator for amount in turned]
    remainders = [amount - down for amount, down in zip(turned, whole, strict=True)]
    parts = _add_leftover(_half_up(sign * exact), whole, remainders)
    return {name: sign * part for name, part in zip(names, parts, strict=True)}


def part_of(amount: Decimal, whole: Decimal, *, places: int = 6) -> Decimal | None:
    """Divide an amount by a whole, rounded half up; None if the whole is zero."""
    if not whole:
        return None
    share = Fraction(to_units(amount) * 10**places, to_units(whole))
    units = _half_up(abs(share))
    return Decimal(-units if share < 0 else units).scaleb(-places, EXACT)


def whole_numbers(weights: Mapping[Name, Fraction | int]) -> dict[Name, int]:
    """Scale weights to the smallest whole numbers in the same proportions."""
    scale = lcm(*(weight.denominator for weight in weights.values()))
    whole = {
        name: weight.numerator * (scale // weight.denominator) for name, weight in weights.items()
    }
    common = gcd(*whole.values()) or 1
    return {name: weight // common for name, weight in whole.items()}


def _half_up(amount: Fraction) -> int:
    """Round an amount of zero or more, half a unit up."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def _divide(units: int, weights: Sequence[int]) -> list[int]:
    total = sum(weights)
    divided = [divmod(abs(units) * weight, total) for weight in weights]
    quotients, remainders = [quotient for quotient, _ in divided], [rest for _, rest in divided]
    parts = _add_leftover(abs(units), quotients, remainders)
    return [-part for part in parts] if units < 0 else parts


def _add_leftover(units: int, parts: list[int], remainders: Sequence[Fraction | int]) -> list[int]:
    """Add one unit to the parts with the largest remainders, until all add up to `units`."""
    left_over = units - sum(parts)
    by_remainder = sorted(range(len(parts)), key=remainders.__getitem__, reverse=True)
    for at in by_remainder[:left_over]:  # a stable sort: ties stay in the order of names
        parts[at] += 1
    assert sum(parts) == units
    return parts
