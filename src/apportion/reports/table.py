"""Writes rows as a table for people: numbers right-aligned and never cut, text cut to fit.

Rich's tables cut numbers with an ellipsis when the terminal is narrow and take 0.4 ms a row, so the
layout is our own; the width of wide characters is Rich's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from rich.cells import cell_len, set_cell_size

from apportion.model.cents import cents, exact
from apportion.model.row import Row
from apportion.model.wording import percent

from . import plain
from .columns import ColumnKind, kinds
from .visible import visible

GAP = "  "
#: Text columns are not cut narrower than this; below it each row becomes a block of lines.
LEAST_TEXT = 8
#: The decimal places of driver values in tables for people.
_OF_A_NUMBER = 6
#: Up to this many rows become blocks of lines if a text would lose more than half.
FEW = 3

#: Styles a text by its part: head, rule, total, negative, nothing (a zero), body.
Paint = Callable[[str, str], str]


class TableReport:
    """UTF-8 text, as wide as it needs to be, no colour; money to the cent."""

    def write(self, rows: Sequence[Row], columns: Sequence[str]) -> bytes:
        return render(rows, columns).encode("utf-8", "backslashreplace")


def unpainted(text: str, _part: str) -> str:
    """Return a text without style."""
    return text


def render(
    rows: Sequence[Row],
    columns: Sequence[str],
    *,
    totals: Sequence[Row] = (),
    width: int | None = None,
    paint: Paint = unpainted,
    note: str = "",
) -> str:
    """Write rows, with totals below a line, in at most `width` cells (None: as wide as needed).

    Money is shown to the cent, each amount rounded by itself; `note` is a line under the totals.
    When even cut text leaves too little room for the numbers, each row becomes a block of lines.
    """
    if not columns:
        return ""
    table = _measure(rows, columns, totals)
    note_line = f"{paint(note, 'faint')}\n" if note else ""
    if width is None:
        return _lines(table, paint) + note_line
    if not table.fits(width):
        return _blocks(table, paint) + (note_line and f"\n{note_line}")
    narrowed = table.narrowed(width)
    if len(rows) <= FEW and any(
        new * 2 < old for new, old in zip(narrowed.widths, table.widths, strict=True)
    ):
        return _blocks(table, paint) + (note_line and f"\n{note_line}")
    return _lines(narrowed, paint) + note_line


def cell(value: object, kind: ColumnKind) -> str:
    """Write a value of a column of this kind."""
    if value is None:
        return ""
    if kind in _SHOWN and isinstance(value, Decimal | int):
        return _SHOWN[kind](Decimal(value))
    return visible(plain.text(value))


@dataclass(frozen=True)
class _Table:
    names: tuple[str, ...]
    kinds: Mapping[str, ColumnKind]
    body: list[list[str]]
    totals: list[list[str]]
    widths: list[int]

    def numeric(self, index: int) -> bool:
        return self.kinds[self.names[index]] in _SHOWN

    def least(self, index: int) -> int:
        """The least width of a column in cells."""
        width = self.widths[index]
        return width if self.numeric(index) else min(width, LEAST_TEXT)

    def fits(self, width: int) -> bool:
        return sum(map(self.least, range(len(self.names)))) + self._gaps <= width

    def narrowed(self, width: int) -> _Table:
        """Reduce heads that are wider than their columns, then the widest text.

        Identifiers are short beside prose, so they are cut last.
        """
        widths = list(self.widths)
        for least in (self._under_head, self.least):
            while sum(widths) + self._gaps > width:
                loose = [n for n in range(len(widths)) if widths[n] > least(n)]
                if not loose:
                    break
                widths[max(loose, key=lambda n: widths[n])] -= 1
        return replace(self, widths=widths)

    def _under_head(self, index: int) -> int:
        rows = [*self.body, *self.totals]
        return max(self.least(index), *(cell_len(row[index]) for row in rows)) if rows else 0

    @property
    def _gaps(self) -> int:
        return len(GAP) * (len(self.names) - 1)


def _measure(rows: Sequence[Row], columns: Sequence[str], totals: Sequence[Row]) -> _Table:
    names = tuple(columns)
    of = kinds([*rows, *totals], names)
    body, sums = (
        [[cell(row.get(name), of[name]) for name in names] for row in part]
        for part in (rows, totals)
    )
    heads = [visible(name) for name in names]
    widths = [max(map(cell_len, column)) for column in zip(heads, *body, *sums, strict=True)]
    return _Table(names, of, body, sums, widths)


def _lines(table: _Table, paint: Paint) -> str:
    rule = paint(GAP.join("─" * width for width in table.widths), "rule")
    heads = [visible(name) for name in table.names]
    lines = [_line(table, heads, lambda text, _: paint(text, "head")), rule]
    lines += [_line(table, row, paint) for row in table.body]
    if table.totals:
        lines.append(rule)
        lines += [_line(table, row, _bold(paint)) for row in table.totals]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _line(table: _Table, row: Sequence[str], paint: Paint) -> str:
    shown = [
        paint(_aligned(text, width, right=table.numeric(n)), _part(text, numeric=table.numeric(n)))
        for n, (text, width) in enumerate(zip(row, table.widths, strict=True))
    ]
    return GAP.join(shown)


def _blocks(table: _Table, paint: Paint) -> str:
    heads = [visible(name) for name in table.names]
    label = max(map(cell_len, heads))
    numeric = [table.numeric(n) for n in range(len(heads))]
    number = max((w for n, w in enumerate(table.widths) if numeric[n]), default=0)
    blocks = []
    looks = [(row, paint) for row in table.body] + [(row, _bold(paint)) for row in table.totals]
    for row, look in looks:
        block = ""
        for n, (head, text) in enumerate(zip(heads, row, strict=True)):
            shown = _aligned(text, number, right=True) if numeric[n] else text
            named = paint(_aligned(head, label, right=False), "head")
            block += f"{named}{GAP}{look(shown, _part(text, numeric=numeric[n]))}".rstrip() + "\n"
        blocks.append(block)
    return "\n".join(blocks)


def _aligned(text: str, width: int, *, right: bool) -> str:
    size = cell_len(text)
    if size > width:
        return set_cell_size(text, width - 1) + "…"
    return " " * (width - size) + text if right else text + " " * (width - size)


def _part(text: str, *, numeric: bool) -> str:
    if not numeric:
        return "body"
    if text.startswith("-"):
        return "negative"
    return "nothing" if not text.strip("0.,% ") else "body"


def _bold(paint: Paint) -> Paint:
    return lambda text, part: paint(text, "total" if part in ("body", "nothing") else part)


def _trimmed(number: Decimal) -> str:
    written = f"{number:,.{_OF_A_NUMBER}f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


_SHOWN: dict[ColumnKind, Callable[[Decimal], str]] = {
    ColumnKind.MONEY: cents,
    ColumnKind.EXACT: exact,
    ColumnKind.SHARE: percent,
    ColumnKind.NUMBER: _trimmed,
    ColumnKind.COUNT: lambda count: f"{count:,}",
}
