"""The metadata of an Iceberg table, as far as readers of a ledger need it.

Only the facts that show whether a table is whole, and those that Apportion wrote itself: the
record of runs lists its own files. Reading all of it takes pyiceberg, which takes longer to import
than most commands take to run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

METADATA = ".metadata.json"

#: The property of a snapshot that lists the data files of the table of runs.
FILES = "apportion.files"


@dataclass(frozen=True)
class TableState:
    """A version of a table: its snapshots, and the summary of the current one."""

    version: int
    snapshots: frozenset[int]
    current: int | None
    summary: Mapping[str, str]

    @property
    def files(self) -> list[str] | None:
        """The names of the data files; None where the snapshot does not list them."""
        if self.current is None:
            return []
        listed = self.summary.get(FILES)
        return None if listed is None else listed.split()


def read_state(path: Path) -> TableState:
    """Read a metadata file; raises ValueError, LookupError or TypeError for another file.

    Raises ValueError for a table whose newest snapshot is not the current one: one is lost.
    """
    stated = json.loads(path.read_bytes())
    snapshots = {each["snapshot-id"]: each for each in stated.get("snapshots", ())}
    current = stated.get("current-snapshot-id")
    current = None if current in (None, -1) else int(current)
    newest = snapshots[current] if current is not None else {}
    check_newest(newest.get("sequence-number", 0), stated["last-sequence-number"])
    summary = newest.get("summary", {})
    return TableState(version_of(path), frozenset(snapshots), current, summary)


def check_newest(current: int, last: int) -> None:
    """Raise ValueError where the current snapshot is not the last one."""
    if current != last:
        message = f"its last snapshot is number {last}, its current one number {current}"
        raise ValueError(message)


def version_of(metadata: Path) -> int:
    """Read the version of a table from the name of a metadata file; -1 for another file."""
    number = metadata.name.partition("-")[0]
    return int(number) if metadata.name.endswith(METADATA) and number.isdigit() else -1
