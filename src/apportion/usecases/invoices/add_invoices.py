"""Add invoices to the ledger; one that differs from what is there needs the user's consent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from apportion.core.invoices.read_invoices import (
    change_finding,
    changed_fields,
    filled_in,
    of_period,
    read_invoices,
)
from apportion.model.errors.base import FindingsError
from apportion.model.finance.invoice import INVOICE_COLUMNS, Invoice, fields_of
from apportion.model.findings.finding import Finding, Place
from apportion.model.outcome import Outcome
from apportion.model.row import Row
from apportion.model.wording import plural
from apportion.ports.ledger import ExpirableLedger
from apportion.usecases.runs.load_rules import read_text

from .records import record_invoices, recorded_invoices

_COLUMNS = ("status", *INVOICE_COLUMNS)


def add_file(
    ledger: ExpirableLedger, path: Path, *, replace: bool, at: str, wait: float
) -> Outcome:
    """Add the invoices of a CSV file; raises FindingsError for a file that cannot be read."""
    text, findings = read_text(path, path.name, Place(path.name))
    invoices: list[Invoice] = []
    if text is not None:
        invoices, findings = read_invoices(text, name=path.name)
    if findings:
        raise FindingsError(findings)
    return add_invoices(ledger, invoices, source=path.name, replace=replace, at=at, wait=wait)


def add_invoices(
    ledger: ExpirableLedger,
    invoices: Sequence[Invoice],
    *,
    source: str,
    replace: bool,
    at: str,
    wait: float,
) -> Outcome:
    """Add invoices that are new, and with `replace` those that changed; all or none.

    Rows are the invoices with their status: added, replaced, completed (columns that were empty)
    or unchanged. Without `replace`, each changed invoice is a failing finding, and nothing is
    recorded.
    """
    with ledger.lock(wait=wait):
        there = recorded_invoices(ledger)
        findings = [] if replace else _changes(invoices, there, source)
        invoices = [filled_in(there.get(each.key, each), each) for each in invoices]
        if findings:
            words = "Nothing was recorded."
            return Outcome(_COLUMNS, (), tuple(findings), (words,))
        different = [each for each in invoices if there.get(each.key) != each]
        if different:
            record_invoices(ledger, different, source=source, at=at)
    rows = tuple(_row(each, there) for each in invoices)
    return Outcome(_COLUMNS, rows, messages=(_counts(rows),))


def list_invoices(ledger: ExpirableLedger, *, period: str = "") -> Outcome:
    """List the invoices of a month, or all; the rows as CSV are a file for `add_file`."""
    chosen = of_period(recorded_invoices(ledger).values(), period)
    words = (f"{plural(len(chosen), 'invoice')}.",)
    return Outcome(INVOICE_COLUMNS, tuple(map(_fields, chosen)), messages=words)


def _changes(
    invoices: Sequence[Invoice], there: Mapping[tuple[str, str], Invoice], source: str
) -> list[Finding]:
    return [
        change_finding(there[each.key], each, name=source)
        for each in invoices
        if changed_fields(there.get(each.key, each), each)
    ]


def _row(invoice: Invoice, there: Mapping[tuple[str, str], Invoice]) -> Row:
    return {"status": _status(invoice, there.get(invoice.key)), **_fields(invoice)}


def _status(invoice: Invoice, before: Invoice | None) -> str:
    if before is None:
        return "added"
    if changed_fields(before, invoice):
        return "replaced"
    return "unchanged" if before == invoice else "completed"


def _fields(invoice: Invoice) -> dict[str, object]:
    """Show an invoice as a row; amounts are Decimal, None where the invoice has none."""
    payment, tax = invoice.payment, invoice.tax_currency
    return {
        **fields_of(invoice),
        "amount": invoice.base.total,
        "tax": invoice.tax,
        "payment_amount": payment.total if payment else None,
        "tax_currency_amount": tax.total if tax else None,
    }


def _counts(rows: Sequence[Row]) -> str:
    counts = Counter(str(row["status"]) for row in rows)
    parts = ", ".join(f"{count:,} {status}" for status, count in sorted(counts.items()))
    return f"{plural(len(rows), 'invoice')}: {parts or 'none'}."
