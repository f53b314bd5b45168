"""Errors about the close of a month.

WrongUseError
├── ClosedAlreadyError  the month is closed
├── NotClosedError      the month is not closed
├── ReversedTooEarlyError  an accrual is reversed before its month is over
├── NoNameError         nobody is named
└── NotAThresholdError  the threshold is no amount
"""

from __future__ import annotations

from .base import WrongUseError


class ClosedAlreadyError(WrongUseError):
    """The month is closed."""

    def __init__(self, period: str, at: str, approver: str) -> None:
        super().__init__(
            f"{period} was closed on {at} by {approver}. `apportion close adjust` books what has "
            "changed since; `apportion close reopen` opens it again."
        )


class NotClosedError(WrongUseError):
    """The month is not closed."""

    def __init__(self, period: str) -> None:
        super().__init__(f"{period} is not closed. `apportion close close` closes it.")


class ReversedTooEarlyError(WrongUseError):
    """The accrual would be reversed in its own month."""

    def __init__(self, day: str, period: str) -> None:
        super().__init__(
            f"--reverse-on {day}: expected a day after {period}. An accrual that reverses itself "
            "in its own month posts nothing."
        )


class NoNameError(WrongUseError):
    """An option that names a person or a reason is empty."""

    def __init__(self, option: str) -> None:
        super().__init__(f"{option} is empty. Name who decides, and why: both are kept for ever.")


class NotAThresholdError(WrongUseError):
    """The threshold is not an amount."""

    def __init__(self, written: str) -> None:
        super().__init__(
            f"--threshold {written!r}: expected an amount like 50.00 that is not negative."
        )
