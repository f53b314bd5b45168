"""What can go wrong where a ledger's catalog is made again.

OperationError
├── NotRepairedError       what was made again is not what the records say
└── LedgerForkedError      there are two histories, and nobody can tell which one counted
"""

from __future__ import annotations

from collections.abc import Sequence

from .base import OperationError


class NotRepairedError(OperationError):
    """A catalog that was made again is not used: it does not hold what the records say."""

    def __init__(self, place: str, why: str) -> None:
        super().__init__(
            f"The ledger {place} cannot be repaired from what it holds: {why.rstrip('.')}. Nothing "
            "was changed. Restore the whole folder from a copy, or take the bills into a new one."
        )


class LedgerForkedError(OperationError):
    """Two processes recorded at the same time, and the head that says who was first is lost."""

    def __init__(self, place: str, runs: Sequence[str]) -> None:
        super().__init__(
            f"The ledger {place} has several histories that end in {' and '.join(runs)}, and the "
            "head that says which one counts is lost. Nothing was changed. Restore the last "
            "version of head.json from the bucket's versions."
        )
