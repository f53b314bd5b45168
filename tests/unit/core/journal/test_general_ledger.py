"""What the general ledger holds is compared with what was sent, by the columns of the file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from apportion.core.journal.general_ledger import (
    GeneralLedger,
    LedgerDifference,
    compare_general_ledger,
    read_general_ledger,
    recharge_rate,
)
from apportion.model.finance.journal import Journal, JournalBatch, JournalLine, LineKey
from apportion.model.findings.finding import Finding


def line(account: str, amount: int, *, kind: str = "cost", cost_center: str = "") -> JournalLine:
    owner = "ML" if kind == "cost" else ""
    key = LineKey(
        company="1000", currency="USD", invoice="", kind=kind, account=account, contra="",
        cost_center=cost_center, project="", partner="", owner=owner, label="",
    )  # fmt: skip
    return JournalLine(key, amount, Fraction(amount))


BATCH = JournalBatch(
    batch="b1", period="2026-09", run="r1", made_at="2026-10-03T06:00:00Z", template="csv",
    decided_by="d1", posting_date=date(2026, 9, 30), companies=(), currencies=(), after=(),
    journals=(
        Journal("j1", "1000", "USD", (
            line("6500", 12050, cost_center="4711"),
            line("6500", 7950, cost_center="4712"),
            line("1590", -20000, kind="clearing"),
        )),
    ),
)  # fmt: skip


def read(text: str, **columns: str) -> tuple[GeneralLedger | None, list[Finding]]:
    return read_general_ledger(text, name="gl.csv", columns=columns, journals={"j1"})


def compared(text: str, **columns: str) -> list[LedgerDifference]:
    ledger, findings = read(text, **columns)
    assert ledger is not None, findings
    return compare_general_ledger(ledger, [BATCH], {"1000": "Example Holding"})


def test_a_trial_balance_is_compared_by_account() -> None:
    clearing, expense = compared("Account,Debit,Credit\n6500,150.00,\n1590,,200.00\n9999,5,\n")
    assert (clearing.expected, clearing.difference) == (Decimal("-200.00"), Decimal())
    assert (expense.expected, expense.found) == (Decimal("200.00"), Decimal("150.00"))
    assert recharge_rate([clearing, expense]) == {"USD": (Decimal("150.00"), Decimal("200.00"))}


def test_a_cost_center_is_compared_if_the_file_has_it() -> None:
    text = "G/L Account,Cost Center,Amount\n6500,4711,120.50\n6500,4712,79.50\n1590,,-200\n"
    assert not any(one.difference for one in compared(text))


def test_lines_of_other_journals_are_skipped() -> None:
    text = "account,amount,reference\n6500,200.00,X j1\n6500,70.00,other\n1590,-200.00,j1\n"
    ledger, _ = read(text)
    assert ledger is not None
    assert ledger.skipped == 1
    assert not any(one.difference for one in compared(text))


def test_a_company_is_known_by_its_name_too() -> None:
    text = 'Subsidiary,Account,Amount\nExample Holding,6500,"1,200.00"\n'
    assert [one.found for one in compared(text)] == [Decimal(), Decimal("1200.00")]


class CountedAmounts(dict[tuple[str, ...], Decimal]):
    """Amounts that count how often all of them are read."""

    readings = 0

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        self.readings += 1
        return super().__iter__()


def test_the_companies_of_the_file_are_read_once_for_all_lines() -> None:
    amounts = CountedAmounts({("Example Holding", "6500"): Decimal(1200)})
    ledger = GeneralLedger(("company", "account"), amounts, 0)
    compared = compare_general_ledger(ledger, [BATCH], {"1000": "Example Holding"})
    assert [one.found for one in compared] == [Decimal(), Decimal(1200)]
    assert amounts.readings == 1


def test_more_than_expected_is_no_more_recharge() -> None:
    differences = compared("account,amount\n6500,999\n1590,-200\n")
    assert recharge_rate(differences) == {"USD": (Decimal("200.00"), Decimal("200.00"))}


def test_columns_can_be_named_by_a_template() -> None:
    text = "Konto,Soll,Haben\n6500,200,\n1590,,200\n"
    assert not any(one.difference for one in compared(text, Soll="debit", Haben="credit"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("account,cost\n6500,1\n", "expected account, and amount or debit and credit"),
        ("account,amount\n6500,1.200.00\n", "J041 gl.csv:2: the amount, expected a number like"),
        ("account,amount\n6500\n", "gl.csv:2: the line is too short"),
        ("", "the file is empty"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_finding(text: str, sentence: str) -> None:
    ledger, findings = read(text)
    assert ledger is None
    assert sentence in str(findings[0])
