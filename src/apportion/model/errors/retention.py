"""Errors about the expiry of runs.

WrongUseError
├── NotAnAgeError          not an age
├── NoDeliveriesError      a delivery location has no reports
├── NotADeliveryError      a delivered report does not name its run
└── NothingThereError
    └── ExpiredError       the files of a run were deleted
"""

from __future__ import annotations

from collections.abc import Sequence

from .base import NothingThereError, WrongUseError


class NotAnAgeError(WrongUseError):
    """An age is neither a number of days nor a day."""

    def __init__(self, written: str) -> None:
        super().__init__(
            f"Expected an age in days, like 90d, or a day, like 2026-09-01; found {written!r}."
        )


class NoDeliveriesError(WrongUseError):
    """No report was delivered to a location whose reports must be kept."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"No report was delivered to {place}. Name the location used with `apportion deliver`. "
            "Nothing was expired."
        )


class NotADeliveryError(WrongUseError):
    """A delivered report does not name its run."""

    def __init__(self, place: str, why: str) -> None:
        super().__init__(
            f"{place} is not a file of `apportion deliver` ({why}), so the run of the report is "
            "unknown. Nothing was expired. Restore the file, or delete the report."
        )


class ExpiredError(NothingThereError):
    """A run was expired; only its record remains."""

    def __init__(
        self, run: str, period: str, when: tuple[str, str], readable: Sequence[str]
    ) -> None:
        at, expired = when
        still = f" Still readable: {', '.join(readable)}." if readable else ""
        WrongUseError.__init__(
            self,
            f"Run {run} of {period}, recorded {at}, was expired at {expired}. Its files are "
            "deleted, so it cannot be read, compared or proved again. Its record with "
            f"totals and hashes remains: `apportion ledger history --period {period}`.{still}",
        )
