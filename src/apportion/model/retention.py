"""What of a ledger's past is kept, what may go, and what others were given of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from .manifest import Manifest

#: Snapshots of the ledger's tables, by table.
Snapshots = Mapping[str, frozenset[int]]


class EvidenceKind(StrEnum):
    """In which way others were given a run, so that it is evidence."""

    PUBLISHED = "published"
    DELIVERED = "delivered"
    PROTECTED = "protected"
    SENT = "sent"  # as journals, to the finance system
    CLOSED = "closed"  # by an approver: no policy takes it away


@dataclass(frozen=True)
class RetentionEvidence:
    """A run that others rely on: `where` is the place it went to, or why a person keeps it."""

    run: str
    period: str
    how: EvidenceKind
    where: str
    at: str  # UTC, ISO 8601


@dataclass(frozen=True)
class Policy:
    """Which superseded runs are kept beside the current ones.

    The newest `newest` of each month and bill, all that were current at `since` (UTC, ISO 8601) or
    later, all of months other than `periods` where some are named, and all evidence but that of
    the kinds in `also`.
    """

    newest: int
    since: str
    periods: tuple[str, ...] = ()
    also: frozenset[EvidenceKind] = frozenset()


@dataclass(frozen=True)
class Past:
    """A superseded run that the policy does not keep; `evidence` are the reasons why it stays.

    `number` is its place among the runs, from one. `replaced` is when another took its place.
    """

    number: int
    run: Manifest
    replaced: str
    evidence: tuple[RetentionEvidence, ...] = ()


@dataclass(frozen=True)
class UnreferencedFile:
    """A file of the ledger that nothing kept leads to.

    Data has a period, a bill and the snapshots that would go with it; metadata, and what a killed
    process has left behind, have none.
    """

    name: str
    size: int
    table: str
    period: str = ""
    bill: str = ""
    snapshots: frozenset[int] = frozenset()
