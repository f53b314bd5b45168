"""What a page is, before it is HTML, JSON or a file: sentences, figures, and sections with rows."""

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
    """How a value is shown."""

    TEXT = "text"
    CODE = "code"  # an id
    HASH = "hash"  # a hash, which is long
    PLACE = "place"  # file:line:column
    MONEY = "money"  # Decimal, to the cent
    CHANGE = "change"  # Decimal with its sign
    EXACT = "exact"  # Decimal with every digit
    PART = "part"  # Decimal, a part of one
    COUNT = "count"  # int
    DAY = "day"
    TREND = "trend"  # amounts day by day, drawn as a line
    HEAT = "heat"  # a part of one on a coloured ground
    MARK = "mark"  # a word that stands for a state


@dataclass(frozen=True)
class TableColumn:
    """A column of a section; `link` gives a row's address, or nothing."""

    name: str
    title: str
    look: CellStyle = CellStyle.TEXT
    link: Callable[[Row], str] | None = None
    hint: str = ""

    @property
    def is_number(self) -> bool:
        """Whether it stands to the right."""
        return self.look in {
            CellStyle.MONEY,
            CellStyle.CHANGE,
            CellStyle.EXACT,
            CellStyle.PART,
            CellStyle.COUNT,
            CellStyle.HEAT,
        }


@dataclass(frozen=True)
class Chart:
    """A drawing: Plotly's figure as JSON, and what it says to who does not see it.

    `size` is low, middle, tall or giant: the style sheet has room for each before it is drawn.
    """

    figure: str
    says: str
    size: str = "middle"


@dataclass(frozen=True)
class Choice:
    """One of several ways to look at a section; `here` is the one that is shown."""

    title: str
    link: str
    here: bool = False


@dataclass(frozen=True)
class Section:
    """A heading with rows, and perhaps a chart of them.

    `name` stands in the addresses of its files. `drawn` is HTML of our own making, in place of the
    chart or, with `alone`, of the table as well. `folded` tables open on demand. Beyond `shown`
    rows the others are added up in one; none is all. Files have every row.
    """

    name: str
    heading: str
    columns: Sequence[TableColumn] = ()
    rows: Sequence[Row] = ()
    note: str = ""
    chart: Chart | None = None
    drawn: Markup | None = None
    alone: bool = False
    folded: bool = False
    total: Row | None = None
    choices: Mapping[str, Sequence[Choice]] = field(default_factory=dict)
    empty: str = "No data."
    half: bool = False
    shown: int = 0

    @property
    def rest(self) -> Row | None:
        """The rows beyond those that are shown, added up."""
        if not self.shown or len(self.rows) <= self.shown + 1:
            return None
        rows = self.rows[self.shown :]
        sums = [c.name for c in self.columns if c.look in {CellStyle.MONEY, CellStyle.CHANGE}]
        first = self.columns[0].name
        return {**total_row(rows, sums), first: f"and {len(rows):,} others"}

    @property
    def first(self) -> Sequence[Row]:
        """The rows that are shown one by one."""
        return self.rows if self.rest is None else self.rows[: self.shown]

    @property
    def cents_off(self) -> bool:
        """Whether what is shown does not add up to a total, by column or by row."""
        sums = [c.name for c in self.columns if c.look in {CellStyle.MONEY, CellStyle.CHANGE}]
        shown = [*self.first, *([self.rest] if self.rest else [])]
        total = self.total if self.total and len(self.rows) > 1 else {}
        return cents_off([*shown, total], sums) or any(
            cent_off((_decimal(row.get(name)) for row in shown), _decimal(total[name]))
            for name in sums
            if name in total
        )

    @property
    def exported(self) -> tuple[str, ...]:
        """The columns that go into files: all but drawings."""
        return tuple(column.name for column in self.columns if column.look is not CellStyle.TREND)


@dataclass(frozen=True)
class Figure:
    """A number that stands by itself at the top of a page."""

    label: str
    value: object
    look: CellStyle = CellStyle.MONEY
    note: str = ""
    link: str = ""
    good: bool | None = None


@dataclass(frozen=True)
class Page:
    """Everything that a page says. `heading` is a sentence."""

    name: str
    title: str
    heading: str
    lead: str = ""
    figures: Sequence[Figure] = ()
    sections: Sequence[Section] = ()
    choices: Mapping[str, Sequence[Choice]] = field(default_factory=dict)

    @property
    def has_charts(self) -> bool:
        """Whether the library that draws is needed."""
        return any(section.chart for section in self.sections)

    def section(self, name: str) -> Section | None:
        """Find a section by its name."""
        return next((section for section in self.sections if section.name == name), None)


def whole_note(note: str, whole: Decimal, *parts: Decimal) -> str:
    """Say beside a whole that its parts, which are shown too, are a cent off."""
    said = [note, ROUNDED] if cent_off(parts, whole) else [note]
    return "; ".join(filter(None, said))


def total_row(rows: Sequence[Row], columns: Sequence[str], **words: str) -> Row:
    """Add some columns up."""
    sums = {c: added(_decimal(row[c]) for row in rows) for c in columns}
    return {**sums, **words}


def _decimal(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal()
