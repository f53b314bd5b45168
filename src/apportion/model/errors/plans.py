"""Wrong uses of plans, days and cost categories in AWS, in the manner of `errors`.

WrongUseError
├── NoCostCategoryError  AWS has no cost category, or none of this name
├── BackfillMonthError   AWS takes no backfill from this month
├── UnreadablePlanError  a file that is no plan
├── StalePlanError       a plan that does not fit what is there any more
└── NotADayError         a day is not written as one
"""

from __future__ import annotations

from collections.abc import Sequence

from .base import WrongUseError


class NoCostCategoryError(WrongUseError):
    """AWS has no cost category, or none of this name."""

    def __init__(self, wanted: str, have: Sequence[str]) -> None:
        super().__init__(
            f"There is no cost category {wanted!r}; there are {', '.join(have)}."
            if wanted
            else "The account has no cost categories. Is it the one that pays?"
        )


class BackfillMonthError(WrongUseError):
    """AWS takes no backfill from this month."""

    def __init__(self, wanted: str, earliest: str, latest: str) -> None:
        super().__init__(
            f"A backfill begins with a month from {earliest} to {latest}, at most twelve months "
            f"back; found {wanted}."
        )


class UnreadablePlanError(WrongUseError):
    """A file given as a plan is none, or holds calls that a plan does not."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            f"{path} is not a plan: expected what `apportion aws plan --to FILE` writes, found "
            f"otherwise ({why}). Nothing was changed."
        )


class StalePlanError(WrongUseError):
    """What a plan was decided on is not so any more."""

    def __init__(self, path: str, reasons: Sequence[str]) -> None:
        super().__init__(
            f"{path} is out of date: {'; '.join(reasons)}. Nothing was changed. "
            "Make a new plan with `apportion aws plan --to FILE`."
        )


class NotADayError(WrongUseError):
    """A day is not written as one."""

    def __init__(self, option: str, written: str) -> None:
        super().__init__(f"{option} is a day, written like 2026-09-30; found {written!r}.")
