"""Errors about changes of tags on live resources.

WrongUseError
├── NoRoleNamedError     no role or profile was named
├── NotOurAccountError   an account is not accessible with these credentials
├── UnreadableFixError   not a tag plan
└── StaleFixError        the tags changed since the plan
"""

from __future__ import annotations

from collections.abc import Sequence

from .base import WrongUseError

_SHOWN = 5


class NoRoleNamedError(WrongUseError):
    """No role or profile was named."""

    def __init__(self) -> None:
        super().__init__(
            "Changing tags needs an explicit role: --role-name, --role-arn or --profile. "
            "`apportion aws policy tag-fixer` writes the policy of such a role. "
            "Nothing was changed."
        )


class NotOurAccountError(WrongUseError):
    """An account is not accessible with these credentials."""

    def __init__(self, account: str, own: str) -> None:
        super().__init__(
            f"These credentials belong to account {own}, not to {account}. Name the role to assume "
            "in each account with --role-name."
        )


class UnreadableFixError(WrongUseError):
    """Not a tag plan."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            f"{path} is not a plan: expected a file of `apportion tags fix plan --to FILE` "
            f"({why}). Nothing was changed."
        )


class StaleFixError(WrongUseError):
    """The tags changed since the plan."""

    def __init__(self, path: str, reasons: Sequence[str]) -> None:
        more = len(reasons) - _SHOWN
        shown = [*reasons[:_SHOWN], *([f"and {more} more"] if more > 0 else [])]
        super().__init__(
            f"{path} is out of date: {'; '.join(shown)}. Nothing was changed. "
            "Create a new plan with `apportion tags fix plan --to FILE`."
        )
