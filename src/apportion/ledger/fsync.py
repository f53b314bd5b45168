"""Write files so that they are still there after the power went."""

from __future__ import annotations

import os
from io import BufferedWriter, FileIO
from pathlib import Path


class DurableWriter(BufferedWriter):
    """A binary file that reaches the disk, its name included, before `close` returns."""

    def __init__(self, path: Path, *, overwrite: bool = False) -> None:
        self._path = path
        super().__init__(FileIO(path, "w" if overwrite else "x"))

    def close(self) -> None:
        if not self.closed:
            self.flush()
            os.fsync(self.fileno())
            super().close()
            sync_folder(self._path.parent)


def sync_file(path: Path) -> None:
    """Bring a file that someone else wrote to the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk; Windows has no call for it and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, so that each keeps its name."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for place in missing:
        sync_folder(place.parent)


def write_whole(path: Path, content: bytes, *, draft: Path) -> None:
    """Write a file that is there whole or not at all; `draft` is a free name in the same folder."""
    try:
        with DurableWriter(draft, overwrite=True) as file:
            file.write(content)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
