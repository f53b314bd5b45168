"""Invoices of a provider: the amounts that are owed, without their lines."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from apportion.model.money import text


class InvoiceType(StrEnum):
    """What a document is; the amounts of a credit memo are negative or zero."""

    INVOICE = "invoice"
    CREDIT_MEMO = "credit_memo"


@dataclass(frozen=True)
class InvoiceAmount:
    """The total of an invoice in a currency, tax included.

    `rate` is how much of this currency one unit of the invoice's currency is; None if unknown.
    """

    currency: str
    total: Decimal
    rate: Decimal | None = None


@dataclass(frozen=True)
class Invoice:
    """An invoice or credit memo; `provider` and `invoice` identify it.

    `payer` is the billing account. `base` is in the currency of the charges, `payment` and
    `tax_currency` in the currencies that are paid and reported. `original` is the invoice that a
    credit memo corrects. `issued` and `due` are days, empty if unknown.
    """

    provider: str
    payer: str
    invoice: str
    period: str
    base: InvoiceAmount
    type: InvoiceType = InvoiceType.INVOICE
    entity: str = ""
    issued: str = ""
    due: str = ""
    tax: Decimal | None = None  # part of the base amount
    payment: InvoiceAmount | None = None
    tax_currency: InvoiceAmount | None = None
    original: str = ""
    purchase_order: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What identifies the invoice."""
        return self.provider, self.invoice

    @property
    def amounts(self) -> tuple[InvoiceAmount, ...]:
        """The total in every currency that it is stated in, the base amount first."""
        return tuple(one for one in (self.base, self.payment, self.tax_currency) if one)

    def total_in(self, currency: str) -> Decimal | None:
        """Return the total in a currency; None if the invoice does not state it."""
        return next((one.total for one in self.amounts if one.currency == currency), None)


#: The columns of invoices in CSV files, those that each file needs first.
REQUIRED_COLUMNS = ("provider", "payer", "invoice", "period", "currency", "amount")
INVOICE_COLUMNS = (
    *REQUIRED_COLUMNS,
    *("tax", "type", "entity", "issued", "due", "original_invoice", "purchase_order"),
    *("payment_currency", "payment_amount", "payment_rate"),
    *("tax_currency", "tax_currency_amount", "tax_currency_rate"),
)


def fields_of(invoice: Invoice) -> dict[str, str]:
    """Write an invoice as texts, by column; what is unknown is empty."""
    return {
        "provider": invoice.provider,
        "payer": invoice.payer,
        "invoice": invoice.invoice,
        "period": invoice.period,
        "currency": invoice.base.currency,
        "amount": text(invoice.base.total),
        "tax": "" if invoice.tax is None else text(invoice.tax),
        "type": invoice.type.value,
        "entity": invoice.entity,
        "issued": invoice.issued,
        "due": invoice.due,
        "original_invoice": invoice.original,
        "purchase_order": invoice.purchase_order,
        **_amount_fields("payment", invoice.payment),
        **_amount_fields("tax_currency", invoice.tax_currency),
    }


def _amount_fields(name: str, amount: InvoiceAmount | None) -> dict[str, str]:
    """Write an amount; the column of its currency is `payment_currency` or `tax_currency`."""
    currency = name if name.endswith("_currency") else f"{name}_currency"
    return {
        currency: amount.currency if amount else "",
        f"{name}_amount": text(amount.total) if amount else "",
        f"{name}_rate": text(amount.rate) if amount and amount.rate is not None else "",
    }


def invoice_of(fields: dict[str, str]) -> Invoice:
    """Read an invoice from texts that `core.invoices.read_invoices` has checked.

    Raises KeyError, ValueError or ArithmeticError for texts that are not of an invoice.
    """
    return Invoice(
        provider=fields["provider"],
        payer=fields["payer"],
        invoice=fields["invoice"],
        period=fields["period"],
        base=InvoiceAmount(fields["currency"], Decimal(fields["amount"])),
        type=InvoiceType(fields["type"] or InvoiceType.INVOICE.value),
        entity=fields["entity"],
        issued=fields["issued"],
        due=fields["due"],
        tax=Decimal(fields["tax"]) if fields["tax"] else None,
        payment=_amount_of(fields, "payment", "payment_currency"),
        tax_currency=_amount_of(fields, "tax_currency", "tax_currency"),
        original=fields["original_invoice"],
        purchase_order=fields["purchase_order"],
    )


def _amount_of(fields: dict[str, str], name: str, currency: str) -> InvoiceAmount | None:
    if not fields[currency]:
        return None
    rate = fields[f"{name}_rate"]
    total = Decimal(fields[f"{name}_amount"])
    return InvoiceAmount(fields[currency], total, Decimal(rate) if rate else None)


class ChargesKey(NamedTuple):
    """Charges of a bill that are on one invoice in one currency; "" for no invoice id."""

    payer: str
    invoice: str
    currency: str


@dataclass(frozen=True)
class InvoiceDifference:
    """How a difference between an invoice and its charges is treated that the provider made.

    `tolerance` is the largest such difference, in the currency's minor unit. It is booked to
    `account` of the company that pays the invoice; "" if it is not booked.
    """

    tolerance: int = 5
    account: str = ""
