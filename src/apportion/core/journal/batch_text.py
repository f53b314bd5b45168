"""A journal batch as JSON and back, as the ledger keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from fractions import Fraction
from typing import Any

from apportion.model.finance.journal import Journal, JournalBatch, JournalLine, LineKey


def batch_to_text(batch: JournalBatch) -> str:
    """Write a batch as JSON; the same batch has the same text. Accruals are not kept."""
    plain = {
        field.name: getattr(batch, field.name)
        for field in fields(batch)
        if field.name not in ("journals", "posting_date", "purpose")
    }
    plain["posting_date"] = str(batch.posting_date)
    plain["journals"] = [_plain(journal) for journal in batch.journals]
    return json.dumps(plain, sort_keys=True, separators=(",", ":"))


def batch_from_text(text: str) -> JournalBatch:
    """Read a batch. Raises ValueError, LookupError or TypeError if it is none."""
    record = json.loads(text)
    tuples = {key: tuple(record[key]) for key in ("companies", "currencies", "after")}
    journals = tuple(map(_journal, record["journals"]))
    day = date.fromisoformat(record["posting_date"])
    return JournalBatch(**{**record, **tuples, "posting_date": day, "journals": journals})


def _plain(journal: Journal) -> dict[str, Any]:
    lines = [[*line.key, line.amount, str(line.exact)] for line in journal.lines]
    return {
        "journal": journal.journal,
        "company": journal.company,
        "currency": journal.currency,
        "lines": lines,
    }


def _journal(record: Mapping[str, Any]) -> Journal:
    lines = tuple(
        JournalLine(LineKey(*key), amount, Fraction(exact))
        for *key, amount, exact in record["lines"]
    )
    return Journal(record["journal"], record["company"], record["currency"], lines)
