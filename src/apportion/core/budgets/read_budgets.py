"""Read budgets from a CSV file: every mistake is a finding with its line and column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from apportion.core.rulebook.inputs.csv_rows import Sheet, capped, read_csv
from apportion.model.currencies import is_currency
from apportion.model.finance.budget import BUDGET_COLUMNS, REQUIRED_COLUMNS, Budget
from apportion.model.findings import budgets as codes
from apportion.model.findings import rules
from apportion.model.findings.finding import Finding, Place, add
from apportion.model.period import Period
from apportion.model.suggestions import did_you_mean, shown
from apportion.model.wording import join_words

_AMOUNT = re.compile(r"\d{1,18}(\.\d{1,18})?", re.ASCII)


def read_budgets(text: str, *, name: str) -> tuple[list[Budget], list[Finding]]:
    """Read all budgets of a file; none if there is any finding."""
    findings: list[Finding] = []
    sheet = read_csv(text, name=name, findings=findings)
    columns = _columns(sheet, findings) if sheet else None
    budgets: list[Budget] = []
    first: dict[tuple[str, ...], int] = {}
    for row in sheet.rows if sheet and columns else ():
        place = Place(name, row.line)
        written = dict(zip(columns or (), row.fields, strict=True))
        fields = {**dict.fromkeys(BUDGET_COLUMNS, ""), **written}
        wrong = list(_check(fields, place))
        line = first.setdefault(tuple(fields[c] for c in REQUIRED_COLUMNS[:3]), row.line)
        if line != row.line:
            subject = f"{shown(fields['owner'])} in {fields['period']}"
            add(wrong, codes.BUDGET_TWICE, place, subject, "one budget", f"another in line {line}",
                "Delete one of the lines, or add them up.")  # fmt: skip
        findings += wrong
        if not wrong:
            budgets.append(_budget(fields, place))
    return ([] if findings else budgets), capped(findings, name)


def _columns(sheet: Sheet, findings: list[Finding]) -> tuple[str, ...] | None:
    """Check the header; None if it is wrong."""
    before = len(findings)
    names = tuple(column.lower() for column in sheet.header)
    place = Place(sheet.name, 1)
    for column in names:
        if column not in BUDGET_COLUMNS:
            add(findings, rules.UNKNOWN_COLUMN, place, f"no column is called {shown(column)}",
                join_words(BUDGET_COLUMNS),
                remedy=did_you_mean(column, BUDGET_COLUMNS))  # fmt: skip
    if not set(REQUIRED_COLUMNS) <= set(names) or len(set(names)) < len(names):
        add(findings, rules.WRONG_HEADER, place, "the columns of the file",
            f"{join_words(REQUIRED_COLUMNS, last='and')}, each once",
            join_words(names, last="and"))  # fmt: skip
    return names if len(findings) == before else None


def _check(fields: Mapping[str, str], place: Place) -> Iterator[Finding]:
    for column in REQUIRED_COLUMNS:
        if not fields[column]:
            yield Finding(rules.EMPTY_FIELD, str(place), f"{column} is empty", "a text")
    if fields["period"] and not _is_period(fields["period"]):
        yield Finding(rules.WRONG_DATE, str(place), "period", "a month like 2026-09",
                      shown(fields["period"]))  # fmt: skip
    if fields["currency"] and not is_currency(fields["currency"]):
        yield Finding(codes.WRONG_CURRENCY, str(place), "currency", "a code like USD",
                      shown(fields["currency"]))  # fmt: skip
    amounts = {column: fields[column] for column in ("amount", "shared") if fields[column]}
    for column, written in amounts.items():
        if not _AMOUNT.fullmatch(written):
            yield Finding(codes.WRONG_AMOUNT, str(place), column, "a number like 1234.50",
                          shown(written))  # fmt: skip
    numbers = [Decimal(one) for one in amounts.values() if _AMOUNT.fullmatch(one)]
    if len(numbers) == 2 and numbers[1] > numbers[0]:
        yield Finding(codes.WRONG_AMOUNT, str(place), "shared",
                      f"at most the amount, {amounts['amount']}", amounts["shared"])  # fmt: skip


def _is_period(written: str) -> bool:
    try:
        return str(Period.parse(written)) == written
    except ValueError:
        return False


def _budget(fields: Mapping[str, str], place: Place) -> Budget:
    return Budget(
        owner=fields["owner"],
        period=fields["period"],
        currency=fields["currency"],
        amount=Decimal(fields["amount"]),
        shared=Decimal(fields["shared"]) if fields["shared"] else None,
        place=place,
    )
