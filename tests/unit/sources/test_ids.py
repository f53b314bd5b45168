"""Accounts in several spellings, and currencies that are no codes, are reported with their cost."""

from __future__ import annotations

from decimal import Decimal

from apportion.model.delivery import StatedTotal
from apportion.model.findings.finding import Finding
from apportion.model.money import PLACES
from apportion.sources.ids import id_findings
from apportion.sources.totals.layouts import FOCUS
from apportion.sources.totals.stated import Tally


def findings(*totals: StatedTotal) -> list[Finding]:
    return id_findings({"bill.csv": Tally()}, totals, FOCUS, set())


def cost(payer: str, account: str, currency: str, amount: int) -> StatedTotal:
    return StatedTotal("2026-09", payer, account, currency, 1, (amount * 10**PLACES,) * 4)


def test_ids_that_differ_in_case_or_zeros_are_named_with_the_smaller_cost() -> None:
    found = findings(
        cost("ab-1", "012345678901", "USD", 10),
        cost("AB-1", "12345678901", "USD", 3),
        cost("AB-1", "", "USD", 4),
    )
    assert [(each.code.number, each.subject, each.found, each.amount) for each in found] == [
        ("B044", "BillingAccountId", "'AB-1'; 'ab-1'", Decimal(7)),
        ("B044", "SubAccountId", "'012345678901'; '12345678901'", Decimal(3)),
    ]


def test_a_placeholder_is_named_with_its_cost() -> None:
    ids = ("N/A", "-", "000000000000", "Unknown", "012345678901", "na-7", "")
    found = findings(*(cost("1", account, "USD", 5) for account in ids))
    assert [(each.code.number, each.subject, each.found, each.amount) for each in found] == [
        ("B046", "SubAccountId", repr(account), 5) for account in sorted(ids[:4])
    ]
    (payer,) = findings(cost("#N/A", "1", "EUR", 2))
    assert (payer.subject, payer.found, payer.currency) == ("BillingAccountId", "'#N/A'", "EUR")


def test_a_text_that_is_no_currency_code_is_named_with_its_cost() -> None:
    found = findings(*(cost("1", "2", currency, 5) for currency in ("USD", "usd", "N/A", "")))
    assert [(each.code.number, each.found, each.amount) for each in found] == [
        ("B045", "'N/A'", Decimal(5)),
        ("B045", "'usd'", Decimal(5)),
    ]
