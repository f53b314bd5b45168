"""Writes rows as CSV in which no cell is a formula for a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence

from apportion.model.formulas import escape_formula
from apportion.model.row import Row

from . import plain


class CsvReport:
    """UTF-8, one line of names, line feeds at line ends, money in full; None is an empty cell.

    Text that a spreadsheet would take for a formula gets an apostrophe before it, unless `raw`.
    Numbers stay numbers, negative ones too.
    """

    def __init__(self, *, raw: bool = False) -> None:
        self._text = plain.text if raw else safe

    def write(self, rows: Sequence[Row], columns: Sequence[str]) -> bytes:
        lines = [_line([self._text(name) for name in columns])]
        lines += [_line([self._text(row.get(name)) for name in columns]) for row in rows]
        return "".join(lines).encode("utf-8", "backslashreplace")


def safe(value: object) -> str:
    """Write a value so that spreadsheets do not read it as a formula."""
    written = plain.text(value)
    return escape_formula(written) if isinstance(value, str) else written


def _line(cells: Sequence[str]) -> str:
    # Python's writer (3.11) does not quote a single carriage return if lines end with a line feed,
    # so readers would find two rows.
    return ",".join(map(quoted, cells) if cells != [""] else ['""']) + "\n"


def quoted(cell: str, separator: str = ",") -> str:
    """Quote a cell if a reader needs it: for the separator, quotes and line ends in it."""
    needs = any(char in cell for char in (separator, '"', "\r", "\n"))
    return in_quotes(cell) if needs else cell


def in_quotes(cell: str) -> str:
    """Put a cell in quotes; quotes within are doubled."""
    return '"' + cell.replace('"', '""') + '"'
