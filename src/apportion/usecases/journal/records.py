"""Journals in the ledger: what was exported, and what was sent to the finance system.

An exported batch is a kept input, and a note that names it. A batch is sent as soon as there is
evidence of it, which also keeps its run from every expiry. Both are written whole or not at all.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from apportion.core.journal.batch_text import batch_from_text, batch_to_text
from apportion.model.currencies import from_minor
from apportion.model.errors.base import LedgerDamagedError
from apportion.model.errors.journals import NoJournalError, OutdatedJournalError
from apportion.model.finance.journal import JournalBatch, LineKind
from apportion.model.retention import EvidenceKind, RetentionEvidence
from apportion.ports.ledger import ExpirableLedger
from apportion.usecases.retention.evidence import note, noted

_RECORD = "journal"


@dataclass(frozen=True)
class RecordedBatch:
    """A batch that was exported; `sent_at` is empty until it was sent."""

    batch: JournalBatch
    sent_at: str


def record_batch(ledger: ExpirableLedger, batch: JournalBatch) -> None:
    """Keep an exported batch; the same batch twice is kept once."""
    content = ledger.keep_input(batch_to_text(batch).encode())
    record = {
        "record": _RECORD,
        "batch": batch.batch,
        "period": batch.period,
        "content": content,
    }
    ledger.add_note(json.dumps(record, sort_keys=True).encode())


def recorded_batches(ledger: ExpirableLedger, period: str = "") -> list[RecordedBatch]:
    """Read the batches of a period, or of all: those that were sent first, in their order."""
    sent = {
        evidence.where: evidence.at
        for evidence in noted(ledger)
        if evidence.how is EvidenceKind.SENT
    }
    found = {
        record["batch"]: record
        for content in ledger.read_notes()
        if (record := _record(content)) and period in ("", record["period"])
    }
    batches = [
        RecordedBatch(_read(ledger, record["content"]), sent.get(batch, ""))
        for batch, record in sorted(found.items())
    ]
    return _in_order(batches)


def sent_batches(ledger: ExpirableLedger, period: str) -> list[JournalBatch]:
    """Read the batches of a period that were sent, in their order."""
    return [each.batch for each in recorded_batches(ledger, period) if each.sent_at]


def posted_by_invoice(ledger: ExpirableLedger, period: str) -> dict[tuple[str, str], Decimal]:
    """Add up what sent journals credited to clearing accounts, by invoice and currency."""
    minor: dict[tuple[str, str], int] = defaultdict(int)
    for batch in sent_batches(ledger, period):
        for line in (line for journal in batch.journals for line in journal.lines):
            if line.key.kind == LineKind.CLEARING:
                minor[line.key.invoice, line.key.currency] -= line.amount
    return {key: from_minor(amount, key[1]) for key, amount in minor.items()}


def mark_sent(
    ledger: ExpirableLedger, wanted: str, *, at: str, wait: float
) -> tuple[JournalBatch, bool]:
    """Record that the batch with this id, or its beginning, was sent; False if that is known.

    Raises NoJournalError, and OutdatedJournalError if others of its journals were sent since it
    was exported: together they would post the same cost twice.
    """
    with ledger.lock(wait=wait):
        recorded = recorded_batches(ledger)
        found = [each for each in recorded if wanted and each.batch.batch.startswith(wanted)]
        if len(found) != 1:
            raise NoJournalError(wanted, [each.batch.batch for each in recorded])
        batch = found[0].batch
        if found[0].sent_at:
            return batch, False
        sent = tuple(each.batch for each in sent_before(batch, recorded))
        if sent != batch.after:
            raise OutdatedJournalError(batch.batch, batch.period, batch.after, sent)
        note(ledger, RetentionEvidence(batch.run, batch.period, EvidenceKind.SENT, batch.batch, at))
        return batch, True


def sent_before(batch: JournalBatch, recorded: Sequence[RecordedBatch]) -> list[JournalBatch]:
    """List the batches that a batch must continue: sent ones with journals of the same parts.

    `recorded` are in the order of `recorded_batches`.
    """
    return [
        each.batch
        for each in recorded
        if each.sent_at
        and each.batch.period == batch.period
        and any(
            batch.includes(journal.company, journal.currency) for journal in each.batch.journals
        )
    ]


def _record(content: bytes) -> dict[str, str] | None:
    """Read a note; None if it is about something else. `noted` checks that all can be read."""
    fields: dict[str, str] = json.loads(content)
    return fields if fields.get("record") == _RECORD else None


def _read(ledger: ExpirableLedger, content: str) -> JournalBatch:
    try:
        return batch_from_text(ledger.read_input(content).decode())
    except (ValueError, LookupError, TypeError) as fault:
        raise LedgerDamagedError(content, "a journal batch", str(fault)) from fault


def _in_order(batches: Sequence[RecordedBatch]) -> list[RecordedBatch]:
    """Put each sent batch behind those that it continues; what was not sent comes last."""
    waiting = sorted(batches, key=lambda each: (not each.sent_at, each.sent_at, each.batch.batch))
    ordered: list[RecordedBatch] = []
    while waiting:
        there = {each.batch.batch for each in ordered}
        ready = (each for each in waiting if there.issuperset(each.batch.after))
        following = next(ready, waiting[0])
        ordered.append(following)
        waiting.remove(following)
    return ordered
