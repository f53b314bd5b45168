"""Invoices in the ledger: each addition is a kept input, and a note that names it.

A note is written whole or not at all, after its input, so a kill leaves the invoices as they were.
Nothing is overwritten: a replaced invoice stays in the addition that it came with.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from apportion.model.errors.base import LedgerDamagedError
from apportion.model.finance.invoice import Invoice, fields_of, invoice_of
from apportion.ports.ledger import ExpirableLedger

_RECORD = "invoices"


@dataclass(frozen=True)
class _Addition:
    number: int
    content: str


def recorded_invoices(ledger: ExpirableLedger) -> dict[tuple[str, str], Invoice]:
    """Read all invoices by provider and id: of each, what was added last."""
    invoices: dict[tuple[str, str], Invoice] = {}
    for addition in _additions(ledger):
        invoices.update((each.key, each) for each in _read(ledger, addition.content))
    return invoices


def record_invoices(
    ledger: ExpirableLedger, invoices: Sequence[Invoice], *, source: str, at: str
) -> None:
    """Add invoices; those with the key of another replace it. The caller holds the ledger's lock.

    `source` is the name of the file or service, `at` the time (UTC, ISO 8601).
    """
    number = max((each.number for each in _additions(ledger)), default=0) + 1
    texts = [fields_of(invoice) for invoice in invoices]
    content = ledger.keep_input(json.dumps(texts, sort_keys=True).encode())
    record = {
        "record": _RECORD,
        "number": number,
        "source": source,
        "at": at,
        "content": content,
    }
    ledger.add_note(json.dumps(record, sort_keys=True).encode())


def _additions(ledger: ExpirableLedger) -> list[_Addition]:
    """List the additions, oldest first."""
    found = []
    for note in ledger.read_notes():
        try:
            fields = json.loads(note)
            if fields.get("record") == _RECORD:
                found.append(_Addition(int(fields["number"]), str(fields["content"])))
        except (ValueError, LookupError, TypeError, AttributeError) as fault:
            raise LedgerDamagedError("evidence", "a note of invoices", str(fault)) from fault
    return sorted(found, key=lambda each: each.number)


def _read(ledger: ExpirableLedger, content: str) -> list[Invoice]:
    try:
        return [invoice_of(fields) for fields in json.loads(ledger.read_input(content))]
    except (ValueError, LookupError, TypeError, ArithmeticError) as fault:
        raise LedgerDamagedError(content, "invoices", str(fault)) from fault
