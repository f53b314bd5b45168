"""What can go wrong where runs were expired, or are to be.

WrongUseError
├── NotAnAgeError          an age is not written as one
├── NoDeliveriesError      a place that is named for its reports has none
├── NotADeliveryError      one of them does not say which run it is of
└── NothingThereError
    └── ExpiredError       a run is recorded, and its files are gone
"""

from __future__ import annotations

from collections.abc import Sequence

from .base import NothingThereError, WrongUseError


class NotAnAgeError(WrongUseError):
    """An age is neither a number of days nor a day."""

    def __init__(self, written: str) -> None:
        super().__init__(
            f"An age is written in days, like 90d, or as a day, like 2026-09-01; found {written!r}."
        )


class NoDeliveriesError(WrongUseError):
    """No report was delivered to a place whose reports were to be kept."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"No report was delivered to {place}: name the place that `apportion deliver` was "
            "given. Nothing was expired."
        )


class NotADeliveryError(WrongUseError):
    """A delivered report does not say which run it is of."""

    def __init__(self, place: str, why: str) -> None:
        super().__init__(
            f"{place} is not what `apportion deliver` writes ({why}), so nobody knows which run "
            "it stands on. Nothing was expired: restore the file, or remove the report."
        )


class ExpiredError(NothingThereError):
    """A run that is asked for was expired; its record tells what it was."""

    def __init__(
        self, run: str, period: str, when: tuple[str, str], readable: Sequence[str]
    ) -> None:
        at, expired = when
        still = f" Still readable: {', '.join(readable)}." if readable else ""
        WrongUseError.__init__(
            self,
            f"Run {run} of {period}, recorded {at}, was expired at {expired}: its files are gone, "
            "so it cannot be read, compared or proved again. What remains is its record, with "
            f"totals and hashes: `apportion ledger history --period {period}`.{still}",
        )
