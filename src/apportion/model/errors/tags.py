"""Errors about tags.

WrongUseError
├── NotAPercentError         not a percentage
├── NoSuchSuggestionError    no suggestion with this id
├── CannotAcceptError        a file cannot be edited without losing text
├── NoTfparseError           the `tags` extra is not installed
├── TerraformCodeError       Terraform code cannot be read
├── NotATagError             not a tag
└── NothingToCheckError      a path declares no resources
"""

from __future__ import annotations

from collections.abc import Sequence

from .base import WrongUseError


class NotAPercentError(WrongUseError):
    """Not a percentage."""

    def __init__(self, written: str) -> None:
        super().__init__(
            f"Expected a percentage from 0 to 100, like 90 or 92.5; found {written!r}."
        )


class NoSuchSuggestionError(WrongUseError):
    """No suggestion with this id."""

    def __init__(self, wanted: str, have: Sequence[str]) -> None:
        known = f"Suggestions: {', '.join(have)}." if have else "No suggestion can be accepted."
        super().__init__(f"There is no suggestion {wanted!r} to accept. {known}")


class CannotAcceptError(WrongUseError):
    """A file cannot be edited without losing text."""

    def __init__(self, file: str, why: str) -> None:
        super().__init__(f"{file} was not changed. {why}. Add the alias by hand.")


class NoTfparseError(WrongUseError):
    """The `tags` extra is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "Reading Terraform code needs tfparse. Install it with pip install 'apportion[tags]', "
            "or check a plan: terraform show -json plan > plan.json."
        )


class TerraformCodeError(WrongUseError):
    """Terraform code cannot be read."""

    def __init__(self, folder: str, why: str) -> None:
        reason = why.removeprefix("unable to create TerraformConverter: ").rstrip(".")
        super().__init__(f"The Terraform code in {folder} cannot be read: {reason}.")


class NothingToCheckError(WrongUseError):
    """A path declares no resources."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} contains nothing to check: expected a folder with .tf files, a plan "
            "(terraform show -json), or a CloudFormation template (.yaml, .json)."
        )


class NotATagError(WrongUseError):
    """Not a tag."""

    def __init__(self, written: str) -> None:
        super().__init__(f"Expected a tag like CostCenter=FIN-100 (KEY=VALUE), found {written!r}.")
