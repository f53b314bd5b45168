"""Read invoices from the summaries of AWS Invoicing (InvoiceSummary of ListInvoiceSummaries)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from apportion.model.finance.invoice import Invoice, InvoiceAmount, InvoiceType
from apportion.model.findings import invoices as codes
from apportion.model.findings.finding import Finding
from apportion.model.money import to_units
from apportion.model.period import Period
from apportion.model.suggestions import shown

PROVIDER = "AWS"
SOURCE = "AWS Invoicing"

_TYPES = {"INVOICE": InvoiceType.INVOICE, "CREDIT_MEMO": InvoiceType.CREDIT_MEMO}
_RECEIPT, _CANCELLED = "PAYMENT_RECEIPT", "CANCELLED"


class AwsInvoices(NamedTuple):
    """Invoices and credit memos; receipts and cancelled documents are only counted."""

    invoices: list[Invoice]
    receipts: int
    cancelled: int


def invoices_from_aws(
    summaries: Iterable[Mapping[str, Any]],
) -> tuple[AwsInvoices, list[Finding]]:
    """Read summaries; one that lacks what an invoice needs is a finding.

    AWS does not document the sign of a credit memo's amounts: they become negative. A document
    that a tax authority cancelled, and a receipt for a payment, state nothing that is owed.
    """
    invoices: dict[tuple[str, str], Invoice] = {}
    findings: list[Finding] = []
    receipts = cancelled = 0
    for summary in summaries:
        if summary.get("InvoiceType") == _RECEIPT:
            receipts += 1
        elif summary.get("TaxAuthorityStatus") == _CANCELLED:
            cancelled += 1
        else:
            try:
                invoice = _invoice(summary)
                invoices[invoice.key] = invoice
            except (LookupError, ValueError, ArithmeticError) as fault:
                findings.append(_unreadable(summary, fault))
    return AwsInvoices(list(invoices.values()), receipts, cancelled), findings


def _invoice(summary: Mapping[str, Any]) -> Invoice:
    kind = _TYPES[summary["InvoiceType"]]
    amount = summary["BaseCurrencyAmount"]
    base = _amount(amount, kind, "")
    period = summary["BillingPeriod"]
    return Invoice(
        provider=PROVIDER,
        payer=_present(summary["AccountId"]),
        invoice=_present(summary["InvoiceId"]),
        period=str(Period(int(period["Year"]), int(period["Month"]))),
        base=base,
        type=kind,
        entity=str(summary.get("Entity", {}).get("InvoicingEntity", "")),
        issued=_day(summary.get("IssuedDate")),
        due=_day(summary.get("DueDate")),
        tax=_tax(amount, kind),
        payment=_other_amount(summary.get("PaymentCurrencyAmount"), kind, base.currency),
        tax_currency=_other_amount(summary.get("TaxCurrencyAmount"), kind, base.currency),
        original=str(summary.get("OriginalInvoiceId", "")),
        purchase_order=str(summary.get("PurchaseOrderNumber", "")),
    )


def _present(value: str) -> str:
    if not value:
        message = "an id is empty"
        raise ValueError(message)
    return value


def _other_amount(
    amount: Mapping[str, Any] | None, kind: InvoiceType, base: str
) -> InvoiceAmount | None:
    """Read an amount in another currency than the base; None if there is none."""
    if not amount or not amount.get("TotalAmount") or amount["CurrencyCode"] == base:
        return None
    return _amount(amount, kind, base)


def _amount(amount: Mapping[str, Any], kind: InvoiceType, base: str) -> InvoiceAmount:
    exchange = amount.get("CurrencyExchangeDetails") or {}
    pair = exchange.get("SourceCurrencyCode"), exchange.get("TargetCurrencyCode")
    is_from_base = bool(base) and pair == (base, amount["CurrencyCode"])
    rate = _number(exchange["Rate"]) if is_from_base and exchange.get("Rate") else None
    return InvoiceAmount(amount["CurrencyCode"], _signed(amount["TotalAmount"], kind), rate)


def _tax(amount: Mapping[str, Any], kind: InvoiceType) -> Decimal | None:
    taxes = (amount.get("AmountBreakdown") or {}).get("Taxes") or {}
    return _signed(taxes["TotalAmount"], kind) if taxes.get("TotalAmount") else None


def _signed(written: str, kind: InvoiceType) -> Decimal:
    number = _number(written)
    return -abs(number) if kind is InvoiceType.CREDIT_MEMO else number


def _number(written: str) -> Decimal:
    """Read a number of no more places than money has; raises ValueError."""
    try:
        number = Decimal(written)
        to_units(number)
    except InvalidOperation:
        message = f"{shown(written)} is not an amount"
        raise ValueError(message) from None
    return number


def _day(moment: datetime | None) -> str:
    """Write the day in UTC: boto3 gives moments in the machine's time zone."""
    return moment.astimezone(UTC).date().isoformat() if moment else ""


def _unreadable(summary: Mapping[str, Any], fault: Exception) -> Finding:
    found = f"no {fault.args[0]}" if isinstance(fault, KeyError) else str(fault)
    return Finding(
        codes.NOT_AN_INVOICE,
        SOURCE,
        f"document {shown(str(summary.get('InvoiceId') or 'without id'))}",
        "type, ids, month, and an amount with its currency",
        found,
        "Add it from a file: `apportion invoices add`.",
    )
