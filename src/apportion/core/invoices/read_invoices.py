"""Read invoices from a CSV file: every mistake is a finding with its line and column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from apportion.core.rulebook.inputs.csv_rows import capped, read_day, read_fields
from apportion.model.currencies import is_currency, minor_digits
from apportion.model.finance.invoice import (
    INVOICE_COLUMNS,
    REQUIRED_COLUMNS,
    Invoice,
    InvoiceType,
    fields_of,
    invoice_of,
)
from apportion.model.findings import invoices as codes
from apportion.model.findings import rules
from apportion.model.findings.finding import Finding, Place, add
from apportion.model.period import Period
from apportion.model.suggestions import shown
from apportion.model.wording import join_words

_AMOUNT = re.compile(r"-?\d{1,18}(\.\d{1,18})?", re.ASCII)
_RATE = re.compile(r"\d{1,12}(\.\d{1,18})?", re.ASCII)
_TYPES = tuple(kind.value for kind in InvoiceType)

#: Columns of an amount: its currency, the amount, the exchange rate.
_AMOUNTS = (
    ("currency", "amount", ""),
    ("payment_currency", "payment_amount", "payment_rate"),
    ("tax_currency", "tax_currency_amount", "tax_currency_rate"),
)


def read_invoices(text: str, *, name: str) -> tuple[list[Invoice], list[Finding]]:
    """Read all invoices of a file, in its order; none if there is any finding."""
    findings: list[Finding] = []
    invoices: list[Invoice] = []
    first: dict[tuple[str, str], int] = {}
    lines = read_fields(
        text, name=name, columns=INVOICE_COLUMNS, required=REQUIRED_COLUMNS, findings=findings
    )
    for place, fields in lines:
        wrong = list(_check(fields, place))
        findings += wrong
        if wrong:
            continue
        invoice = _with_days(invoice_of(fields))
        line = first.setdefault(invoice.key, place.line)
        if line != place.line:
            subject = f"invoice {shown(invoice.invoice)} of {shown(invoice.provider)}"
            found, remedy = f"another in line {line}", "Delete one of the lines."
            add(findings, codes.INVOICE_TWICE, place, subject, "one line", found, remedy)
        invoices.append(invoice)
    return ([] if findings else invoices), capped(findings, name)


def changed_fields(before: Invoice, after: Invoice) -> dict[str, tuple[str, str]]:
    """List the columns in which two readings of an invoice contradict each other, with both texts.

    A column that is empty in one of them does not contradict the other.
    """
    old, new = fields_of(before), fields_of(after)
    return {
        column: (old[column], new[column])
        for column in old
        if old[column] and new[column] and old[column] != new[column]
    }


def filled_in(before: Invoice, after: Invoice) -> Invoice:
    """Complete an invoice by what is known of it: columns that are empty keep their value."""
    old, new = fields_of(before), fields_of(after)
    return invoice_of({column: new[column] or old[column] for column in old})


def change_finding(before: Invoice, after: Invoice, *, name: str) -> Finding:
    """Make the finding of an invoice that differs from the one in the ledger."""
    changed = changed_fields(before, after)
    old, new = (
        ", ".join(f"{column} {shown(pair[at]) or '(none)'}" for column, pair in changed.items())
        for at in (0, 1)
    )
    same_currency = before.base.currency == after.base.currency
    return Finding(
        codes.CHANGED,
        name,
        f"invoice {shown(after.invoice)} of {shown(after.provider)}",
        old,
        new,
        "If this is right, add it again with `--replace`.",
        after.base.total - before.base.total if same_currency else None,
        after.base.currency if same_currency else "",
    )


def _check(fields: Mapping[str, str], place: Place) -> Iterator[Finding]:
    yield from _check_texts(fields, place)
    for currency, amount, rate in _AMOUNTS:
        yield from _check_amount(fields, currency, amount, rate, place)
    yield from _check_number(fields, "tax", fields["currency"], place)


def _check_texts(fields: Mapping[str, str], place: Place) -> Iterator[Finding]:
    for column in REQUIRED_COLUMNS:
        if not fields[column]:
            yield Finding(rules.EMPTY_FIELD, str(place), f"{column} is empty", "a text")
    if fields["type"] and fields["type"] not in _TYPES:
        yield Finding(codes.WRONG_TYPE, str(place), "type", join_words(_TYPES),
                      shown(fields["type"]))  # fmt: skip
    if fields["period"] and not _is_period(fields["period"]):
        yield Finding(rules.WRONG_DATE, str(place), "period", "a month like 2026-09",
                      shown(fields["period"]))  # fmt: skip
    for column in ("issued", "due"):
        if fields[column] and read_day(fields[column]) is None:
            yield Finding(rules.WRONG_DATE, str(place), column, "a day like 2026-10-03",
                          shown(fields[column]))  # fmt: skip


def _check_amount(
    fields: Mapping[str, str], currency: str, amount: str, rate: str, place: Place
) -> Iterator[Finding]:
    code, written = fields[currency], fields[amount]
    optional = rate != ""
    if optional and bool(code) != bool(written):
        yield Finding(codes.WRONG_CURRENCY, str(place), f"{currency} and {amount}",
                      "both or neither", shown(code or written))  # fmt: skip
    if code and not is_currency(code):
        yield Finding(codes.WRONG_CURRENCY, str(place), currency, "a code like USD",
                      shown(code))  # fmt: skip
    yield from _check_number(fields, amount, code, place)
    if optional and fields[rate] and not _is_rate(fields[rate]):
        yield Finding(codes.WRONG_AMOUNT, str(place), rate, "a rate like 0.9231",
                      shown(fields[rate]))  # fmt: skip


def _check_number(
    fields: Mapping[str, str], column: str, currency: str, place: Place
) -> Iterator[Finding]:
    written = fields[column]
    if not written:
        return
    places = minor_digits(currency)
    if not _AMOUNT.fullmatch(written):
        yield Finding(codes.WRONG_AMOUNT, str(place), column, "a number like 1234.50",
                      shown(written))  # fmt: skip
    elif len(written.partition(".")[2].rstrip("0")) > places:
        expected = f"at most {places} decimal places in {shown(currency)}"
        yield Finding(codes.WRONG_AMOUNT, str(place), column, expected, written)
    elif fields["type"] == InvoiceType.CREDIT_MEMO.value and Decimal(written) > 0:
        yield Finding(codes.WRONG_SIGN, str(place), column, "a negative amount", written,
                      f"Write -{written}, or the type invoice.")  # fmt: skip


def _is_rate(written: str) -> bool:
    return _RATE.fullmatch(written) is not None and Decimal(written) > 0


def _is_period(written: str) -> bool:
    try:
        Period.parse(written)
    except ValueError:
        return False
    return True


def _with_days(invoice: Invoice) -> Invoice:
    """Write period and days in their one form."""
    issued, due = (str(read_day(day) or "") for day in (invoice.issued, invoice.due))
    return replace(invoice, period=str(Period.parse(invoice.period)), issued=issued, due=due)


def of_period(invoices: Iterable[Invoice], period: str) -> list[Invoice]:
    """Choose the invoices of a month, or all; sorted by month, payer and id."""
    chosen = (each for each in invoices if period in ("", each.period))
    return sorted(chosen, key=lambda each: (each.period, each.payer, *each.key))
