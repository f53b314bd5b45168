"""What can stand in the way of files and folders that would be written.

WrongUseError
├── NotAWorkbookError      a workbook's name does not end in .xlsx
├── NotAFileError          rows would go into a folder
└── FolderFilledError      a folder that would appear as a whole is there, and not empty
"""

from __future__ import annotations

from collections.abc import Sequence

from .base import WrongUseError


class NotAWorkbookError(WrongUseError):
    """A workbook would go into a file that no spreadsheet would open, or that is another's."""

    def __init__(self, path: str, *, folder: bool = False) -> None:
        found, remedy = ("a folder", ": name a file in it") if folder else ("another", "")
        super().__init__(
            f"{path}: expected a file whose name ends in .xlsx, found {found}{remedy}. Nothing was "
            "written."
        )


class NotAFileError(WrongUseError):
    """Rows would go into a file where a folder stands."""

    def __init__(self, path: str, example: str) -> None:
        super().__init__(
            f"{path}: expected a file to write, found a folder. Name a file in it, like {example}."
        )


class FolderFilledError(WrongUseError):
    """A folder that would appear as a whole stands there already, or something else does."""

    def __init__(self, folder: str, found: Sequence[str] | None) -> None:
        names = ", ".join((found or ())[:3]) + (", …" if found and len(found) > 3 else "")
        said = "a file" if found is None else f"{names} in it"
        super().__init__(
            f"{folder}: expected a folder that is new or empty, found {said}. Nothing was written, "
            "as nothing is overwritten. Name a folder that is not there yet, or move this one away."
        )
