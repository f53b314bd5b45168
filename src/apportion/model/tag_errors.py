"""Operations about tags that failed, in the manner of `errors`.

WrongUseError
├── NotAPercentError         a percentage is not written as one
├── NoSuchSuggestionError    there is no suggestion of that id to accept
└── CannotAcceptError        a file is laid out so that it cannot be edited with care
"""

from __future__ import annotations

from collections.abc import Sequence

from .errors import WrongUseError


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
