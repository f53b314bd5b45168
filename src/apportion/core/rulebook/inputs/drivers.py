"""Read drivers: CSV files with the numbers that a pool is split by."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256

from apportion.model.findings import rules
from apportion.model.findings.finding import Finding, Place, add, failing
from apportion.model.inputs import Driver, DriverRow
from apportion.model.period import Period
from apportion.model.suggestions import did_you_mean, shown
from apportion.model.wording import join_words

from .csv_rows import Row, Sheet, capped, read_csv, read_day

#: Names that the column of numbers may have.
NUMBERS = ("number", "usage", "value", "quantity")
_COLUMNS = ("owner", *NUMBERS, "day", "month", "within")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([,'\s_]\d{3})+(\.\d+)?", re.ASCII)
_LONGEST_NUMBER = 60


def read_driver(text: str, *, name: str) -> tuple[Driver | None, list[Finding]]:
    """Read a driver; None if any finding fails.

    Columns: owner, one of NUMBERS, optionally day or month, optionally within; where one of these
    three is empty, the line holds for all of them. Numbers are exact.
    Lines of the same owner, time and partition stay apart here; whoever weighs adds them up.
    """
    findings: list[Finding] = []
    sheet = read_csv(text, name=name, findings=findings)
    columns = _read_header(sheet, findings) if sheet else None
    if sheet is None or columns is None:
        return None, capped(findings, name)
    read = [_read_row(row, columns, name, findings) for row in sheet.rows]
    rows = tuple(row for row in read if row is not None)
    if not sheet.rows and not findings:
        add(findings, rules.EMPTY_FIELD, Place(name), "the file has no lines", "at least one owner")
    _tell_added_up(rows, name, findings)
    if failing(findings):
        return None, capped(findings, name)
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Driver(name, digest, rows), capped(findings, name)


@dataclass(frozen=True)
class _Columns:
    """Where each column stands; -1 for one that the file does not have."""

    owner: int
    number: int
    day: int
    month: int
    within: int


def _read_header(sheet: Sheet, findings: list[Finding]) -> _Columns | None:
    place = Place(sheet.name, 1)
    wrong: list[Finding] = []
    at: dict[str, int] = {}
    for number, written in enumerate(sheet.header):
        column = written.lower()
        if column not in _COLUMNS:
            subject, remedy = (
                f"a driver has no column {shown(written)}",
                did_you_mean(column, _COLUMNS),
            )
            add(wrong, rules.WRONG_HEADER, place, subject, join_words(_COLUMNS), remedy=remedy)
        elif column in at:
            add(wrong, rules.WRONG_HEADER, place, f"the column {column} appears twice")
        at.setdefault(column, number)
    numbers = [column for column in NUMBERS if column in at]
    if not wrong:
        _check_columns(at, numbers, place, wrong)
    findings += wrong
    if wrong:
        return None
    day, month, within = (at.get(column, -1) for column in ("day", "month", "within"))
    return _Columns(at["owner"], at[numbers[0]], day, month, within)


def _check_columns(
    at: dict[str, int], numbers: list[str], place: Place, findings: list[Finding]
) -> None:
    if "owner" not in at:
        add(findings, rules.WRONG_HEADER, place, "there is no column owner", "owner and number")
    if len(numbers) != 1:
        subject = "the column with the numbers"
        found = join_words(numbers, last="and") or "none"
        add(findings, rules.WRONG_HEADER, place, subject, f"one of {join_words(NUMBERS)}", found)
    if "day" in at and "month" in at:
        add(findings, rules.WRONG_HEADER, place, "when the numbers are for", "day or month", "both")


def _read_row(row: Row, columns: _Columns, name: str, findings: list[Finding]) -> DriverRow | None:
    place = Place(name, row.line)
    owner = row.fields[columns.owner]
    if not owner:
        add(findings, rules.EMPTY_FIELD, place, "owner is empty", "an owner")
    number = _read_number(row.fields[columns.number], place, findings)
    day, month = _read_time(row, columns, place, findings)
    within = row.fields[columns.within] if columns.within >= 0 else ""
    if number is None or not owner:
        return None
    if number < 0:
        subject = f"the number of {shown(owner)}"
        remedy = "It counts as zero."
        add(findings, rules.NEGATIVE_NUMBER, place, subject, "zero or more", f"{number}", remedy)
    return DriverRow(owner, number, day, month, within, row.line)


def _read_number(text: str, place: Place, findings: list[Finding]) -> Decimal | None:
    if _NUMBER.fullmatch(text) and len(text) <= _LONGEST_NUMBER:
        return Decimal(text)
    code = rules.WRONG_NUMBER if text else rules.EMPTY_FIELD
    remedy = ""
    if _THOUSANDS.fullmatch(text):
        remedy = f"Write it without separators: {re.sub(r'[^0-9.+-]', '', text)}."
    elif re.fullmatch(r"[+-]?\d+,\d+", text):
        remedy = f"Write it with a point: {text.replace(',', '.')}."
    add(findings, code, place, "the number", "a number like 1234.5", shown(text), remedy)
    return None


def _read_time(
    row: Row, columns: _Columns, place: Place, findings: list[Finding]
) -> tuple[date | None, str]:
    """Read the day or the month of a line; one that names neither holds for all."""
    if columns.day >= 0:
        text = row.fields[columns.day]
        if not text:
            return None, ""
        day = read_day(text) if len(text) == len("2026-01-31") else None
        if day is None:
            add(findings, rules.WRONG_DATE, place, "day", "a day like 2026-01-31", shown(text))
        return day, ""
    text = row.fields[columns.month] if columns.month >= 0 else ""
    if not text:
        return None, ""
    first = read_day(text) if len(text) == len("2026-01") else None
    if first is None:
        add(findings, rules.WRONG_DATE, place, "month", "a month like 2026-01", shown(text))
        return None, ""
    return None, str(Period.of(first))


def _tell_added_up(rows: Iterable[DriverRow], name: str, findings: list[Finding]) -> None:
    lines: dict[tuple[str, date | None, str, str], list[int]] = {}
    for row in rows:
        lines.setdefault((row.owner, row.day, row.month, row.within), []).append(row.line)
    for (owner, day, month, within), at in lines.items():
        if len(at) > 1:
            when = " ".join(str(part) for part in (day or month, within) if part)
            subject = f"{shown(owner)}{f' ({shown(when)})' if when else ''} has {len(at)} lines"
            found = f"lines {join_words([str(line) for line in at], last='and')}"
            remedy = "Their numbers are added up."
            add(findings, rules.ADDED_UP, Place(name, at[1]), subject, "one", found, remedy)
