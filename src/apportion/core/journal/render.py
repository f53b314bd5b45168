"""Write journals in the form of a template, as rows of cells, and check all its limits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from apportion.core.rulebook.inputs.csv_rows import capped
from apportion.model.currencies import from_minor, minor_digits
from apportion.model.finance.chart_map import ChartMap
from apportion.model.finance.journal import Journal, JournalBatch, JournalLine
from apportion.model.finance.journal_template import (
    Cell,
    Encoding,
    JournalTemplate,
    Names,
    Rows,
    TemplateColumn,
)
from apportion.model.findings import journals as codes
from apportion.model.findings.finding import Code, Finding
from apportion.model.formulas import escape_formula
from apportion.model.suggestions import shown
from apportion.model.wording import join_words, plural

from .closed_accounts import closed_accounts
from .fields import FieldValue, journal_fields, line_fields
from .template import FIELD, encoding_word, find_unencodable

_DATE_PARTS = re.compile("YYYY|YY|MMM|MM|DD")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def render(
    batch: JournalBatch, template: JournalTemplate, chart: ChartMap
) -> tuple[list[list[Cell]], list[Finding]]:
    """Write a batch as rows of cells; findings are limits of the finance system that it breaks.

    Text never becomes a formula: see `escape_formula`. Control characters become spaces. Equal
    findings of rows are one; of a kind, the first hundred are listed and the rest is counted.
    """
    writer = _Writer(template)
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
            about = f"{batch.period} {batch.purpose}".strip()
            of_line = line_fields(line, place, period=about, sides=template.debit_credit)
            where = f"{journal.journal} line {place}"
            rows.append(writer.row(template.columns, {**fields, **of_line}, where, line))
    findings = [*closed_accounts(batch, template, chart), *_check_journals(batch, template)]
    return rows, [*findings, *capped(writer.findings(), f"{batch.period} {template.name}")]


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


class _Rows(NamedTuple):
    """Rows with the same finding."""

    first: str
    more: int = 0

    def __str__(self) -> str:
        return f"{self.first} and {plural(self.more, 'more row')}" if self.more else self.first


class _Writer:
    """Writes rows, and collects what the finance system would not accept."""

    def __init__(self, template: JournalTemplate) -> None:
        self._template = template
        self._found: dict[Finding, _Rows] = {}

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
            self._add(_check_cell(column, cell.text, self._template), where)
        if line is not None:
            self._add(_check_amount(line, self._template), where)
        return cells

    def findings(self) -> list[Finding]:
        """List what is wrong; the place is the first row, and how many more there are."""
        return [replace(finding, place=str(rows)) for finding, rows in self._found.items()]

    def _add(self, findings: Iterable[Finding], where: str) -> None:
        for finding in findings:
            known = self._found.get(finding)
            self._found[finding] = _Rows(known.first, known.more + 1) if known else _Rows(where)

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
                          str(count), _in_copy("change `min_lines` or `max_lines`"))  # fmt: skip


def _in_copy(change: str) -> str:
    """Word a remedy that loosens the template."""
    return f"If your system accepts it, {change} in a copy of the template."


def _check_amount(line: JournalLine, template: JournalTemplate) -> Iterator[Finding]:
    """Find an amount that is too long; the finding has no place yet."""
    limits, places = template.limits, minor_digits(line.key.currency)
    digits = len(f"{abs(from_minor(line.amount, line.key.currency)):f}".partition(".")[0])
    too_long = limits.max_digits and digits > limits.max_digits
    too_fine = limits.max_decimals and places > limits.max_decimals
    if too_long or too_fine:
        most = ((limits.max_digits, "digit"), (limits.max_decimals, "decimal place"))
        words = [plural(count, noun) for count, noun in most if count]
        expected = f"at most {join_words(words, last='and')}"
        found = f"{digits} digits and {places} decimal places"
        yield Finding(codes.TOO_MANY_DIGITS, "", f"an amount in {line.key.currency}", expected,
                      found, _in_copy("change `max_digits` or `max_decimals`"))  # fmt: skip


def _check_cell(column: TemplateColumn, text: str, template: JournalTemplate) -> Iterator[Finding]:
    """Find what the system does not accept in a cell; the findings have no place yet."""
    for code, expected, found, remedy in _problems(column, text, template.encoding):
        source = f"{template.name} takes it from {column.value}"
        yield Finding(code, "", f"column {column.name}", expected, found, f"{source}: {remedy}")


def _problems(
    column: TemplateColumn, text: str, encoding: Encoding
) -> Iterator[tuple[Code, str, str, str]]:
    """Give the code, what was expected and found, and a remedy."""
    if column.required and not text:
        yield codes.REQUIRED_EMPTY, "a value", "none", "complete the chart map."
    if column.max_length and len(text) > column.max_length:
        remedy = f"shorten it. {_in_copy('change `max_length` or set `cut`')}"
        expected, found = f"at most {column.max_length} characters", f"{len(text)}: {shown(text)}"
        yield codes.TOO_LONG, expected, found, remedy
    if column.pattern and text and not re.fullmatch(column.pattern, text):
        remedy = f"correct it. {_in_copy('change `pattern`')}"
        yield codes.WRONG_CELL, f"the form {column.pattern}", shown(text), remedy
    if found := find_unencodable(text, encoding):
        remedy = f"replace the character. {_in_copy('use `encoding: utf-8`')}"
        yield codes.NOT_ENCODABLE, encoding_word(encoding), found, remedy
