"""A folder of files that appears whole, or not at all, and in the place of nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apportion.model.file_errors import FolderFilledError


def refuse_if_filled(folder: Path) -> None:
    """Raise FolderFilledError if the folder is there and not empty; best asked before any work."""
    if folder.exists() and not folder.is_dir():
        raise FolderFilledError(str(folder), None)
    if folder.exists() and (found := sorted(entry.name for entry in folder.iterdir())):
        raise FolderFilledError(str(folder), found)


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Give a folder beside it to write into, which takes its place if nothing is raised."""
    folder = folder.resolve()  # `.` has no name to stand beside
    beside = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        yield beside
        if folder.exists():
            folder.rmdir()
        beside.rename(folder)
    except OSError as error:
        if error.filename is not None or error.errno is None:
            raise
        raise type(error)(error.errno, error.strerror, str(folder)) from error  # a full disk
    finally:
        shutil.rmtree(beside, ignore_errors=True)
