"""The close of a month: who closed, adjusted or reopened it, and on which allocation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MonthState(StrEnum):
    """How far the books of a month are.

    Open: the month is not over, or has no allocation of its newest bills. Accrued: what it is
    expected to cost is posted, and no later bill came. Billed: it is over, and its newest bills are
    allocated. Closed: an approver closed it on an allocation. Adjusted: after the close, a later
    allocation was booked.
    """

    OPEN = "open"
    ACCRUED = "accrued"
    BILLED = "billed"
    CLOSED = "closed"
    ADJUSTED = "adjusted"


class CloseAction(StrEnum):
    """What a person did."""

    ACCRUE = "accrue"
    CLOSE = "close"
    ADJUST = "adjust"
    REOPEN = "reopen"


@dataclass(frozen=True)
class Decision:
    """Who decides, and why. `prepared_by` is who made the allocation, if that is recorded."""

    approver: str
    note: str
    prepared_by: str = ""


@dataclass(frozen=True)
class CloseRecord:
    """A recorded decision about a month.

    `run` is the allocation that it is about: closed, booked, or of the month that was reopened.
    """

    period: str
    action: CloseAction
    run: str
    decision: Decision
    at: str  # UTC, ISO 8601
    id: str
    reverses_on: str = ""  # of an accrual, ISO 8601


@dataclass(frozen=True)
class Standing:
    """What holds for a month. `closed` is what reports show, `booked` what was booked last.

    `accrued` is the newest accrual; a close ends it.
    """

    closed: CloseRecord | None = None
    booked: CloseRecord | None = None
    accrued: CloseRecord | None = None
