"""A folder of files that appears whole, or not at all, and in the place of nothing."""

from __future__ import annotations

import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apportion.model.errors.output_files import FolderFilledError

_UNDONE = ".part"
_A_DAY = 86_400


def refuse_if_filled(folder: Path) -> None:
    """Raise FolderFilledError if the folder exists and is not empty; check before any work."""
    if folder.exists() and not folder.is_dir():
        raise FolderFilledError(str(folder), None)
    if folder.exists() and (found := sorted(entry.name for entry in folder.iterdir())):
        raise FolderFilledError(str(folder), found)


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Give a folder beside it to write into, which takes its place if nothing is raised.

    Where two write the same folder at once, the first one stands and the other is refused.
    """
    folder = folder.resolve()  # `.` has no name to stand beside
    _sweep(folder)
    beside = folder.with_name(f".{folder.name}.{secrets.token_hex(6)}{_UNDONE}")  # two may write
    try:
        yield beside
        refuse_if_filled(folder)
        if folder.exists():
            folder.rmdir()
        beside.rename(folder)
    except OSError as error:
        if error.filename is not None or error.errno is None:
            raise
        raise type(error)(error.errno, error.strerror, str(folder)) from error  # a full disk
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Remove what runs left that were killed, but nothing that may be at work."""
    left = re.compile(rf"\.{re.escape(folder.name)}\.[0-9a-f]{{12}}{re.escape(_UNDONE)}")
    for entry in folder.parent.iterdir() if folder.parent.is_dir() else ():
        if left.fullmatch(entry.name) and entry.stat().st_mtime < time.time() - _A_DAY:
            shutil.rmtree(entry, ignore_errors=True)
