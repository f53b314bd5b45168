"""Writes a workbook for Excel and LibreOffice, in which no text of a user can become a formula.

Cells are 64-bit floats in every spreadsheet, so money keeps fifteen digits there; totals are
formulas, which the spreadsheet works out itself, and the proof's sheet compares them.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, localcontext

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from apportion.model.cents import ROUNDED, cent_off, cents
from apportion.model.money import EXACT
from apportion.model.row import Row
from apportion.model.workbook import Check, Sheet, Workbook

from . import plain
from .columns import ColumnKind, cents_off, kinds
from .excel_charts import add_chart
from .excel_names import sheet_names
from .visible import visible

#: The most characters of a cell; longer text is cut and ends with an ellipsis.
_LONGEST = 32_767
_WIDEST = 48
_NARROWEST = 9
_HEAD = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#EEF2F6"}
_LOOKS = {
    "heading": {"bold": True, "font_size": 14},
    "note": {"italic": True, "font_color": "#595959"},
    "head": _HEAD,
    "headed number": {**_HEAD, "align": "right"},
    "sum": {"bold": True, "top": 1, "num_format": "#,##0.00"},
    "sum of": {"bold": True, "top": 1},
    ColumnKind.MONEY: {"num_format": "#,##0.00"},
    ColumnKind.EXACT: {"num_format": "#,##0.00"},
    ColumnKind.SHARE: {"num_format": "0.0%"},
    ColumnKind.NUMBER: {"num_format": "#,##0.######"},
    ColumnKind.COUNT: {"num_format": "#,##0"},
    ColumnKind.DAY: {"num_format": "yyyy-mm-dd", "align": "left"},
    "text": {"indent": 1},
    "right": {"font_color": "#1B6E3C"},
    "wrong": {"bold": True, "font_color": "#B3261E"},
}
_NUMBERS = frozenset(
    {ColumnKind.MONEY, ColumnKind.EXACT, ColumnKind.SHARE, ColumnKind.NUMBER, ColumnKind.COUNT}
)
_COMPARED = ("sheet", "currency", "cost", "adds up to", "proved", "compared")
#: The creation time of files without one, so that the same rows give the same bytes.
_NO_TIME = "1980-01-01T00:00:00Z"
_EQUAL, _DIFFERENT = "equal", "DIFFERENT"
#: Cells are equal if they agree to a millionth, or to this many digits if they are large: a float
#: has fifteen digits, and a sum of many cells loses some.
_PLACES = 6
_DIGITS = 12


class ExcelWorkbook:
    """Writes .xlsx; the same workbook always gives the same bytes."""

    def write(self, workbook: Workbook) -> bytes:
        """Write the file."""
        made = io.BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        with xlsxwriter.Workbook(made, options) as book:
            book.set_properties({"title": workbook.name, "created": _moment(workbook.made_at)})
            looks = {part: book.add_format(look) for part, look in _LOOKS.items()}
            names = sheet_names([sheet.title for sheet in workbook.sheets])
            placed = {}
            for sheet, name in zip(workbook.sheets, names, strict=True):
                page = _Page(book.add_worksheet(name), sheet, name, looks)
                page.write(workbook.name)
                add_chart(book, page.worksheet, sheet, name=name, first=page.first)
                placed[sheet.title] = page
            *_, proof = placed.values()
            if workbook.checks:
                _write_checks(proof, placed, workbook.checks)
        return made.getvalue()


class ExcelReport:
    """One sheet of rows; money columns have a total for each currency, if rows have one."""

    def write(self, rows: Sequence[Row], columns: Sequence[str]) -> bytes:
        of = kinds(rows, columns)
        money = tuple(name for name in columns if of[name] in (ColumnKind.MONEY, ColumnKind.EXACT))
        sheet = Sheet(
            title="Rows",
            heading=f"{len(rows):,} rows",
            columns=tuple(columns),
            rows=tuple(rows),
            summed=money if "currency" in columns else (),
        )
        return ExcelWorkbook().write(Workbook("Apportion", _NO_TIME, (sheet,), ()))


@dataclass
class _Page:
    """A sheet while it is written: the table begins at row `first`, below its head."""

    worksheet: Worksheet
    sheet: Sheet
    name: str
    looks: Mapping[str, Format]

    def __post_init__(self) -> None:
        self.first = len(self.sheet.notes) + 3
        self.last = self.first + len(self.sheet.rows) - 1
        self.kinds = kinds(self.sheet.rows, self.sheet.columns)

    def write(self, title: str) -> None:
        """Write everything except the chart."""
        self._set_up(title)
        self.worksheet.write_string(0, 0, _text(self.sheet.heading), self.looks["heading"])
        for number, note in enumerate(self.sheet.notes, start=1):
            self.worksheet.write_string(number, 0, _text(note), self.looks["note"])
        for column, name in enumerate(self._columns()):
            right = "headed number" if self._is_number(name) else "head"
            head = _text(self._head(name))
            self.worksheet.write_string(self.first - 1, column, head, self.looks[right])
            self.worksheet.set_column(column, column, self._width(name))
        for number, row in enumerate(self.sheet.rows, start=self.first):
            self._write_row(number, row)
        if self.sheet.rows and self.sheet.summed:
            self._write_sums()
        if self._cents_off():
            under = self.last + 1 + (len(self._currencies()) if self.sheet.summed else 0)
            self.worksheet.write_string(under, 0, ROUNDED, self.looks["note"])

    def column(self, name: str) -> int:
        """The index of a column."""
        return self.sheet.columns.index(name)

    def range(self, name: str) -> str:
        """The reference to the cells of a column, with its sheet, for formulas."""
        column = self.column(name)
        cells = xl_range_abs(self.first, column, max(self.first, self.last), column)
        return f"'{self.name.replace(chr(39), chr(39) * 2)}'!{cells}"

    def sum_of(self, name: str, *, currency: str = "", where: str = "") -> str:
        """The formula that sums a column, or only rows of the currency in the cell `where`."""
        if not currency:
            return f"=SUM({self.range(name)})"
        return f"=SUMPRODUCT(({self.range('currency')}={where})*{self.range(name)})"

    def _columns(self) -> tuple[str, ...]:
        return (*self.sheet.columns, *(("compared",) if self.sheet.equal else ()))

    def _head(self, name: str) -> str:
        return self.sheet.heads.get(name, name)

    def _is_number(self, name: str) -> bool:
        return self.kinds.get(name) in _NUMBERS

    def _set_up(self, title: str) -> None:
        page = self.worksheet
        page.freeze_panes(self.first, 1)
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.repeat_rows(self.first - 1)
        page.set_footer(f"&L{title.replace('&', '&&')}&C&A&R&P / &N")
        page.hide_gridlines(2)
        if self.sheet.rows:
            page.autofilter(self.first - 1, 0, self.last, len(self._columns()) - 1)

    def _write_row(self, number: int, row: Row) -> None:
        for column, name in enumerate(self.sheet.columns):
            _write(self.worksheet, (number, column), row.get(name), self.kinds[name], self.looks)
        if self.sheet.equal:
            cells = [xl_rowcol_to_cell(number, self.column(name)) for name in self.sheet.equal]
            same = len({row.get(name) for name in self.sheet.equal}) == 1
            places = _places(row.get(self.sheet.equal[0]))
            pairs = ",".join(f"ROUND({cells[0]}-{cell},{places})=0" for cell in cells[1:])
            at = (number, len(self.sheet.columns))
            _write_verdict(self.worksheet, at, f"AND({pairs})", same=same, looks=self.looks)

    def _write_sums(self) -> None:
        """Write one row of sums for each currency; currencies are never added."""
        for number, currency in enumerate(self._currencies(), start=self.last + 1):
            for column in range(len(self.sheet.columns)):
                self.worksheet.write_blank(number, column, None, self.looks["sum of"])
            self.worksheet.write_string(number, 0, "total", self.looks["sum of"])
            where = ""
            if currency:
                at = (number, self.column("currency"))
                self.worksheet.write_string(*at, _text(currency), self.looks["sum of"])
                where = xl_rowcol_to_cell(*at)
            for name in self.sheet.summed:
                self.worksheet.write_formula(
                    *(number, self.column(name)),
                    self.sum_of(name, currency=currency, where=where),
                    self.looks["sum"],
                    _added(self.sheet.rows, name, currency),
                )

    def _cents_off(self) -> bool:
        """Whether displayed cells do not add up to a total, by column or by row."""
        totals = [
            {name: _added(self.sheet.rows, name, currency) for name in self.sheet.summed}
            for currency in self._currencies()
        ]
        return cents_off([*self.sheet.rows, *totals], self.sheet.columns) or any(
            cent_off(
                (_amount(row, name) for row in _of_currency(self.sheet.rows, currency)), total[name]
            )
            for currency, total in zip(self._currencies(), totals, strict=True)
            for name in self.sheet.summed
        )

    def _currencies(self) -> list[str]:
        """The currencies of the rows in order; an empty one if rows have no currency."""
        if "currency" not in self.sheet.columns:
            return [""]
        return sorted({str(row.get("currency") or "") for row in self.sheet.rows})

    def _width(self, name: str) -> int:
        values = (_shown(row.get(name), self.kinds.get(name)) for row in self.sheet.rows)
        return min(_WIDEST, max(_NARROWEST, *(len(t) + 2 for t in (self._head(name), *values))))


def _write_checks(proof: _Page, pages: Mapping[str, _Page], checks: Sequence[Check]) -> None:
    """Write the sums of other sheets, as formulas, beside the proved totals, below the proof."""
    page, looks = proof.worksheet, proof.looks
    head = proof.last + 3
    for at, name in enumerate(_COMPARED):
        page.write_string(head, at, name, looks["headed number" if at in (3, 4) else "head"])
    for number, check in enumerate(checks, start=head + 1):
        target = pages[check.sheet]
        column = str(proof.sheet.rows[check.row]["column"])
        page.write_string(number, 0, _text(target.name), looks["text"])
        page.write_string(number, 1, _text(check.currency), looks["text"])
        page.write_string(number, 2, column, looks["text"])
        here = xl_rowcol_to_cell(number, 1)
        added = _added(target.sheet.rows, check.column, check.currency)
        by_sheet = target.sum_of(check.column, currency=check.currency or "-", where=here)
        page.write_formula(number, 3, by_sheet, looks[ColumnKind.MONEY], added)
        rows = [row for row in proof.sheet.rows if row["column"] == column]
        proved = _added(rows, check.stage, check.currency)
        by_proof = (
            f"=SUMPRODUCT(({proof.range('currency')}={here})*"
            f"({proof.range('column')}={xl_rowcol_to_cell(number, 2)})*{proof.range(check.stage)})"
        )
        page.write_formula(number, 4, by_proof, looks[ColumnKind.MONEY], proved)
        cells = [xl_rowcol_to_cell(number, at) for at in (3, 4)]
        close = f"ROUND({cells[0]}-{cells[1]},{_places(proved)})=0"
        _write_verdict(page, (number, 5), close, same=added == proved, looks=looks)


def _places(value: object) -> int:
    """The decimal places to which sums of this size are equal in every spreadsheet."""
    amount = Decimal(str(value or 0))
    return min(_PLACES, _DIGITS - 1 - amount.adjusted()) if amount else _PLACES


def _write_verdict(
    page: Worksheet, at: tuple[int, int], condition: str, *, same: bool, looks: Mapping[str, Format]
) -> None:
    formula = f'=IF({condition},"{_EQUAL}","{_DIFFERENT}")'
    page.write_formula(*at, formula, looks["text"], _EQUAL if same else _DIFFERENT)
    for word, look in ((_EQUAL, "right"), (_DIFFERENT, "wrong")):
        rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": looks[look]}
        page.conditional_format(*at, *at, rule)


def _write(
    page: Worksheet,
    at: tuple[int, int],
    value: object,
    kind: ColumnKind,
    looks: Mapping[str, Format],
) -> None:
    """Write a value with its type; text is always written as text."""
    look = looks.get(kind, looks["text"])
    if value is None:
        return
    if kind is ColumnKind.DAY and isinstance(value, date):
        page.write_datetime(*at, datetime(value.year, value.month, value.day), look)  # noqa: DTZ001 - a day has no zone
    elif kind in _NUMBERS and isinstance(value, Decimal | int):
        page.write_number(*at, value, look)
    else:
        page.write_string(*at, _text(plain.text(value)), looks["text"])


def _text(text: str) -> str:
    seen = visible(text, keep="\n\t")
    return seen if len(seen) <= _LONGEST else seen[: _LONGEST - 1] + "…"


def _shown(value: object, kind: ColumnKind | None) -> str:
    if kind in (ColumnKind.MONEY, ColumnKind.EXACT) and isinstance(value, Decimal | int):
        return cents(Decimal(value))
    if kind is ColumnKind.SHARE:
        return "100.0%"
    return plain.text(value).partition("\n")[0]


def _added(rows: Sequence[Row], name: str, currency: str) -> Decimal:
    """The result of a formula, for programs that do not compute formulas."""
    with localcontext(EXACT):
        return sum((_amount(row, name) for row in _of_currency(rows, currency)), Decimal(0))


def _of_currency(rows: Sequence[Row], currency: str) -> list[Row]:
    return [row for row in rows if not currency or str(row.get("currency") or "") == currency]


def _amount(row: Row, name: str) -> Decimal:
    return Decimal(str(row.get(name) or 0))


def _moment(written: str) -> datetime:
    """The time of a run; Excel's times have no zone."""
    return datetime.fromisoformat(written).replace(tzinfo=None)
