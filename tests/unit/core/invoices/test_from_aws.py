"""Summaries of AWS Invoicing become invoices, in every currency that they state."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from apportion.core.invoices.from_aws import invoices_from_aws
from apportion.model.finance.invoice import Invoice, InvoiceAmount, InvoiceType
from invoicing_fake import summary


def read(*summaries: dict[str, Any]) -> list[Invoice]:
    found, findings = invoices_from_aws(summaries)
    assert not findings, findings
    return found.invoices


def test_a_summary_becomes_an_invoice_with_its_currencies() -> None:
    [found] = read(
        summary(
            "EUINGB26-1",
            "120.50",
            PurchaseOrderNumber="PO-7",
            BaseCurrencyAmount={
                "TotalAmount": "120.50",
                "TotalAmountBeforeTax": "100.00",
                "CurrencyCode": "USD",
                "AmountBreakdown": {"Taxes": {"TotalAmount": "20.50"}},
            },
            PaymentCurrencyAmount={
                "TotalAmount": "111.23",
                "CurrencyCode": "EUR",
                "CurrencyExchangeDetails": {
                    "SourceCurrencyCode": "USD",
                    "TargetCurrencyCode": "EUR",
                    "Rate": "0.92310",
                },
            },
            TaxCurrencyAmount={"TotalAmount": "17800", "CurrencyCode": "JPY"},
        )
    )
    assert found == Invoice(
        provider="AWS",
        payer="123456789012",
        invoice="EUINGB26-1",
        period="2026-09",
        base=InvoiceAmount("USD", Decimal("120.50")),
        entity="Amazon Web Services EMEA SARL",
        issued="2026-10-02",
        due="2026-11-01",
        tax=Decimal("20.50"),
        payment=InvoiceAmount("EUR", Decimal("111.23"), Decimal("0.92310")),
        tax_currency=InvoiceAmount("JPY", Decimal(17800)),
        purchase_order="PO-7",
    )


def test_amounts_in_the_currency_of_the_invoice_are_not_repeated() -> None:
    same = {"TotalAmount": "12.00", "CurrencyCode": "USD"}
    [found] = read(summary("INV-1", "12.00", PaymentCurrencyAmount=same, TaxCurrencyAmount={}))
    assert found.amounts == (InvoiceAmount("USD", Decimal("12.00")),)


@pytest.mark.parametrize("written", ["-25.00", "25.00"])
def test_a_credit_memo_is_negative_whatever_its_sign(written: str) -> None:
    memo = summary("CM-1", written, InvoiceType="CREDIT_MEMO", OriginalInvoiceId="INV-1")
    [found] = read(memo)
    assert (found.type, found.base.total, found.original) == (
        InvoiceType.CREDIT_MEMO,
        Decimal("-25.00"),
        "INV-1",
    )


def test_a_document_that_two_pages_list_is_read_once() -> None:
    assert len(read(summary("INV-1", "12.00"), summary("INV-1", "12.00"))) == 1


def test_receipts_and_cancelled_documents_are_counted() -> None:
    found, findings = invoices_from_aws(
        [
            summary("R-1", "12.00", InvoiceType="PAYMENT_RECEIPT"),
            summary("INV-1", "12.00", TaxAuthorityStatus="CANCELLED"),
            summary("INV-2", "12.00", TaxAuthorityStatus="ISSUED"),
        ]
    )
    assert not findings
    assert ([each.invoice for each in found.invoices], found[1:]) == (["INV-2"], (1, 1))


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        ({"BaseCurrencyAmount": {"CurrencyCode": "USD"}}, "no TotalAmount"),
        ({"BaseCurrencyAmount": {"TotalAmount": "twelve", "CurrencyCode": "USD"}}, "twelve is not"),
        ({"InvoiceId": ""}, "an id is empty"),
        ({"InvoiceType": "DEBIT_NOTE"}, "no DEBIT_NOTE"),
    ],
)
def test_a_document_that_lacks_what_is_needed_is_a_finding(
    broken: dict[str, Any], found: str
) -> None:
    read_, [finding] = invoices_from_aws([summary("INV-1", "12.00") | broken])
    assert (read_.invoices, finding.code.number) == ([], "I007")
    assert found in finding.found
