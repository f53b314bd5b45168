"""Errors of the repair of a ledger's catalog.

OperationError
├── NotRepairedError       the rebuilt catalog does not match the records
└── LedgerForkedError      there are two histories, and the valid one is unknown
"""

from __future__ import annotations

from collections.abc import Sequence

from apportion.model.wording import join_words

from .base import OperationError


class NotRepairedError(OperationError):
    """The rebuilt catalog does not match the records and is not used."""

    def __init__(self, place: str, why: str) -> None:
        super().__init__(
            f"The ledger {place} cannot be repaired from its files: {why.rstrip('.')}. Nothing "
            "was changed. Restore the whole folder from a backup, or ingest the bills into a new "
            "ledger."
        )


class LedgerForkedError(OperationError):
    """Two processes recorded at the same time, and the head with the order is lost."""

    def __init__(self, place: str, runs: Sequence[str]) -> None:
        super().__init__(
            f"The ledger {place} has several histories, ending in {join_words(runs, last='and')}, "
            "and the file head.json that names the valid one is lost. Nothing was changed. Restore "
            "the last version of head.json from the bucket's versions."
        )
