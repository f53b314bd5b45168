"""Operations on live tags that failed, in the manner of `errors`.

WrongUseError
├── NoRoleNamedError     tags are changed only in a role or profile that is named
├── NotOurAccountError   an account cannot be reached with what was named
├── UnreadableFixError   a file that is no plan of tags
└── StaleFixError        a plan of tags that does not fit what is there any more
"""

from __future__ import annotations

from collections.abc import Sequence

from .base import WrongUseError

_SHOWN = 5


class NoRoleNamedError(WrongUseError):
    """Tags are changed only in a role or profile that is named."""

    def __init__(self) -> None:
        super().__init__(
            "Tags are changed only by who may: name --role-name, --role-arn or --profile. "
            "`apportion aws policy tag-fixer` writes the policy of such a role. "
            "Nothing was changed."
        )


class NotOurAccountError(WrongUseError):
    """An account cannot be reached with what was named."""

    def __init__(self, account: str, own: str) -> None:
        super().__init__(
            f"These credentials are of account {own}, and {account} is another. Name the role to "
            "take in each account with --role-name."
        )


class UnreadableFixError(WrongUseError):
    """A file that is no plan of tags."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            f"{path} is not a plan: expected what `apportion tags fix plan --to FILE` writes, "
            f"found otherwise ({why}). Nothing was changed."
        )


class StaleFixError(WrongUseError):
    """A plan of tags does not fit what is there any more."""

    def __init__(self, path: str, reasons: Sequence[str]) -> None:
        more = len(reasons) - _SHOWN
        told = [*reasons[:_SHOWN], *([f"and {more} more"] if more > 0 else [])]
        super().__init__(
            f"{path} is out of date: {'; '.join(told)}. Nothing was changed. "
            "Make a new plan with `apportion tags fix plan --to FILE`."
        )
