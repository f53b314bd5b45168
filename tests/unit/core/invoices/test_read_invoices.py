"""Invoices are read from CSV; every mistake is a finding with its line and column."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from apportion.core.invoices.read_invoices import change_finding, of_period, read_invoices
from apportion.model.finance.invoice import (
    INVOICE_COLUMNS,
    Invoice,
    InvoiceAmount,
    InvoiceType,
    fields_of,
    invoice_of,
)

HEADER = "provider,payer,invoice,period,currency,amount"
LINE = "AWS,999999999999,INV-1,2026-09,USD,120.50"

FULL = Invoice(
    provider="AWS",
    payer="999999999999",
    invoice="CM-1",
    period="2026-09",
    base=InvoiceAmount("USD", Decimal("-25.00")),
    type=InvoiceType.CREDIT_MEMO,
    entity="AWS EMEA SARL",
    issued="2026-10-03",
    due="2026-11-02",
    tax=Decimal("0.00"),
    payment=InvoiceAmount("EUR", Decimal("-23.08"), Decimal("0.92310")),
    tax_currency=InvoiceAmount("JPY", Decimal("-3700.00")),
    original="INV-1",
    purchase_order="PO-7",
)


def problems(text: str) -> list[str]:
    """List the findings of a file."""
    invoices, findings = read_invoices(text, name="invoices.csv")
    assert not (invoices and findings), "a file with findings gives no invoice"
    return [str(finding) for finding in findings]


def test_an_invoice_needs_six_columns() -> None:
    [invoice], findings = read_invoices(f"{HEADER}\n{LINE}\n", name="invoices.csv")
    assert not findings
    assert invoice == Invoice(
        "AWS", "999999999999", "INV-1", "2026-09", InvoiceAmount("USD", Decimal("120.50"))
    )
    assert invoice.total_in("USD") == Decimal("120.50")
    assert invoice.total_in("EUR") is None


def test_an_invoice_with_every_column_is_read_as_it_was_written() -> None:
    fields = fields_of(FULL)
    text = ",".join(INVOICE_COLUMNS) + "\n" + ",".join(fields[name] for name in INVOICE_COLUMNS)
    assert read_invoices(text, name="invoices.csv") == ([FULL], [])
    assert invoice_of(fields) == FULL
    assert FULL.total_in("EUR") == Decimal("-23.08")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{HEADER}\n{LINE.replace('120.50', '1,20')}", "R062 invoices.csv:2: the line is too lon"),
        (f"{HEADER}\n{LINE.replace('120.50', '12x')}", "I001 invoices.csv:2: amount, expected a "),
        (f"{HEADER}\n{LINE.replace('120.50', '1.005')}", "I001 invoices.csv:2: amount, expected "),
        (f"{HEADER}\n{LINE.replace('USD,120.50', 'JPY,1.5')}", "I001 invoices.csv:2: amount, exp"),
        (f"{HEADER}\n{LINE.replace('USD', 'usd')}", "I003 invoices.csv:2: currency, expected a c"),
        (f"{HEADER}\n{LINE.replace('2026-09', '2026-13')}", "R063 invoices.csv:2: period, expect"),
        (f"{HEADER}\n{LINE.replace('INV-1', '')}", "R064 invoices.csv:2: invoice is empty"),
        (f"{HEADER},type\n{LINE},receipt", "I002 invoices.csv:2: type, expected invoice or credi"),
        (f"{HEADER},type\n{LINE},credit_memo", "I004 invoices.csv:2: amount, expected a negative"),
        (f"{HEADER},issued\n{LINE},3.10.2026", "R063 invoices.csv:2: issued, expected a day like"),
        (f"{HEADER},payment_currency\n{LINE},EUR", "I003 invoices.csv:2: payment_currency and pa"),
        (
            f"{HEADER},payment_currency,payment_amount,payment_rate\n{LINE},EUR,111.23,0",
            "I001 invoices.csv:2: payment_rate, expected a rate like",
        ),
        (f"{HEADER},amout\n{LINE},1", "invoices.csv:1: no column is called amout"),
        (f"provider,payer\n{LINE}", "R062 invoices.csv:2"),
        ("provider,payer\nAWS,1", "R061 invoices.csv:1: the columns of the file, expected provid"),
        (f"{HEADER}\n{LINE}\n{LINE}", "I005 invoices.csv:3: invoice INV-1 of AWS, expected one li"),
        ("", "invoices.csv: the file is empty"),
    ],
)
def test_a_mistake_is_a_finding_with_its_line(text: str, expected: str) -> None:
    assert expected in problems(text)[0]


def test_a_changed_invoice_shows_what_changed_and_the_money() -> None:
    after = replace(FULL, base=InvoiceAmount("USD", Decimal("-30.00")), entity="AWS Inc.")
    finding = change_finding(FULL, after, name="invoices.csv")
    assert finding.amount == Decimal("-5.00")
    assert finding.expected == "amount -25.00, entity AWS EMEA SARL"
    assert finding.found == "amount -30.00, entity AWS Inc."
    other_currency = replace(FULL, base=InvoiceAmount("EUR", Decimal("-30.00")))
    assert change_finding(FULL, other_currency, name="invoices.csv").amount is None


def test_invoices_are_chosen_by_month_and_sorted() -> None:
    august = replace(FULL, period="2026-08", invoice="A")
    assert of_period([FULL, august], "") == [august, FULL]
    assert of_period([FULL, august], "2026-09") == [FULL]
