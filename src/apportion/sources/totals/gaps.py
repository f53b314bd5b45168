"""Lines with a gap: no amount in a column that has one for every charge, or no billing period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .amounts import Ints, add_up
from .batches import Batch
from .layouts import Layout


@dataclass
class Gap:
    """Lines without a value in a column.

    `first` is the first row, from one; `units` are the sum of these lines in the column `beside`,
    "" where the file has no other amount.
    """

    first: int
    beside: str
    lines: int = 0
    units: int = 0


#: By column and currency.
Gaps = dict[tuple[str, str], Gap]


def empty_lines(amounts: pa.Array, nothing: Sequence[str]) -> Ints:
    """Find the lines without an amount: NULL, or one of the texts in `nothing`."""
    if pa.types.is_dictionary(amounts.type):
        amounts = amounts.dictionary_decode()
    empty = amounts.is_null()
    if pa.types.is_string(amounts.type) or pa.types.is_large_string(amounts.type):
        empty = pc.or_(empty, pc.is_in(amounts, pa.array(nothing, amounts.type)))
    return np.flatnonzero(np.asarray(empty))


@dataclass(frozen=True)
class GapCounter:
    """Counts gaps into `gaps`; `nothing` are texts that are no amount."""

    gaps: Gaps
    layout: Layout
    nothing: tuple[str, ...]

    def add(
        self, batch: Batch, column: str, lines: Ints, codes: Ints, currencies: Sequence[str]
    ) -> None:
        """Add the lines of a batch without a value in a column.

        `codes` are the place in `currencies` of every line of the batch.
        """
        others = (each for each in self.layout.amounts if each != column and each in batch.arrays)
        beside = next(others, "")
        picked = codes[lines]
        units: dict[int, int] = {}
        if beside:
            taken = batch.arrays[beside].take(pa.array(lines))
            units = add_up(taken, picked, nothing=self.nothing).units
        for code in np.unique(picked).tolist():
            of_code = lines[picked == code]
            first = batch.first + int(of_code[0])
            gap = self.gaps.setdefault((column, currencies[code]), Gap(first, beside))
            gap.lines += len(of_code)
            gap.units += units.get(code, 0)
