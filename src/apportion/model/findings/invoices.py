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
    "An issued invoice does not change. If the first one was wrong, add it again with `--replace`. "
    "What was empty in the ledger is filled in without it.",
)
NOT_AN_INVOICE = _error(
    "I007",
    "Document of the provider cannot be read",
    "AWS Invoicing listed a document without a type, an id, a month or an amount. Nothing was "
    "recorded.",
)

# The bill beside its invoices: `prove`.
DIFFERS = _error(
    "I010",
    "Invoice differs from its charges",
    "The billed cost of all charges with the id of the invoice, rounded to the currency's minor "
    "unit, is not its total, and the difference is larger than the tolerance.",
)
ROUNDING = Code(
    "I011",
    Severity.NOTICE,
    "The provider's lines do not add up to its invoice",
    "Providers round each line of an invoice, so the total can differ from the charges by some "
    "cents. `journal export` posts the difference to the account of `invoice_difference`.",
)
ROUNDING_NOT_BOOKED = Code(
    "I012",
    Severity.WARNING,
    "Difference to the invoice is not booked",
    "As I011, but the chart map names no account for it: the clearing account keeps the "
    "difference.",
)
NOT_YET = Code(
    "I013",
    Severity.NOTICE,
    "Invoice is not there yet",
    "Charges carry the id of an invoice that was not added to the ledger.",
)
NO_INVOICE_ID = Code(
    "I014",
    Severity.NOTICE,
    "Charges without an invoice id",
    "They cannot be compared with an invoice. AWS writes the id into the bill after the month.",
)
NOT_IN_BILL = _error(
    "I015",
    "Invoice without charges",
    "No charge of the month carries the id of the invoice, so its amount has no owner.",
)
OTHER_CURRENCY = _error(
    "I016",
    "Invoice in another currency",
    "The invoice states no amount in the currency of its charges, so they cannot be compared.",
)
OTHER_PERIOD = Code(
    "I017",
    Severity.WARNING,
    "Invoice of another month",
    "Charges of a month carry the id of an invoice that was added for another month.",
)
JOURNALS_DIFFER = Code(
    "I018",
    Severity.WARNING,
    "Journals differ from the invoice",
    "Journals that were sent credit the clearing account with another amount than the invoice. "
    "That is correct if the chart map posts amortised cost.",
)

ALL = (
    WRONG_AMOUNT,
    WRONG_TYPE,
    WRONG_CURRENCY,
    WRONG_SIGN,
    INVOICE_TWICE,
    CHANGED,
    NOT_AN_INVOICE,
    DIFFERS,
    ROUNDING,
    ROUNDING_NOT_BOOKED,
    NOT_YET,
    NO_INVOICE_ID,
    NOT_IN_BILL,
    OTHER_CURRENCY,
    OTHER_PERIOD,
    JOURNALS_DIFFER,
)
