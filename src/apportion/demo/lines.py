"""Lines of a bill as columns: what kinds there are, how they are made and added up.

Money is counted in whole units of 1e-10 dollars until the last moment, so sums are exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import pyarrow as pa

from .deterministic_random import Ints

#: Seconds since 1970-01-01, as two columns: start and end (exclusive).
DAY = 86_400
HOUR = 3_600

#: A line: which stream describes it, what kind it is, when, and its numbers. A column that a kind
#: of line has no use for is null. `note` is a place in `months.NOTES`.
SCHEMA = pa.schema(
    [
        ("item", pa.int32()),
        ("kind", pa.int8()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("quantity", pa.float64()),
        ("cost", pa.int64()),
        ("list_cost", pa.int64()),
        ("effective", pa.int64()),
        ("discount", pa.int64()),
        ("commitment", pa.int16()),
        ("covered_rate", pa.int64()),
        ("used", pa.int64()),
        ("total", pa.int64()),
        ("unused_quantity", pa.float64()),
        ("unused_recurring", pa.int64()),
        ("unused_upfront", pa.int64()),
        ("split_cost", pa.int64()),
        ("unused_cost", pa.int64()),
        ("split_ratio", pa.float64()),
        ("note", pa.int8()),
    ]
)


class LineKind(IntEnum):
    """AWS's line item types, and the rows of split cost allocation, which AWS calls Usage too."""

    Usage = 0
    SavingsPlanCoveredUsage = 1
    SavingsPlanNegation = 2
    SavingsPlanRecurringFee = 3
    SavingsPlanUpfrontFee = 4
    DiscountedUsage = 5
    RIFee = 6
    Fee = 7
    Tax = 8
    Credit = 9
    Refund = 10
    EdpDiscount = 11
    Split = 12


#: Kinds of lines that carry a resource and its tags.
USAGE = (LineKind.Usage, LineKind.SavingsPlanCoveredUsage, LineKind.DiscountedUsage)


def lines(kind: LineKind, columns: Mapping[str, object]) -> pa.Table:
    """Make lines of one kind; `item` must be among the columns, and gives the number of lines."""
    count = len(np.atleast_1d(np.asarray(columns["item"])))
    values = {"kind": np.full(count, int(kind), dtype=np.int8), **columns}
    return pa.table(
        [
            pa.nulls(count, one.type)
            if one.name not in values
            else pa.array(np.broadcast_to(np.asarray(values[one.name]), count), one.type)
            for one in SCHEMA
        ],
        schema=SCHEMA,
    )


def line(kind: LineKind, **columns: float) -> pa.Table:
    """Make a single line."""
    return lines(kind, {name: [value] for name, value in columns.items()})


def numbers(table: pa.Table, column: str) -> Ints:
    """A column as whole numbers, 0 for null."""
    filled = table.column(column).combine_chunks().fill_null(0)
    return np.asarray(filled.to_numpy(zero_copy_only=False)).astype(np.int64)


def sum_by(key: Ints, values: Ints) -> tuple[Ints, Ints]:
    """Add up values with the same key, exactly: the place of each key's first line, and its sum."""
    if len(key) == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(key[order]) != 0])
    return order[starts], np.add.reduceat(values[order], starts)


@dataclass
class Sums:
    """What lines add up to: for each stream, in all and of its usage alone, and for each kind."""

    charged: Ints
    effective: Ints
    usage_effective: Ints
    usage_lines: Ints
    effective_of: dict[LineKind, int] = field(default_factory=dict)
    lines_of: dict[LineKind, int] = field(default_factory=dict)

    @classmethod
    def none(cls, streams: int) -> Sums:
        """Nothing yet, for so many streams."""
        zeros = np.zeros((4, streams), dtype=np.int64)
        return cls(zeros[0], zeros[1], zeros[2], zeros[3])

    @property
    def lines(self) -> int:
        """How many lines there are."""
        return sum(self.lines_of.values())

    def add(self, table: pa.Table) -> None:
        """Add lines of one kind."""
        kind = LineKind(table.column("kind")[0].as_py())
        item, effective = numbers(table, "item"), numbers(table, "effective")
        _add(self.charged, item, numbers(table, "cost"))
        _add(self.effective, item, effective)
        if kind in USAGE:
            _add(self.usage_effective, item, effective)
            _add(self.usage_lines, item, np.ones_like(item))
        self.effective_of[kind] = self.effective_of.get(kind, 0) + int(effective.sum())
        self.lines_of[kind] = self.lines_of.get(kind, 0) + len(item)


def _add(totals: Ints, item: Ints, values: Ints) -> None:
    first, sums = sum_by(item, values)
    totals[item[first]] += sums
