"""Daybooks beside the ledger: folders of Parquet files that appear whole and never change.

A daybook can always be made again from the ledger, so nothing is lost with it, and a reader who may
not write to the ledger keeps its daybooks elsewhere. Nothing here takes the ledger's lock.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from uuid import uuid4

from .fsync import sync_file, sync_folder

_NAME = re.compile(r"[0-9a-z][0-9a-z.-]*")


class AggregatesCache:
    """The daybooks in the first of these folders that can be written to, read from all of them."""

    def __init__(self, *folders: Path, fresh: Callable[[], str] = lambda: uuid4().hex) -> None:
        self._folders = folders
        self._fresh = fresh

    def find(self, name: str) -> Mapping[str, list[Path]] | None:
        """Find a daybook's tables; None where it was not made yet."""
        for folder in self._folders:
            place = folder / _checked(name)
            if place.is_dir():
                return {
                    table.name: sorted(table.glob("*.parquet")) for table in sorted(place.iterdir())
                }
        return None

    def draft(self) -> Path:
        """Make an empty folder for the files of a new daybook."""
        for folder in self._folders:
            place = folder / f".{self._fresh()}"
            try:
                place.mkdir(parents=True)
            except OSError:
                continue
            if os.access(place, os.W_OK):
                return place
        raise PermissionError(13, "no folder for daybooks can be written to", str(self._folders[0]))

    def keep(self, draft: Path, name: str) -> Mapping[str, list[Path]]:
        """Give a draft its name. Where another process was quicker, its daybook is the one."""
        place = draft.parent / _checked(name)
        for path in draft.rglob("*.parquet"):
            sync_file(path)
        try:
            draft.rename(place)
            sync_folder(place.parent)
        except OSError:
            if not place.is_dir():
                raise
            shutil.rmtree(draft, ignore_errors=True)
        found = self.find(name)
        assert found is not None
        return found

    def forget(self, name: str) -> None:
        """Take a daybook away that is not what it should be; it is made again."""
        for folder in self._folders:
            shutil.rmtree(folder / _checked(name), ignore_errors=True)

    def clear(self, runs: Collection[str]) -> None:
        """Take away the daybooks of all runs but these, in whatever form they were made."""
        for folder in self._folders:
            for place in folder.glob("[0-9a-z]*"):
                if place.name.partition("-")[0] not in runs:
                    shutil.rmtree(place, ignore_errors=True)


def _checked(name: str) -> str:
    assert _NAME.fullmatch(name), name  # the name of a run: never a user's text
    return name
