"""Budgets are read from CSV; every mistake is a finding with its line and column."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apportion.core.budgets.read_budgets import read_budgets
from apportion.model.finance.budget import Budget
from apportion.model.findings.finding import Place

HEADER = "owner,period,currency,amount,shared"


def test_budgets_are_read_with_their_lines() -> None:
    text = f"{HEADER}\nFIN-100,2026-09,USD,100.00,20\nCX,2026-09,USD,5,\n"
    assert read_budgets(text, name="budgets.csv") == (
        [
            Budget("FIN-100", "2026-09", "USD", Decimal(100), Decimal(20), Place("budgets.csv", 2)),
            Budget("CX", "2026-09", "USD", Decimal(5), None, Place("budgets.csv", 3)),
        ],
        [],
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (",2026-09,USD,1,", "R064 budgets.csv:2: owner is empty"),
        ("CX,2026-9,USD,1,", "R063 budgets.csv:2: period, expected a month"),
        ("CX,2026-09,usd,1,", "F002 budgets.csv:2: currency, expected a code"),
        ("CX,2026-09,USD,-1,", "F001 budgets.csv:2: amount, expected a number"),
        ("CX,2026-09,USD,1,2", "F001 budgets.csv:2: shared, expected at most the amount, 1"),
        ("CX,2026-09,USD,1,x", "F001 budgets.csv:2: shared, expected a number"),
        ("CX,2026-09,USD,1,\nCX,2026-09,USD,2,", "F003 budgets.csv:3: CX in 2026-09"),
    ],
)
def test_a_mistake_is_a_finding_with_its_line(line: str, expected: str) -> None:
    budgets, findings = read_budgets(f"{HEADER}\n{line}\n", name="budgets.csv")
    assert budgets == []
    assert str(findings[0]).startswith(expected)


def test_a_wrong_header_is_a_finding() -> None:
    _, findings = read_budgets("owner,period,amout\nCX,2026-09,1\n", name="budgets.csv")
    assert [str(finding)[5:16] for finding in findings] == ["budgets.csv", "budgets.csv"]
