"""The inverse of a matrix modulo a prime, on packed rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from math import isqrt

from .packed_numbers import Slots


def invert(matrix: Sequence[Sequence[int]], below: int) -> tuple[int, list[list[int]]]:
    """Invert a matrix modulo the largest prime below a number that makes it possible.

    All leading minors of the matrix must be other than zero, as they are for `D - A` in
    `solve_large_group.py`. So no rows are exchanged: a pivot that is zero modulo a prime means that
    the prime divides a minor, and the next prime is tried.
    """
    for prime in _primes(below):
        inverse = _inverse(matrix, prime)
        if inverse is not None:
            return prime, inverse
    raise AssertionError


def _inverse(matrix: Sequence[Sequence[int]], prime: int) -> list[list[int]] | None:
    """Gauss and Jordan's elimination in place; None if a pivot is zero.

    A slot has room for all products that are added to it, so it is reduced only once its row is
    the pivot's.
    """
    size = len(matrix)
    slots = Slots.holding(size, (size + 1) * prime * prime)
    rows = [slots.pack(number % prime for number in row) for row in matrix]
    mask = (1 << 8 * slots.size) - 1
    for at in range(size):
        shift = 8 * slots.size * at
        pivots = slots.unpack(rows[at])
        if pivots[at] % prime == 0:
            return None
        scale = pow(pivots[at], -1, prime)
        pivots[at] = 1
        pivot_row = slots.pack(number * scale % prime for number in pivots)
        for other, row in enumerate(rows):
            taken = row >> shift & mask
            rows[other] = row - (taken << shift) + (-taken % prime) * pivot_row
        rows[at] = pivot_row
    return [[number % prime for number in slots.unpack(row)] for row in rows]


def _primes(below: int) -> Iterator[int]:
    """List the primes below a number, the largest first."""
    for number in count(below - 1, -1):
        if all(number % divisor for divisor in range(2, isqrt(number) + 1)):
            yield number
