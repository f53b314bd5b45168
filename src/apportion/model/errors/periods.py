"""Errors about the value of --period."""

from __future__ import annotations

from .base import WrongUseError


class OneMonthError(WrongUseError):
    """A range is given where a command needs one month."""

    def __init__(self, written: str) -> None:
        super().__init__(
            f"This command needs one month; found the range {written!r}. Use a month like "
            "2026-09, latest or last-month."
        )


class BackwardsRangeError(WrongUseError):
    """A range ends before it starts."""

    def __init__(self, written: str) -> None:
        super().__init__(
            f"A range starts with its first month, like 2026-07..2026-09; found {written!r}."
        )


class NoLatestError(WrongUseError):
    """`latest` is given where the ledger does not define it."""

    def __init__(self) -> None:
        super().__init__(
            "--period latest is the newest month in the ledger, and this command reads months "
            "from outside the ledger. Use last-month or a month like 2026-09."
        )
