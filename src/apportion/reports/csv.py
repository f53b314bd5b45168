"""Writes rows as CSV that any tool reads and no spreadsheet runs."""

from __future__ import annotations

from collections.abc import Sequence

from apportion.model.row import Row

from . import plain

#: What a cell that is a formula begins with in Excel, LibreOffice or Google Sheets (OWASP, "CSV
#: Injection"), each ASCII sign also in its full width.
FORMULA_STARTS = tuple("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20")


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
    """Write a value so that no spreadsheet takes it for a formula."""
    written = plain.text(value)
    if isinstance(value, str) and written.lstrip(" ").startswith(FORMULA_STARTS):
        return f"'{written}"
    return written


def _line(cells: Sequence[str]) -> str:
    # Python's own writer leaves a lone carriage return unquoted where lines end with a line feed
    # (3.11), and readers then see one row as two.
    return ",".join(map(_quoted, cells) if cells != [""] else ['""']) + "\n"


def _quoted(cell: str) -> str:
    if any(char in cell for char in '",\r\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell
