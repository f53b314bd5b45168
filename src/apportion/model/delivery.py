"""A delivery: the verified files of one coming of a bill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from typing import NamedTuple


class Encoding(StrEnum):
    """How the bytes of a bill's files are to be read."""

    CSV = "csv"  # plain or gzip; everything is text
    PARQUET = "parquet"


class Format(StrEnum):
    """Whose columns they are. Each has one mapping file."""

    FOCUS = "focus"
    CUR_2 = "cur-2.0"
    CUR_LEGACY = "cur-legacy"


class LargestCharge(NamedTuple):
    """The line of a CSV with the largest amount, without its sign; rows count from zero."""

    units: int = 0
    row: int = 0


@dataclass(frozen=True)
class BillFile:
    """One file: where it was given, where it can be read now, and what was checked.

    `largest` is found for CSV alone: lines of Parquet are found through their keys.
    """

    name: str  # as the user gave it
    path: str  # what the engine reads: the same, or an extracted copy
    sha256: str  # of the bytes as given
    size: int
    rows: int
    checked_by: str  # "manifest SHA-256", "gzip CRC-32", "Parquet page CRC-32" or "nothing"
    listed: bool = False  # whether a manifest names it, so that it is a part and no repetition
    largest: LargestCharge = field(default_factory=LargestCharge)


@dataclass(frozen=True)
class StatedTotal:
    """What the files themselves say for one account, read by another way than the ledger's.

    `units` are integer counts of the smallest unit, one for each of focus.COST_COLUMNS.
    """

    period: str
    billing_account: str
    sub_account: str
    currency: str
    lines: int
    units: tuple[int, ...]


@dataclass(frozen=True)
class Delivery:
    """Files of one format that were delivered together, ready to be read.

    `columns` maps the raw column names to DuckDB types. `mapping` is the text of the mapping file.
    `ten_places` are raw columns of DOUBLE of which every value was looked at: it is below 2^18, and
    ten decimal places hold it, so that `CAST(x AS DECIMAL(18, 10))` is exact.
    `hours` are, by period and day, the hours in which charges begin, as bits: `1 << hour`.
    `written` maps raw column names to the header's where they differ: engines number a name that
    differs from another in case alone (`CostCenter`, `costcenter_1`).
    `made` is when the provider wrote it, in UTC: the time of its manifest, or of its newest file.
    """

    format: Format
    version: str  # of the format: `1.2` for FOCUS, else empty
    encoding: Encoding
    files: tuple[BillFile, ...]
    columns: Mapping[str, str]
    mapping: str
    stated: tuple[StatedTotal, ...]
    ten_places: frozenset[str] = frozenset()
    written: Mapping[str, str] = field(default_factory=dict)
    made: str = ""  # ISO 8601; empty if unknown
    hours: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class LinePlace(NamedTuple):
    """A line of a delivery: the number of its file and its row, both from zero."""

    file: int
    row: int


class NoValue(Enum):
    """In place of a value that could not be picked out of its line."""

    UNREAD = auto()


@dataclass(frozen=True)
class RawLine:
    """A line as its file has it, read without the engine.

    `values` are Python's own, by raw column, for the columns that the file has. `name` shows the
    place to people. `period` is empty where the line has none that can be read.
    """

    place: LinePlace
    name: str
    period: str
    values: Mapping[str, object]


@dataclass(frozen=True)
class ReadLimit:
    """How many lines are read by their places, and how many are decoded for that."""

    lines: int
    decoded: int


@dataclass(frozen=True)
class Intent:
    """The user's choice of the bill that a delivery belongs to.

    `bill` names its bill. `replace` lets it take the place of what it does not hold.
    `together_with` are runs, or the beginnings of their ids: deliveries it is another part of.
    `whole` means all the cost of its payer: there can be no other bill of that payer.
    """

    bill: str | None = None
    replace: bool = False
    together_with: tuple[str, ...] = ()
    whole: bool = False


#: The default: a delivery belongs to the bill of its payers, and must hold all of it.
AS_FOUND = Intent()
