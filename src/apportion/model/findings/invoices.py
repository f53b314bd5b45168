"""Findings about invoices, and about the bill beside them (I)."""

from __future__ import annotations

from .finding import Code, Severity


def _error(number: str, title: str, meaning: str) -> Code:
    return Code(number, Severity.ERROR, title, meaning)


# A file of invoices.
WRONG_AMOUNT = _error(
    "I001",
    "Invalid amount",
    "Amounts are decimal numbers such as 1234.50, without separators, and have no more decimal "
    "places than the currency.",
)
WRONG_TYPE = _error("I002", "Unknown type of invoice", "The type is invoice or credit_memo.")
WRONG_CURRENCY = _error(
    "I003",
    "Currency is not an ISO 4217 code",
    "Currencies are written as three capital letters, such as USD. A second amount needs its "
    "currency, and a second currency its amount.",
)
WRONG_SIGN = _error(
    "I004",
    "Credit memo with a positive amount",
    "A credit memo reduces what is owed: its amounts are negative or zero.",
)
INVOICE_TWICE = _error(
    "I005", "Invoice appears twice", "A provider and an invoice id identify an invoice."
)
CHANGED = _error(
    "I006",
    "Invoice differs from the one in the ledger",
    "An issued invoice does not change. If the first one was wrong, add it again with `--replace`.",
)

ALL = (
    WRONG_AMOUNT,
    WRONG_TYPE,
    WRONG_CURRENCY,
    WRONG_SIGN,
    INVOICE_TWICE,
    CHANGED,
)
