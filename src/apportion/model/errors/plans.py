"""Errors about plans, days and cost categories in AWS.

WrongUseError
├── NoCostCategoryError  no cost category, or none with this name
├── BackfillMonthError   AWS does not accept a backfill from this month
├── UnreadablePlanError  not a plan
├── StalePlanError       the state in AWS changed since the plan
└── NotADayError         not a day
"""

from __future__ import annotations

from collections.abc import Sequence

from .base import WrongUseError


class NoCostCategoryError(WrongUseError):
    """No cost category, or none with this name."""

    def __init__(self, wanted: str, have: Sequence[str]) -> None:
        super().__init__(
            f"There is no cost category {wanted!r}; there are {', '.join(have)}."
            if wanted
            else "The account has no cost categories. Is it the payer account?"
        )


class BackfillMonthError(WrongUseError):
    """AWS does not accept a backfill from this month."""

    def __init__(self, wanted: str, earliest: str, latest: str) -> None:
        super().__init__(
            f"A backfill begins in a month from {earliest} to {latest} (at most twelve months "
            f"back); found {wanted}."
        )


class UnreadablePlanError(WrongUseError):
    """Not a plan, or a plan with calls that are not allowed."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            f"{path} is not a plan: expected a file of `apportion aws plan --to FILE` "
            f"({why}). Nothing was changed."
        )


class StalePlanError(WrongUseError):
    """The state in AWS changed since the plan."""

    def __init__(self, path: str, reasons: Sequence[str]) -> None:
        super().__init__(
            f"{path} is out of date: {'; '.join(reasons)}. Nothing was changed. "
            "Create a new plan with `apportion aws plan --to FILE`."
        )


class NotADayError(WrongUseError):
    """Not a day."""

    def __init__(self, option: str, written: str) -> None:
        super().__init__(f"{option}: expected a day like 2026-09-30, found {written!r}.")
