"""Errors about output files and folders.

WrongUseError
├── NotAWorkbookError      a workbook without the extension .xlsx
├── NotAFileError          a folder where a file is needed
├── NoOutputFolderError    the folder of an output file does not exist
├── NotAFontError          a file that is no font
└── FolderFilledError      the output folder is not empty
"""

from __future__ import annotations

from collections.abc import Sequence

from .base import WrongUseError


class NotAWorkbookError(WrongUseError):
    """A workbook without the extension .xlsx, or a folder of that name."""

    def __init__(self, path: str, *, folder: bool = False) -> None:
        found, remedy = ("a folder", ". Name a file in it") if folder else ("another name", "")
        super().__init__(
            f"{path}: expected a file name with the extension .xlsx, found {found}{remedy}. "
            "Nothing was written."
        )


class NotAFileError(WrongUseError):
    """A folder where an output file is needed."""

    def __init__(self, path: str, example: str) -> None:
        super().__init__(
            f"{path}: expected a file, found a folder. Name a file in it, like {example}."
        )


class NoOutputFolderError(WrongUseError):
    """The folder of an output file does not exist."""

    def __init__(self, path: str, folder: str) -> None:
        super().__init__(
            f"{path}: the folder {folder} does not exist. Create it, or name another file. "
            "Nothing was written."
        )


class NotAFontError(WrongUseError):
    """A file that cannot be used as a font."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            f"{path}: expected a TrueType or OpenType font (.ttf, .otf), found: {why}. "
            "Nothing was written."
        )


class FolderFilledError(WrongUseError):
    """The output folder is not empty, or is not a folder."""

    def __init__(self, folder: str, found: Sequence[str] | None) -> None:
        names = ", ".join((found or ())[:3]) + (", …" if found and len(found) > 3 else "")
        contents = "a file" if found is None else f"{names} in it"
        super().__init__(
            f"{folder}: expected a folder that is new or empty, found {contents}. Nothing was "
            "written, because files are not overwritten. Name a new folder, or move this one away."
        )
