"""A workbook: the sheets that people open in a spreadsheet, before any program writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Chart:
    """Columns beside or on each other: one series for each named column, along `along`."""

    title: str
    along: str
    series: tuple[str, ...]
    most: int = 0  # of the rows, the first so many; 0 is all
    bars: bool = False  # lying, for long names


@dataclass(frozen=True)
class Sheet:
    """One table with a sentence above it.

    `summed` columns get a total for each currency, worked out by the spreadsheet itself. `equal`
    columns are compared by it, row by row. `heads` has the heading of a column if that is
    not its name.
    """

    title: str
    heading: str
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, object], ...]
    notes: tuple[str, ...] = ()
    summed: tuple[str, ...] = ()
    equal: tuple[str, ...] = ()
    chart: Chart | None = None
    heads: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """What a sheet's column must add up to in a currency: the proof's own figure, by its row."""

    sheet: str
    column: str
    currency: str
    row: int  # of the proof's sheet, counted from zero
    stage: str


@dataclass(frozen=True)
class Workbook:
    """All sheets, and what the last one, the proof, checks of the others."""

    name: str
    made_at: str  # ISO 8601, UTC
    sheets: tuple[Sheet, ...]
    checks: tuple[Check, ...]
