"""Evidence: which runs others were given, kept beside them so that no expiry takes them away."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from apportion.model.errors.base import LedgerDamagedError, NothingThereError
from apportion.model.errors.retention import NoDeliveriesError, NotADeliveryError
from apportion.model.manifest import Manifest, RunKind
from apportion.model.outcome import Outcome
from apportion.model.retention import EvidenceKind, RetentionEvidence
from apportion.ports.ledger import ExpirableLedger
from apportion.ports.objects import ObjectStore
from apportion.usecases.publish.deliver import DELIVERY
from apportion.usecases.runs.open_run import check_readable

_COLUMNS = ("period", "run", "kind", "reason", "at")


def note(ledger: ExpirableLedger, evidence: RetentionEvidence) -> None:
    """Keep evidence; what is known already is not written again.

    Of publications in one place the newest counts: a run that is published again, after another
    one was, is noted again.
    """
    same = [each for each in noted(ledger) if _of_same(each, evidence)]
    newest = max(same, key=lambda each: each.at, default=None)
    known = [newest] if evidence.how is EvidenceKind.PUBLISHED and newest else same
    if evidence.run not in {each.run for each in known}:
        ledger.add_note(json.dumps(asdict(evidence), sort_keys=True).encode())


def noted(ledger: ExpirableLedger) -> list[RetentionEvidence]:
    """Read all evidence."""
    found = []
    for content in ledger.read_notes():
        try:
            fields = json.loads(content)
            if fields.get("record"):  # a note about something else
                continue
            found.append(RetentionEvidence(**{**fields, "how": EvidenceKind(fields["how"])}))
        except (ValueError, LookupError, TypeError, AttributeError) as fault:
            # Complete, as its name shows, but not readable: perhaps of a later version.
            raise LedgerDamagedError("evidence", "a note of a run", str(fault)) from fault
    return found


def delivered(store: ObjectStore) -> list[RetentionEvidence]:
    """Read of which runs the reports below a place are: those that were delivered whole.

    This finds reports that functions deliver of published tables, which no ledger knows of.
    Raises NoDeliveriesError, and NotADeliveryError for one that cannot be read.
    """
    names = [name for name in store.names() if name.endswith(f"/{DELIVERY}")]
    if not names:
        raise NoDeliveriesError(store.location(""))
    return [_delivery(store, name) for name in names]


def _delivery(store: ObjectStore, name: str) -> RetentionEvidence:
    kept = store.read(name)
    try:
        fields = json.loads(kept.content) if kept else {}
        run, period, at = (str(fields[key]) for key in ("run", "period", "allocated_at"))
    except (ValueError, LookupError, TypeError) as fault:
        raise NotADeliveryError(store.location(name), str(fault)) from None
    return RetentionEvidence(
        run, period, EvidenceKind.DELIVERED, store.location(name.rpartition("/")[0]), at
    )


def protect(ledger: ExpirableLedger, wanted: str, *, because: str, at: str) -> Outcome:
    """Protect the allocation with this id, or its beginning; what is expired cannot be."""
    runs = ledger.runs()
    found = _find(runs, wanted)
    check_readable(found, runs)
    note(ledger, RetentionEvidence(found.run, found.period, EvidenceKind.PROTECTED, because, at))
    row = {
        "period": found.period,
        "run": found.run,
        "kind": str(EvidenceKind.PROTECTED),
        "reason": because,
        "at": at,
    }
    words = (f"Run {found.run} of {found.period} is protected, with the deliveries that it read.",)
    return Outcome(_COLUMNS, (row,), messages=words)


def _find(runs: Sequence[Manifest], wanted: str) -> Manifest:
    allocations = [run for run in runs if run.kind is RunKind.ALLOCATE]
    found = [run for run in allocations if wanted and run.run.startswith(wanted)]
    if len({run.run for run in found}) != 1:
        what = "one allocation" if found else "allocation"
        raise NothingThereError(f"{what} {wanted}", [f"{r.run} of {r.period}" for r in allocations])
    return found[-1]


def _of_same(one: RetentionEvidence, other: RetentionEvidence) -> bool:
    return (one.period, one.how, one.where) == (other.period, other.how, other.where)
