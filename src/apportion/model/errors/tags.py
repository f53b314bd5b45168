"""Operations about tags that failed, in the manner of `errors`.

WrongUseError
├── NotAPercentError         a percentage is not written as one
├── NoSuchSuggestionError    there is no suggestion of that id to accept
├── CannotAcceptError        a file is laid out so that it cannot be edited with care
├── NoTfparseError           the extra that reads Terraform code is not installed
├── TerraformCodeError       Terraform code cannot be read
├── NotATagError             a tag is not written as one
└── NothingToCheckError      a path holds nothing that declares resources
"""

from __future__ import annotations

from collections.abc import Sequence

from .base import WrongUseError


class NotAPercentError(WrongUseError):
    """A percentage is not written as one."""

    def __init__(self, written: str) -> None:
        super().__init__(
            f"A percentage lies between 0 and 100, like 90 or 92.5; found {written!r}."
        )


class NoSuchSuggestionError(WrongUseError):
    """A suggestion of this id is not there."""

    def __init__(self, wanted: str, have: Sequence[str]) -> None:
        known = f"There are {', '.join(have)}." if have else "There are none that can be accepted."
        super().__init__(f"There is no suggestion {wanted!r} to accept. {known}")


class CannotAcceptError(WrongUseError):
    """A file is laid out so that it cannot be edited without losing something."""

    def __init__(self, file: str, why: str) -> None:
        super().__init__(f"{file} was not changed. {why}. Write the alias by hand.")


class NoTfparseError(WrongUseError):
    """What reads Terraform code is an extra of the package, and is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "Terraform code is read with tfparse: install it with pip install 'apportion[tags]', "
            "or check a plan: terraform show -json plan > plan.json."
        )


class TerraformCodeError(WrongUseError):
    """Terraform code cannot be read."""

    def __init__(self, folder: str, why: str) -> None:
        said = why.removeprefix("unable to create TerraformConverter: ").rstrip(".")
        super().__init__(f"The Terraform code in {folder} cannot be read: {said}.")


class NothingToCheckError(WrongUseError):
    """A path holds nothing that declares resources."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} has nothing to check: expected a folder with .tf files, a plan "
            "(terraform show -json), or a CloudFormation template (.yaml, .json)."
        )


class NotATagError(WrongUseError):
    """A tag is not written as one."""

    def __init__(self, written: str) -> None:
        super().__init__(f"A tag is written KEY=VALUE, like CostCenter=FIN-100; found {written!r}.")
