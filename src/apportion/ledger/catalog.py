"""The tables of a ledger's folder, found through its catalog; made when first written.

The catalog is made before anything else of a ledger is. So what lies in a folder without one, or
beside one that knows nothing of it, is a ledger that has lost it, and never an empty one.
"""

from __future__ import annotations

import os
import sqlite3
import struct
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from errno import ENOTDIR
from pathlib import Path

from pyiceberg.exceptions import ValidationError

from apportion.model.errors.base import LedgerBusyError, LedgerDamagedError

from . import tables
from .catalog_file import CatalogFile
from .locations import path_of, table_folder
from .table_state import TableState, read_state, version_of

#: Seconds that SQLite waits for another process to end its (milliseconds short) commit.
_TIMEOUT = 20.0

REMEDY = (
    "Nothing was changed. Make the catalog again from the tables with `apportion ledger repair`, "
    "or restore the whole folder from a copy."
)

#: What a ledger holds, the quickest to find first.
_HELD = (
    *("inputs/??/*", "evidence/??/*", "proofs/*.json"),
    *(f"warehouse/{tables.NAMESPACE}/*/{part}" for part in ("metadata/*", "data/**/*.parquet")),
)

UNREADABLE = (
    *(OSError, ValueError, LookupError, EOFError, TypeError, AttributeError, AssertionError),
    *(zlib.error, struct.error, ValidationError),
    SystemError,  # a length below zero, in the part of pyiceberg that is written in C
)


class Catalog:
    """The tables in a ledger's folder; nothing is made before `begin` is called.

    `file` is the catalog where it does not lie in its place; with `alone`, what lies beside it does
    not count. `timeout` is the seconds to wait for one that is locked.
    """

    def __init__(
        self,
        folder: Path,
        *,
        file: Path | None = None,
        alone: bool = False,
        timeout: float = _TIMEOUT,
    ) -> None:
        self.folder = folder
        self.file = CatalogFile(file or folder / "catalog.db", timeout=timeout)
        self._alone = alone
        self._seen = False
        self._states: dict[str, TableState] = {}

    @property
    def there(self) -> bool:
        """Whether there is a catalog; raises LedgerDamagedError where it is lost."""
        self._seen = self._seen or self._exists()
        return self._seen

    def begin(self) -> None:
        """Make a catalog without tables, if there is none: whole or not at all."""
        if not self.there:
            self.file.make(self.folder / ".catalog.db.new")

    def location(self, name: str) -> str | None:
        """The location of a table's metadata as it is now; None if nothing was written to it.

        Raises LedgerDamagedError where the catalog is lost, or older than the table.
        """
        if not self.there:
            return None
        # Listed first: what is there now was committed by now, but for the last.
        newest = -1 if self._alone else _newest_version(name, folder=self.folder)
        with self.reading(name):
            found = self.file.location(name)
        version = version_of(Path(found)) if found else -1
        if newest > version + 1:
            known = f"version {version}" if found else "no such table"
            expected = f"version {newest} of the table {name}"
            raise LedgerDamagedError(str(self.file.path), expected, known, REMEDY)
        return found

    def state(self, name: str) -> TableState | None:
        """Read a table's metadata as it is now; None if nothing was ever written to it."""
        location = self.location(name)
        if location is None:
            return None
        with self.reading(name):
            path = path_of(location, folder=self.folder)
            if not path.exists():
                raise LedgerDamagedError(str(path), "a file", "nothing")
            self._states[name] = read_state(path)
        return self._states[name]

    def check_snapshot(self, name: str, snapshot: int) -> None:
        """Raise LedgerDamagedError unless a table has this snapshot."""
        known = self._states.get(name)
        if known is None or snapshot not in known.snapshots:
            known = self.state(name)
        if known is None or snapshot not in known.snapshots:
            raise self.without(name, snapshot)

    def without(self, name: str, snapshot: int) -> LedgerDamagedError:
        """The error for a table without a snapshot that it must have."""
        place = str(table_folder(name, folder=self.folder))
        return LedgerDamagedError(place, f"snapshot {snapshot}", "no such snapshot")

    @contextmanager
    def reading(self, name: str) -> Iterator[None]:
        """Raise LedgerDamagedError for a catalog or metadata of this table that cannot be read."""
        began = time.monotonic()
        try:
            yield
        except sqlite3.Error as fault:
            if "locked" in str(fault):
                waited = f"{time.monotonic() - began:.0f} s"
                raise LedgerBusyError(str(self.file.path), "another process", waited) from fault
            facts = "a catalog in SQLite", str(fault)
            raise LedgerDamagedError(str(self.file.path), *facts, REMEDY) from fault
        except UNREADABLE as fault:
            place = table_folder(name, folder=self.folder) / "metadata"
            facts = "metadata of Iceberg", f"{type(fault).__name__}: {str(fault)[:200]}"
            raise LedgerDamagedError(str(place), *facts) from fault

    def _exists(self) -> bool:
        """Whether there is a catalog.

        Raises LedgerDamagedError where it is lost, NotADirectoryError where the ledger is a file.
        """
        if self.file.filled:
            return True
        if self.folder.exists() and not self.folder.is_dir():
            raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR), str(self.folder))
        held = next((path for each in _HELD for path in self.folder.glob(each)), None)
        if held is None or self.file.filled:  # made meanwhile, before what it holds
            return held is not None
        found = "a file of no bytes" if self.file.path.exists() else "nothing"
        expected = f"the catalog that goes with {held.relative_to(self.folder)} beside it"
        raise LedgerDamagedError(str(self.file.path), expected, found, REMEDY)


def _newest_version(name: str, *, folder: Path) -> int:
    """Find the newest version of a table among its metadata files; -1 if there is none."""
    place = table_folder(name, folder=folder) / "metadata"
    try:
        with os.scandir(place) as found:
            return max((version_of(Path(each.name)) for each in found), default=-1)
    except FileNotFoundError:
        return -1
