"""Read lookups: CSV files that give a dimension's value for columns of the charge."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from apportion.core.rulebook.conditions.column_aliases import column_called
from apportion.core.rulebook.conditions.columns import read_column
from apportion.model.findings import rules
from apportion.model.findings.finding import Finding, Place, add, failing
from apportion.model.inputs import Lookup, LookupRow
from apportion.model.suggestions import did_you_mean, shown

from .csv_rows import Row, Sheet, capped, read_csv, read_day

VALID_FROM = "valid_from"
VALID_TO = "valid_to"
_DATE = "a day like 2026-01-31 or a month like 2026-01"
_ACCOUNTS = ("BillingAccountId", "SubAccountId")
_SHORT_ID = re.compile(r"\d{1,11}", re.ASCII)
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d+", re.ASCII)


def read_lookup(text: str, *, name: str, dimension: str) -> tuple[Lookup | None, list[Finding]]:
    """Read a lookup for a dimension; None if any finding fails.

    Columns: one or more of the charge, one called like the dimension, and optionally valid_from and
    valid_to, both inclusive; a month means its first and its last day. Values are exact text.
    """
    findings: list[Finding] = []
    sheet = read_csv(text, name=name, findings=findings)
    columns = _read_header(sheet, dimension, findings) if sheet else None
    if sheet is None or columns is None:
        return None, capped(findings, name)
    read = [_read_row(row, columns, name, findings) for row in sheet.rows]
    rows = tuple(row for row in read if row is not None)
    _check_contradictions(rows, name, findings)
    if failing(findings):
        return None, capped(findings, name)
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    lookup = Lookup(name, digest, dimension, columns.names, rows)
    return lookup, capped(findings, name)


@dataclass(frozen=True)
class _Columns:
    """Where each column stands; -1 for dates that the file does not have."""

    names: tuple[str, ...]
    match: tuple[int, ...]
    value: int
    valid_from: int
    valid_to: int


def _read_header(sheet: Sheet, dimension: str, findings: list[Finding]) -> _Columns | None:
    """Sort the columns; None if one of them has a finding."""
    place = Place(sheet.name, 1)
    own = (dimension, VALID_FROM, VALID_TO)
    at: dict[str, int] = {}
    wrong: list[Finding] = []
    for number, written in enumerate(sheet.header):
        known = written.lower() if written.lower() in own else None
        found = known or _charge_column(written, own, place, wrong)
        if found is not None and found in at:
            add(wrong, rules.WRONG_HEADER, place, f"the column {shown(found)} appears twice")
        if found is not None:
            at.setdefault(found, number)
    names = tuple(name for name in at if name not in own)
    if dimension not in at and not failing(wrong):
        subject, expected = f"no column is called {dimension}", "a column with the values"
        add(wrong, rules.WRONG_HEADER, place, subject, expected)
    if not names and not failing(wrong):
        subject, expected = "no column to match charges by", "one like SubAccountId"
        add(wrong, rules.WRONG_HEADER, place, subject, expected)
    findings += wrong
    if failing(wrong):
        return None
    match = tuple(at[name] for name in names)
    return _Columns(names, match, at[dimension], at.get(VALID_FROM, -1), at.get(VALID_TO, -1))


def _charge_column(
    written: str, own: Sequence[str], place: Place, findings: list[Finding]
) -> str | None:
    """Find a column of the charge, suggesting our own columns before those of FOCUS."""
    remedy = "" if column_called(written) else did_you_mean(written, own)
    if remedy:
        expected = f"a column of the charge, or {own[0]}, {VALID_FROM}, {VALID_TO}"
        subject = f"no column is called {shown(written)}"
        add(findings, rules.UNKNOWN_COLUMN, place, subject, expected, remedy=remedy)
        return None
    return read_column(written, place=place, findings=findings)


def _read_row(row: Row, columns: _Columns, name: str, findings: list[Finding]) -> LookupRow | None:
    place = Place(name, row.line)
    match = tuple(row.fields[at] for at in columns.match)
    value = row.fields[columns.value]
    for column, text in (*zip(columns.names, match, strict=True), ("the value", value)):
        if not text:
            add(findings, rules.EMPTY_FIELD, place, f"{column} is empty", "a text")
        elif column in _ACCOUNTS and (_SHORT_ID.fullmatch(text) or _SCIENTIFIC.fullmatch(text)):
            remedy = "If it is right so, nothing needs to be done: it is matched as it is written."
            add(findings, rules.LOST_ZEROS, place, column, "twelve digits", shown(text), remedy)
    begins = _read_date(row, columns.valid_from, place, findings, otherwise=date.min)
    ends = _read_date(row, columns.valid_to, place, findings, otherwise=date.max)
    if begins is None or ends is None or not value or not all(match):
        return None
    if begins > ends:
        found = f"{VALID_FROM} {begins} and {VALID_TO} {ends}"
        add(findings, rules.FROM_AFTER_TO, place, "the line is never valid", found=found)
        return None
    return LookupRow(match, value, begins, ends, row.line)


def _read_date(
    row: Row, at: int, place: Place, findings: list[Finding], *, otherwise: date
) -> date | None:
    """Read a date; an absent one reaches as far as dates do, a wrong one is a finding and None."""
    text = row.fields[at] if at >= 0 else ""
    if not text:
        return otherwise
    last = otherwise == date.max
    day = read_day(text, last=last)
    if day is None:
        which = VALID_TO if last else VALID_FROM
        add(findings, rules.WRONG_DATE, place, which, _DATE, shown(text))
    return day


def _check_contradictions(rows: Iterable[LookupRow], name: str, findings: list[Finding]) -> None:
    """Find lines for the same charge and day with different values.

    Lines of a charge are taken by their first day; it is enough to compare each with the line that
    reaches furthest, and with the one that does so among those with another value.
    """
    reaching: dict[tuple[str, ...], tuple[LookupRow, LookupRow | None]] = {}
    for row in sorted(rows, key=lambda row: (row.match, row.valid_from, row.line)):
        furthest, other = reaching.get(row.match, (row, None))
        rival = other if furthest.value == row.value else furthest
        if rival is not None and rival.valid_to >= row.valid_from:
            _tell_contradiction(row, rival, name, findings)
        reaching[row.match] = _reach(furthest, other, row)


def _reach(
    furthest: LookupRow, other: LookupRow | None, row: LookupRow
) -> tuple[LookupRow, LookupRow | None]:
    """Keep the line that reaches furthest, and the furthest one with another value."""
    if row.valid_to > furthest.valid_to:
        return row, (other if row.value == furthest.value else furthest)
    if row.value != furthest.value and (other is None or row.valid_to > other.valid_to):
        return furthest, row
    return furthest, other


def _tell_contradiction(
    row: LookupRow, rival: LookupRow, name: str, findings: list[Finding]
) -> None:
    first, second = sorted((rival, row), key=lambda one: one.line)
    subject = (
        f"{shown(', '.join(row.match))} has two values on {max(row.valid_from, rival.valid_from)}"
    )
    if max(row.valid_from, rival.valid_from) == date.min:
        subject = f"{shown(', '.join(row.match))} has two values"
    found = (
        f"{shown(first.value)} in line {first.line}, {shown(second.value)} in line {second.line}"
    )
    remedy = f"Delete one, or give them {VALID_FROM} and {VALID_TO} that do not overlap."
    add(
        findings, rules.CONTRADICTION, Place(name, second.line), subject, "one value", found, remedy
    )
