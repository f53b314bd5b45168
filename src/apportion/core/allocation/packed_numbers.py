"""Vectors of whole numbers packed into one integer, so that one multiplication is a whole loop."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import mul


@dataclass(frozen=True)
class Slots:
    """The layout of a packed vector: `length` numbers from 0 up to below 256**`size`."""

    length: int
    size: int

    @classmethod
    def holding(cls, length: int, largest: int) -> Slots:
        """A layout for numbers up to `largest`."""
        return cls(length, (largest.bit_length() + 8) >> 3)

    def pack(self, numbers: Iterable[int]) -> int:
        """Pack as many numbers as there are slots; the first is the lowest."""
        return int.from_bytes(b"".join(n.to_bytes(self.size, "little") for n in numbers), "little")

    def unpack(self, packed: int) -> list[int]:
        """Give the number of each slot."""
        size, whole = self.size, self.length * self.size
        raw = packed.to_bytes(whole, "little")
        return [int.from_bytes(raw[at : at + size], "little") for at in range(0, whole, size)]


def combine(columns: Sequence[int], factors: Iterable[int]) -> int:
    """Multiply a matrix of packed columns by a vector; no slot may overflow."""
    return sum(map(mul, columns, factors))
