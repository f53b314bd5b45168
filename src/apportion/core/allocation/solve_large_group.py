"""Solve a large group of pools that serve each other: exactly, by p-adic lifting.

The problem
-----------
Each pool of the group passes its cost on to pools of the group and to exits: ends, or pools outside
whose solution is known. With `A` the weights within the group, `R` those to exits, and `D` the
diagonal matrix of each pool's total, all whole numbers, the parts `X` of the exits solve

    (D - A)·X = R

Elimination takes about k³ steps for k pools, on numbers that grow to k times the digits of the
weights: minutes for a dense group of 400 pools.

The method
----------
Dixon (1982), "Exact solution of linear equations using p-adic expansions". The matrix is inverted
once modulo a prime p. Then each step finds one more digit, in base p, of the parts of one exit:

    digit = (D - A)⁻¹·rest mod p,   rest = (rest - (D - A)·digit) / p,   where rest starts as R

After t steps a part is known modulo p**t. If it is a fraction of small numbers, Euclid's algorithm
finds them (Wang 1981). The parts have a common denominator, so that is rarely needed: once the
denominator is known, a numerator is the part times the denominator, modulo p**t.

Why the result is exact
-----------------------
Numerators N over a denominator d are accepted only if all are between 0 and d, and d times twice
the largest total is below p**t. Both sides of (D - A)·N = d·R are equal modulo p**t and differ by
less, so they are equal. Every pool of the group reaches an exit, so the matrix has an inverse and
there is no other solution. Until then, more digits are computed; this ends, because the numbers are
at most the determinant. Finally, the equation is checked in whole numbers, for all exits.

Cost
----
The inverse takes k³ steps on digits, once. For each exit, a digit takes two products of a matrix
and a vector. There are as many digits as a part has; twice as many for the first exit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isqrt

from .inverse_modulo import invert
from .packed_numbers import Slots, combine
from .rounding import Name

#: The prime is the largest one below this that can be used, so a digit has 27 bits.
_BELOW = 2**27
#: By how many bits a fraction must be shorter than p**t, so that it is hardly there by chance.
_SPARE_BITS = 24


def solve_large_group(
    group: Sequence[Name], rows: Mapping[Name, Mapping[Name, int]]
) -> dict[Name, dict[Name, int]]:
    """Find the parts of each node that reach each exit, as whole numbers in proportion.

    Exits are targets outside the group; every node must reach one.
    """
    inside = set(group)
    exits = list(dict.fromkeys(to for node in group for to in rows[node] if to not in inside))
    weights = [[rows[node].get(to, 0) for to in group] for node in group]
    outer = [[rows[node].get(to, 0) for to in exits] for node in group]
    parts = _solve(_Lifting.of(weights, outer), outer)
    return {
        node: {exit_: part for exit_, part in zip(exits, found, strict=True) if part}
        for node, found in zip(group, parts, strict=True)
    }


def _solve(lifting: _Lifting, outer: Sequence[Sequence[int]]) -> list[list[int]]:
    """The numerators of each row, for each column of `outer`, over one denominator."""
    denominator = 1
    solved: list[tuple[int, list[int]]] = []
    for right in zip(*outer, strict=True):
        denominator, numerators = lifting.solve(right, denominator)
        solved.append((denominator, numerators))
    columns = ([number * (denominator // of) for number in found] for of, found in solved)
    parts = [list(row) for row in zip(*columns, strict=True)]
    assert _holds(lifting, outer, denominator, parts)
    return parts


@dataclass(frozen=True)
class _Lifting:
    """The matrix D - A, and its inverse modulo a prime, both as packed columns."""

    totals: Sequence[int]  # the diagonal of D
    weights: Sequence[Sequence[int]]  # the rows of A
    weight_columns: Sequence[int]
    weight_slots: Slots
    prime: int
    inverse_columns: Sequence[int]
    inverse_slots: Slots

    @classmethod
    def of(cls, weights: Sequence[Sequence[int]], outer: Sequence[Sequence[int]]) -> _Lifting:
        """Invert the matrix of these rows."""
        totals = [sum(row) + sum(out) for row, out in zip(weights, outer, strict=True)]
        matrix = [[-weight for weight in row] for row in weights]
        for at, total in enumerate(totals):
            matrix[at][at] += total
        prime, inverse = invert(matrix, _BELOW)
        weight_slots = Slots.holding(len(totals), max(totals) * prime)
        inverse_slots = Slots.holding(len(totals), len(totals) * prime * prime)
        return cls(
            totals,
            weights,
            [weight_slots.pack(column) for column in zip(*weights, strict=True)],
            weight_slots,
            prime,
            [inverse_slots.pack(column) for column in zip(*inverse, strict=True)],
            inverse_slots,
        )

    def solve(self, right: Sequence[int], denominator: int) -> tuple[int, list[int]]:
        """Solve for one exit: a denominator, a multiple of the given one, and numerators."""
        largest = 2 * max(self.totals)
        wanted = denominator * largest
        for values, power in self._expansion(right):
            if power > wanted:
                found = _fractions(values, power, denominator)
                if found is not None and found[0] * largest < power:
                    return found
                wanted = power << power.bit_length() // 4  # a quarter more digits
        raise AssertionError

    def _expansion(self, right: Sequence[int]) -> Iterator[tuple[list[int], int]]:
        """Give the solution modulo the prime, its square and so on, without an end."""
        rest, values, power = list(right), [0] * len(right), 1
        while True:
            digit = self._digit(rest)
            passed_on = self.weight_slots.unpack(combine(self.weight_columns, digit))
            rest = [
                (left - total * number + passed) // self.prime
                for left, total, number, passed in zip(
                    rest, self.totals, digit, passed_on, strict=True
                )
            ]
            values = [value + power * number for value, number in zip(values, digit, strict=True)]
            power *= self.prime
            yield values, power

    def _digit(self, rest: Sequence[int]) -> list[int]:
        product = combine(self.inverse_columns, (number % self.prime for number in rest))
        return [number % self.prime for number in self.inverse_slots.unpack(product)]


def _fractions(values: Sequence[int], power: int, denominator: int) -> tuple[int, list[int]] | None:
    """Find fractions from 0 to 1 by their values modulo a power; None if it is too small.

    Their common denominator is a multiple of the given one.
    """
    while denominator < power:
        numerators = [value * denominator % power for value in values]
        larger = next((number for number in numerators if number > denominator), None)
        if larger is None:
            return denominator, numerators
        factor = _denominator(larger, power, denominator)
        if factor is None:
            return None
        denominator *= factor
    return None


def _denominator(value: int, power: int, largest: int) -> int | None:
    """Find the denominator of a short fraction up to `largest` by its value modulo a power."""
    bound = isqrt(power * largest >> _SPARE_BITS)
    before, found, factor_before, factor = power, value, 0, 1
    while found > bound:
        quotient, rest = divmod(before, found)
        before, found = found, rest
        factor_before, factor = factor, factor_before - quotient * factor
    short = found.bit_length() + factor.bit_length() + _SPARE_BITS < power.bit_length()
    return factor if factor > 1 and short else None


def _holds(
    lifting: _Lifting,
    outer: Sequence[Sequence[int]],
    denominator: int,
    parts: Sequence[Sequence[int]],
) -> bool:
    """Substitute: whether D·N = A·N + d·R, all exits of a row packed into one number."""
    slots = Slots.holding(len(outer[0]), denominator * max(lifting.totals))
    packed = [slots.pack(row) for row in parts]
    return all(
        total * numerators == combine(packed, row) + denominator * slots.pack(out)
        for total, numerators, row, out in zip(
            lifting.totals, packed, lifting.weights, outer, strict=True
        )
    )
