"""Read budgets from a CSV file: every mistake is a finding with its line and column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from apportion.core.rulebook.inputs.csv_rows import capped, read_fields
from apportion.model.currencies import is_currency
from apportion.model.finance.budget import BUDGET_COLUMNS, REQUIRED_COLUMNS, Budget
from apportion.model.findings import budgets as codes
from apportion.model.findings import rules
from apportion.model.findings.finding import Finding, Place, add
from apportion.model.period import Period
from apportion.model.suggestions import shown

_AMOUNT = re.compile(r"\d{1,18}(\.\d{1,18})?", re.ASCII)


def read_budgets(text: str, *, name: str) -> tuple[list[Budget], list[Finding]]:
    """Read all budgets of a file; none if there is any finding."""
    findings: list[Finding] = []
    budgets: list[Budget] = []
    first: dict[tuple[str, ...], int] = {}
    lines = read_fields(
        text, name=name, columns=BUDGET_COLUMNS, required=REQUIRED_COLUMNS, findings=findings
    )
    for place, fields in lines:
        wrong = list(_check(fields, place))
        line = first.setdefault(tuple(fields[c] for c in REQUIRED_COLUMNS[:3]), place.line)
        if line != place.line:
            subject = f"{shown(fields['owner'])} in {fields['period']}"
            add(wrong, codes.BUDGET_TWICE, place, subject, "one budget", f"another in line {line}",
                "Delete one of the lines, or add them up.")  # fmt: skip
        findings += wrong
        if not wrong:
            budgets.append(_budget(fields, place))
    return ([] if findings else budgets), capped(findings, name)


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
