"""CSV files beside the rulebook as rows of text with line numbers; findings for what is not CSV."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from unicodedata import normalize

from apportion.model.findings import rules
from apportion.model.findings.finding import Code, Finding, Place, add
from apportion.model.invisible_characters import INVISIBLE
from apportion.model.period import Period
from apportion.model.suggestions import did_you_mean, shown
from apportion.model.wording import join_words

#: The findings of a code that are listed for a file; the rest is counted.
MOST_OF_A_KIND = 100

_INVISIBLE = re.compile(INVISIBLE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True)
class Row:
    """One line: its number in the file, and its fields in the order of the header.

    Fields have no blanks around them and no invisible characters, as values of the bill have none.
    """

    line: int
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """A CSV: the names in its first line, trimmed, and the rows that have as many fields."""

    name: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]


def read_csv(text: str, *, name: str, findings: list[Finding]) -> Sheet | None:
    """Read comma-separated text, as Unicode NFC; a byte order mark and empty lines are passed over.

    Rows of another length are findings and left out. None where nothing can be read.
    """
    rows: list[Row] = []
    try:
        for line, fields in _records(normalize("NFC", text.removeprefix("\ufeff"))):
            wrong = _unwritable(fields)
            if wrong:
                subject = f"the field {shown(wrong)} cannot be shown"
                add(findings, rules.CONTROL_CHARACTER, Place(name, line), subject)
            rows.append(Row(line, tuple(_INVISIBLE.sub("", field).strip() for field in fields)))
    except csv.Error as error:
        last = rows[-1].line if rows else 0
        add(
            findings,
            rules.NOT_CSV,
            Place(name, last + 1),
            "not valid CSV",
            found=shown(str(error)),
            remedy="A double quote that opens a field has to close it; one within it is doubled."
            if "end of data" in str(error)
            else "",
        )
        return None
    if not rows:
        add(findings, rules.NOT_CSV, Place(name), "the file is empty", "a header and lines")
        return None
    header = rows[0].fields
    if len(header) == 1 and any(mark in header[0] for mark in _SEPARATORS):
        found = next(words for mark, words in _SEPARATORS.items() if mark in header[0])
        subject = "fields are separated by something else"
        remedy = "Save the file as CSV with commas."
        add(findings, rules.NOT_CSV, Place(name, rows[0].line), subject, "commas", found, remedy)
        return None
    return Sheet(name, header, tuple(_of_length(rows[1:], header, name, findings)))


def read_fields(
    text: str,
    *,
    name: str,
    columns: Sequence[str],
    required: Sequence[str],
    findings: list[Finding],
) -> Iterator[tuple[Place, dict[str, str]]]:
    """Read the lines of a CSV as texts by column, with their places; a missing column is empty.

    Nothing is read where the header lacks a required column, or has one twice or an unknown one.
    """
    sheet = read_csv(text, name=name, findings=findings)
    names = _known_columns(sheet, columns, required, findings) if sheet else None
    for row in sheet.rows if sheet and names else ():
        written = dict(zip(names or (), row.fields, strict=True))
        yield Place(name, row.line), {**dict.fromkeys(columns, ""), **written}


def read_day(text: str, *, last: bool = False) -> date | None:
    """Read `2026-01-31`, or `2026-01` as the first or last day of the month; None if neither."""
    try:
        period = None if _DAY.fullmatch(text) else Period.parse(text)
        if period is None:
            day = date.fromisoformat(text)
        else:
            day = period.last_day if last else period.first_day
    except ValueError:
        return None
    return day


def capped(findings: Iterable[Finding], name: str) -> list[Finding]:
    """Keep the first hundred of each kind; what is left out becomes one finding a kind."""
    reported: Counter[Code] = Counter()
    kept: list[Finding] = []
    for finding in findings:
        reported[finding.code] += 1
        if reported[finding.code] <= MOST_OF_A_KIND:
            kept.append(finding)
    for code, count in reported.items():
        if count > MOST_OF_A_KIND:
            subject = f"{count - MOST_OF_A_KIND} more findings of kind {code.number}"
            add(kept, rules.TOO_MANY, Place(name), subject)
    return kept


def _known_columns(
    sheet: Sheet, columns: Sequence[str], required: Sequence[str], findings: list[Finding]
) -> tuple[str, ...] | None:
    """Check a header without regard to case; None if it is wrong."""
    names = tuple(column.lower() for column in sheet.header)
    place = Place(sheet.name, 1)
    unknown = [column for column in names if column not in columns]
    for column in unknown:
        add(findings, rules.UNKNOWN_COLUMN, place, f"no column is called {shown(column)}",
            join_words(columns), remedy=did_you_mean(column, columns))  # fmt: skip
    wrong = not set(required) <= set(names) or len(set(names)) < len(names)
    if wrong:
        expected = f"{join_words(required, last='and')}, each once"
        found = join_words(names, last="and")
        add(findings, rules.WRONG_HEADER, place, "the columns of the file", expected, found)
    return None if unknown or wrong else names


def _records(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Each record with the line it begins in: a quoted field may run over several."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    for fields in reader:
        if any(field.strip() for field in fields):
            yield begins, fields
        begins = reader.line_num + 1


def _of_length(
    rows: Iterable[Row], header: Sequence[str], name: str, findings: list[Finding]
) -> Iterator[Row]:
    for row in rows:
        if len(row.fields) == len(header):
            yield row
            continue
        place = Place(name, row.line)
        how = "short" if len(row.fields) < len(header) else "long"
        expected = f"{len(header)} fields ({join_words(header, last='and')})"
        remedy = "A field with a comma in it stands in double quotes." if how == "long" else ""
        found = str(len(row.fields))
        add(findings, rules.WRONG_LENGTH, place, f"the line is too {how}", expected, found, remedy)


def _unwritable(fields: Iterable[str]) -> str:
    """Find a field with control characters or halves of characters, which no report could show."""
    return next((field for field in fields if not all(map(_writable, field))), "")


def _writable(character: str) -> bool:
    code = ord(character)
    return character in "\t\r\n" or (code >= 32 and code != 0x7F and not 0xD800 <= code <= 0xDFFF)
