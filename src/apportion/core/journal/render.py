"""Write journals in the form of a template, as rows of cells, and check all its limits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from apportion.model.currencies import from_minor, minor_digits
from apportion.model.finance.chart_map import ChartMap
from apportion.model.finance.journal import Journal, JournalBatch, JournalLine
from apportion.model.finance.journal_template import (
    Cell,
    JournalTemplate,
    Names,
    Rows,
    TemplateColumn,
)
from apportion.model.findings import journals as codes
from apportion.model.findings.finding import Finding
from apportion.model.formulas import escape_formula
from apportion.model.suggestions import shown

from .closed_accounts import closed_accounts
from .fields import FieldValue, journal_fields, line_fields
from .template import FIELD, encoding_word, find_unencodable

_DATE_PARTS = re.compile("YYYY|YY|MMM|MM|DD")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def render(
    batch: JournalBatch, template: JournalTemplate, chart: ChartMap
) -> tuple[list[list[Cell]], list[Finding]]:
    """Write a batch as rows of cells; findings are limits of the finance system that it breaks.

    Text never becomes a formula: see `escape_formula`. Control characters become spaces.
    """
    writer = _Writer(batch, template)
    findings: list[Finding] = [
        *closed_accounts(batch, template, chart),
        *_check_journals(batch, template),
    ]
    rows: list[list[Cell]] = []
    for number, journal in enumerate(batch.journals, start=1):
        fields = journal_fields(batch, journal, number, chart)
        if number == 1:
            rows += [writer.row(columns, fields, batch.batch) for columns in template.first_rows]
        rows += _names(template, number)
        if template.journal_columns:
            rows.append(writer.row(template.journal_columns, fields, journal.journal))
            rows += _line_names(template)
        for place, line in enumerate(_lines(journal, template), start=1):
            of_line = line_fields(line, place, period=batch.period, sides=template.debit_credit)
            where = f"{journal.journal} line {place}"
            rows.append(writer.row(template.columns, {**fields, **of_line}, where, line))
    return rows, [*findings, *writer.findings]


def _lines(journal: Journal, template: JournalTemplate) -> Sequence[JournalLine]:
    if template.rows is Rows.LINES:
        return journal.lines
    return [line for line in journal.lines if line.key.contra]


def _names(template: JournalTemplate, number: int) -> list[list[Cell]]:
    """Give the names before a journal: of the journal's own columns, if it has some."""
    if template.names is Names.NONE or (template.names is Names.ONCE and number > 1):
        return []
    return [_named(template.journal_columns or template.columns)]


def _line_names(template: JournalTemplate) -> list[list[Cell]]:
    return [_named(template.columns)] if template.names is Names.PER_JOURNAL else []


def _named(columns: Iterable[TemplateColumn]) -> list[Cell]:
    return [Cell(column.name, is_text=False) for column in columns]


class _Writer:
    """Writes rows, and collects what the finance system would not accept."""

    def __init__(self, batch: JournalBatch, template: JournalTemplate) -> None:
        self._batch = batch
        self._template = template
        self.findings: list[Finding] = []

    def row(
        self,
        columns: Sequence[TemplateColumn],
        fields: Mapping[str, FieldValue],
        where: str,
        line: JournalLine | None = None,
    ) -> list[Cell]:
        """Write a row; `where` names it in findings."""
        cells = [self._cell(column, fields) for column in columns]
        for column, cell in zip(columns, cells, strict=True):
            self.findings += _check_cell(column, cell.text, where, self._template)
        if line is not None:
            self.findings += _check_amount(line, where, self._template)
        return cells

    def _cell(self, column: TemplateColumn, fields: Mapping[str, FieldValue]) -> Cell:
        alone = FIELD.fullmatch(column.value)
        value = fields.get(alone[1]) if alone else None
        if isinstance(value, Decimal | int | date):
            return Cell(self._written(value, column), is_text=False)
        text = FIELD.sub(lambda m: self._written(fields.get(m[1]), column), column.value)
        safe = escape_formula("".join(map(_printable, text)).strip())
        cut = safe[: column.max_length] if column.cut else safe
        return Cell(cut, is_text=not column.is_number)

    def _written(self, value: FieldValue, column: TemplateColumn) -> str:
        if value is None:
            return ""
        if isinstance(value, Decimal):
            whole, _, places = f"{value:f}".partition(".")
            shown_places = places.ljust(self._template.least_decimals, "0")
            return f"{whole}{self._template.decimal if shown_places else ''}{shown_places}"
        if isinstance(value, date):
            return _DATE_PARTS.sub(lambda m: _date_part(value, m[0]), column.dates)
        return str(value)


def _date_part(day: date, part: str) -> str:
    year = f"{day.year:04d}"
    return {
        "YYYY": year,
        "YY": year[2:],
        "MMM": _MONTHS[day.month - 1],
        "MM": f"{day.month:02d}",
        "DD": f"{day.day:02d}",
    }[part]


def _printable(character: str) -> str:
    return character if character.isprintable() else " "


def _check_journals(batch: JournalBatch, template: JournalTemplate) -> Iterator[Finding]:
    limits = template.limits
    if limits.one_journal and len(batch.journals) > 1:
        found = ", ".join(f"{one.company} {one.currency}" for one in batch.journals)
        yield Finding(codes.ONE_JOURNAL, f"{batch.period} {template.name}", "the file",
                      "one company and currency", found,
                      "Use `--company` and `--currency`.")  # fmt: skip
    for journal in batch.journals:
        count = len(_lines(journal, template))
        if count < limits.min_lines or (limits.max_lines and count > limits.max_lines):
            expected = f"from {limits.min_lines} to {limits.max_lines or 'any number of'} lines"
            yield Finding(codes.LINE_COUNT, f"{batch.period} journal {journal.journal}",
                          f"company {journal.company} in {journal.currency}", expected,
                          str(count))  # fmt: skip


def _check_amount(line: JournalLine, where: str, template: JournalTemplate) -> Iterator[Finding]:
    limits, places = template.limits, minor_digits(line.key.currency)
    digits = len(f"{abs(from_minor(line.amount, line.key.currency)):f}".partition(".")[0])
    too_long = limits.max_digits and digits > limits.max_digits
    too_fine = limits.max_decimals and places > limits.max_decimals
    if too_long or too_fine:
        expected = f"{limits.max_digits} digits and {limits.max_decimals} decimal places at most"
        found = f"{digits} digits and {places} decimal places"
        yield Finding(codes.TOO_MANY_DIGITS, where, f"an amount in {line.key.currency}",
                      expected, found)  # fmt: skip


def _check_cell(
    column: TemplateColumn, text: str, where: str, template: JournalTemplate
) -> Iterator[Finding]:
    subject = f"column {column.name}"
    if column.required and not text:
        remedy = f"{template.name} takes it from {column.value}: complete the chart map."
        yield Finding(codes.REQUIRED_EMPTY, where, subject, "a value", "none", remedy)
    if column.max_length and len(text) > column.max_length:
        expected, found = f"at most {column.max_length} characters", f"{len(text)}: {shown(text)}"
        yield Finding(codes.TOO_LONG, where, subject, expected, found)
    if column.pattern and text and not re.fullmatch(column.pattern, text):
        yield Finding(codes.WRONG_CELL, where, subject, column.pattern, shown(text))
    if found := find_unencodable(text, template.encoding):
        yield Finding(codes.NOT_ENCODABLE, where, subject, encoding_word(template.encoding), found)
