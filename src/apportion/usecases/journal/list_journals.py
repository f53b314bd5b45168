"""List the journals that were exported, and which of them were sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from apportion.core.allocation.rounding import round_together
from apportion.model.currencies import from_minor, minor_digits
from apportion.model.finance.journal import Journal, JournalBatch, JournalLine
from apportion.model.outcome import Outcome
from apportion.model.row import Row
from apportion.model.wording import plural
from apportion.ports.ledger import ExpirableLedger

from .records import RecordedBatch, recorded_batches, sent_before

_COLUMNS = (
    *("period", "batch", "status", "journal", "company", "currency", "lines", "debit", "template"),
    *("run", "after", "sent_at"),
)


def list_journals(ledger: ExpirableLedger, *, period: str = "") -> Outcome:
    """List every exported journal; the sent ones of a month come first, in their order.

    The status is `sent`, `exported`, or `outdated`: others were sent since, so it cannot be.
    """
    recorded = sorted(recorded_batches(ledger, period), key=lambda each: each.batch.period)
    rows = tuple(
        {
            **journal_row(each.batch, journal),
            "status": _status(each, recorded),
            "template": each.batch.template,
            "run": each.batch.run,
            "after": " ".join(each.batch.after),
            "sent_at": each.sent_at,
        }
        for each in recorded
        for journal in each.batch.journals
    )
    words = f"{plural(len(recorded), 'batch', 'batches')} of journals."
    return Outcome(_COLUMNS, rows, messages=(words,))


def journal_row(batch: JournalBatch, journal: Journal) -> Row:
    """Show a journal as a row; deviation is what rounding added to its lines in all."""
    debit = from_minor(journal.debit, journal.currency)
    return {
        "period": batch.period,
        "batch": batch.batch,
        "journal": journal.journal,
        "company": journal.company,
        "currency": journal.currency,
        "lines": len(journal.lines),
        "debit": debit,
        "credit": debit,
        "deviation": deviation(journal.lines, journal.currency),
    }


def deviation(lines: Iterable[JournalLine], currency: str) -> Decimal:
    """Add up deviations, to four places behind the minor unit."""
    exact = sum((line.deviation for line in lines), Fraction())
    return Decimal(round_together({"": exact * 10**4})[""]).scaleb(-minor_digits(currency) - 4)


def _status(each: RecordedBatch, recorded: Sequence[RecordedBatch]) -> str:
    if each.sent_at:
        return "sent"
    sent = tuple(batch.batch for batch in sent_before(each.batch, recorded))
    return "exported" if sent == each.batch.after else "outdated"
