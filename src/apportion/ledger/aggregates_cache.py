"""Aggregates beside the ledger: folders of Parquet files that appear whole and never change.

<run>-<layout>/sha256.json        the sha256 of each file by its name; compared when a run is opened
<run>-<layout>/<table>/*.parquet  the tables

Aggregates can always be made again from the ledger, so nothing is lost with them, and a reader
without write access to the ledger keeps its aggregates elsewhere. Nothing here takes the ledger's
lock.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from uuid import uuid4

from .file_hashes import FileHashes
from .fsync import DurableWriter, sync_file, sync_folder

_NAME = re.compile(r"[0-9a-z][0-9a-z.-]*")

_INDEX = "sha256.json"


class AggregatesCache:
    """The aggregates in the first writable one of these folders, read from all of them."""

    def __init__(self, *folders: Path, new_name: Callable[[], str] = lambda: uuid4().hex) -> None:
        self._folders = folders
        self._new_name = new_name
        self._hashes = FileHashes()

    def find(self, name: str) -> Mapping[str, list[Path]] | None:
        """Find the tables of a run; None where they are not made yet.

        Tables with a file that is not the one that was written are removed: they are made again.
        """
        for folder in self._folders:
            place = folder / _checked(name)
            if place.is_dir():
                if self._is_whole(place):
                    return _tables(place)
                shutil.rmtree(place, ignore_errors=True)
        return None

    def draft(self) -> Path:
        """Make an empty folder for the files of new aggregates."""
        for folder in self._folders:
            place = folder / f".{self._new_name()}"
            try:
                place.mkdir(parents=True)
            except OSError:
                continue
            if os.access(place, os.W_OK):
                return place
        message = "no folder for aggregates can be written to"
        raise PermissionError(13, message, str(self._folders[0]))

    def keep(self, draft: Path, name: str) -> Mapping[str, list[Path]]:
        """Give a draft its name. Where another process was quicker, its aggregates are used."""
        place = draft.parent / _checked(name)
        self._write_index(draft)
        try:
            draft.rename(place)
            sync_folder(place.parent)
        except OSError:
            if not self._is_whole(place):
                raise
            shutil.rmtree(draft, ignore_errors=True)
        return _tables(place)

    def clear(self, runs: Collection[str]) -> None:
        """Remove the aggregates of all runs but these, of every layout version."""
        for folder in self._folders:
            for place in folder.glob("[0-9a-z]*"):
                if place.name.partition("-")[0] not in runs:
                    shutil.rmtree(place, ignore_errors=True)

    def _write_index(self, draft: Path) -> None:
        files = _files(draft)
        for file in files.values():
            sync_file(file)
        hashes = dict(zip(files, self._hashes.of(list(files.values())), strict=True))
        with DurableWriter(draft / _INDEX) as index:
            index.write(json.dumps(hashes, indent=1).encode())

    def _is_whole(self, place: Path) -> bool:
        """Compare the files of a folder with its index; one without an index is not whole."""
        try:
            written = json.loads((place / _INDEX).read_bytes())
            files = _files(place)
            found = dict(zip(files, self._hashes.of(list(files.values())), strict=True))
        except (OSError, ValueError):
            return False
        return bool(written == found)


def _files(place: Path) -> dict[str, Path]:
    """List the files of all tables by their names in the folder."""
    return {path.relative_to(place).as_posix(): path for path in sorted(place.glob("*/*.parquet"))}


def _tables(place: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in _files(place).values():
        found.setdefault(path.parent.name, []).append(path)
    return found


def _checked(name: str) -> str:
    assert _NAME.fullmatch(name), name  # the name of a run: never a user's text
    return name
