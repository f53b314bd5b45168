"""A page before it is HTML, JSON or a file: sentences, key figures, and sections with rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from markupsafe import Markup

from apportion.core.reporting.explain import added
from apportion.model.cents import ROUNDED, cent_off
from apportion.model.row import Row
from apportion.reports.columns import cents_off


class CellStyle(StrEnum):
    """The format of a column's values."""

    TEXT = "text"
    CODE = "code"  # an id
    HASH = "hash"  # a hash, which is long
    PLACE = "place"  # file:line:column
    MONEY = "money"  # Decimal, to the cent
    CHANGE = "change"  # Decimal with its sign
    EXACT = "exact"  # Decimal with every digit
    SHARE = "share"  # Decimal, a share of one
    COUNT = "count"  # int
    DAY = "day"
    TREND = "trend"  # amounts by day, drawn as a line
    HEAT = "heat"  # a share of one on a coloured background
    STATUS = "status"  # a word


@dataclass(frozen=True)
class TableColumn:
    """A column of a section. `link` gives the address for a row; an empty one is no link."""

    name: str
    title: str
    style: CellStyle = CellStyle.TEXT
    link: Callable[[Row], str] | None = None
    hint: str = ""

    @property
    def is_number(self) -> bool:
        """Whether values are right-aligned."""
        return self.style in {
            CellStyle.MONEY,
            CellStyle.CHANGE,
            CellStyle.EXACT,
            CellStyle.SHARE,
            CellStyle.COUNT,
            CellStyle.HEAT,
        }


@dataclass(frozen=True)
class Chart:
    """A chart: Plotly's figure as JSON, and a description for screen readers.

    `size` is low, medium, tall or extra-tall; the style sheet reserves the height of each.
    """

    figure: str
    description: str
    size: str = "medium"


@dataclass(frozen=True)
class Choice:
    """One of several states of a page; `current` is the displayed one."""

    title: str
    link: str
    current: bool = False


@dataclass(frozen=True)
class Section:
    """A heading with rows, and perhaps a chart.

    `name` is part of the address of the section's files. `drawing` is HTML that a page wrote,
    instead of a chart; `hide_table` shows only the chart or drawing. A `collapsed` table opens on a
    click. `max_rows` limits the displayed rows, 0 is no limit: one row has the sum of the others.
    Files have every row.
    """

    name: str
    heading: str
    columns: Sequence[TableColumn] = ()
    rows: Sequence[Row] = ()
    note: str = ""
    chart: Chart | None = None
    drawing: Markup | None = None
    hide_table: bool = False
    collapsed: bool = False
    total: Row | None = None
    choices: Mapping[str, Sequence[Choice]] = field(default_factory=dict)
    empty: str = "No data."
    half: bool = False
    max_rows: int = 0

    @property
    def other_rows(self) -> Row | None:
        """The sum of the rows beyond `max_rows`."""
        if not self.max_rows or len(self.rows) <= self.max_rows + 1:
            return None
        rows = self.rows[self.max_rows :]
        sums = [c.name for c in self.columns if c.style in {CellStyle.MONEY, CellStyle.CHANGE}]
        first = self.columns[0].name
        return {**total_row(rows, sums), first: f"{len(rows):,} others"}

    @property
    def first_rows(self) -> Sequence[Row]:
        """The rows up to `max_rows`."""
        return self.rows if self.other_rows is None else self.rows[: self.max_rows]

    @property
    def cents_off(self) -> bool:
        """Whether displayed amounts do not add up to a total, by column or by row."""
        sums = [c.name for c in self.columns if c.style in {CellStyle.MONEY, CellStyle.CHANGE}]
        displayed = [*self.first_rows, *([self.other_rows] if self.other_rows else [])]
        total = self.total if self.total and len(self.rows) > 1 else {}
        return cents_off([*displayed, total], sums) or any(
            cent_off((_decimal(row.get(name)) for row in displayed), _decimal(total[name]))
            for name in sums
            if name in total
        )

    @property
    def exported(self) -> tuple[str, ...]:
        """The columns of the files: all except drawings."""
        return tuple(column.name for column in self.columns if column.style is not CellStyle.TREND)


@dataclass(frozen=True)
class KeyFigure:
    """A key figure at the top of a page."""

    label: str
    value: object
    style: CellStyle = CellStyle.MONEY
    note: str = ""
    link: str = ""
    good: bool | None = None


@dataclass(frozen=True)
class Page:
    """The content of a page. `heading` is a sentence."""

    name: str
    title: str
    heading: str
    lead: str = ""
    figures: Sequence[KeyFigure] = ()
    sections: Sequence[Section] = ()
    choices: Mapping[str, Sequence[Choice]] = field(default_factory=dict)

    @property
    def has_charts(self) -> bool:
        """Whether the page needs the chart library."""
        return any(section.chart for section in self.sections)

    def section(self, name: str) -> Section | None:
        """Find a section by its name."""
        return next((section for section in self.sections if section.name == name), None)


def rounding_note(note: str, whole: Decimal, *parts: Decimal) -> str:
    """Add to a note that the displayed parts differ from the whole by cents."""
    notes = [note, ROUNDED] if cent_off(parts, whole) else [note]
    return "; ".join(filter(None, notes))


def total_row(rows: Sequence[Row], columns: Sequence[str], **words: str) -> Row:
    """Sum some columns of rows."""
    sums = {c: added(_decimal(row[c]) for row in rows) for c in columns}
    return {**sums, **words}


def _decimal(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal()
