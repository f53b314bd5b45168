"""Walk a folder without skipping anything: links are followed, unreadable entries are listed."""

from __future__ import annotations

import errno
import heapq
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Unreadable:
    """A path that leads to no file or folder that can be opened, and why."""

    path: Path
    why: str
    is_folder: bool = False


@dataclass
class Walked:
    """Everything in a folder, by path; `again` are links to folders that are read anyway."""

    files: list[Path] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    empty: list[Path] = field(default_factory=list)
    again: list[Path] = field(default_factory=list)


def is_hidden(path: Path, folder: Path) -> bool:
    """Whether a name in the path below `folder` begins with `.` or `_`."""
    return any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)


def walk(folder: Path) -> Walked:
    """Read a folder and all below it, each folder once, whatever leads to it.

    A folder with several names is read by the plainest: not hidden before hidden, real before link.
    """
    found = Walked()
    waiting = [(False, False, folder)]
    seen: set[tuple[int, int]] = set()
    while waiting:
        _, linked, path = heapq.heappop(waiting)
        known = _identity(path)
        if known in seen:
            found.again.append(path)
            continue
        seen.add(known)
        for below in _look_into(path, found):
            heapq.heappush(waiting, (is_hidden(below, folder), linked or below.is_symlink(), below))
    for paths in (found.files, found.empty, found.again):
        paths.sort()
    return found


def why_unreadable(path: Path) -> str:
    """The reason why a path cannot be read; empty for a readable file or a folder."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return _in_words(error, path)
    if stat.S_ISDIR(mode):
        return ""
    if not stat.S_ISREG(mode):
        return "a pipe, socket or device, not a regular file"
    return "" if os.access(path, os.R_OK) else "no permission to read it"


def _look_into(folder: Path, found: Walked) -> list[Path]:
    """Sort a folder's files out; returns the folders in it."""
    try:
        paths = [folder / entry.name for entry in os.scandir(folder)]
    except OSError as error:
        found.unreadable.append(Unreadable(folder, _in_words(error, folder), is_folder=True))
        return []
    if not paths:
        found.empty.append(folder)
    below = []
    for path in sorted(paths):
        why = why_unreadable(path)
        if why:
            found.unreadable.append(Unreadable(path, why))
        elif path.is_dir():
            below.append(path)
        else:
            found.files.append(path)
    return below


def _identity(folder: Path) -> tuple[int, int]:
    known = folder.stat()
    return known.st_dev, known.st_ino


def _in_words(error: OSError, path: Path) -> str:
    if error.errno == errno.ELOOP:
        return "a link that leads back to itself"
    if error.errno in {errno.ENOENT, errno.ENOTDIR} and path.is_symlink():
        return f"a link to {path.readlink()}, which does not exist"
    if error.errno == errno.EACCES:
        return "no permission to read it"
    return (error.strerror or type(error).__name__).lower()
