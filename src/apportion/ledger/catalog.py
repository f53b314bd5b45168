"""The Iceberg tables of a folder: found through SQLite, made when first written.

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
from contextlib import closing, contextmanager
from pathlib import Path

from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import NoSuchTableError, ValidationError
from pyiceberg.table import Table
from sqlalchemy import URL
from sqlalchemy.exc import DatabaseError, OperationalError

from apportion.model.errors.base import LedgerBusyError, LedgerDamagedError

from . import tables
from .fsync import make_folder, sync_file, sync_folder
from .warehouse import FOLDER, WarehouseIO, location_of, table_folder

#: Seconds that SQLite waits for another process to end its (milliseconds short) commit.
_TIMEOUT = 20.0

METADATA = ".metadata.json"

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
    *(OSError, ValueError, LookupError, EOFError, TypeError, AssertionError),
    *(zlib.error, struct.error, ValidationError),
    SystemError,  # a length below zero, in the part of pyiceberg that is written in C
)


class Catalog:
    """The tables in a ledger's folder; nothing is made before `begin` or `need` is called.

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
        self._folder = folder
        self._file = file or folder / "catalog.db"
        self._alone = alone
        self._timeout = timeout
        self._opened: SqlCatalog | None = None
        self._latest: dict[str, Table] = {}

    def find(self, name: str) -> Table | None:
        """Open a table as it is now; None if nothing was ever written to it.

        Raises LedgerDamagedError where the catalog is lost, or older than the table.
        """
        if not self.there:
            return None
        # Listed first: what is there now was committed by now, but for the last.
        newest = -1 if self._alone else _newest_version(name, folder=self._folder)
        with self.reading(name):
            found = self._load(name)
        version = version_of(Path(found.metadata_location)) if found else -1
        if newest > version + 1:
            known = f"version {version}" if found else "no such table"
            expected = f"version {newest} of the table {name}"
            raise LedgerDamagedError(str(self._file), expected, known, REMEDY)
        if found:
            self._latest[name] = found
        return found

    @property
    def there(self) -> bool:
        """Whether there is a catalog; raises LedgerDamagedError where it is lost."""
        return self._opened is not None or self._exists()

    def begin(self) -> None:
        """Make a catalog without tables, if there is none: whole or not at all."""
        if self.there:
            return
        make_folder(self._folder)
        draft = self._folder / ".catalog.db.new"
        for left in (draft, draft.with_name(f"{draft.name}-journal")):
            left.unlink(missing_ok=True)
        open_catalog(draft, folder=self._folder, make=True).close()
        sync_file(draft)
        self._file.unlink(missing_ok=True)  # one of no bytes
        draft.rename(self._file)
        sync_folder(self._folder)

    def need(self, name: str) -> Table:
        """Open a table to write to it; makes it, and the catalog, if they are not there."""
        return self.find(name) or self._make(name)

    def holding(self, name: str, snapshot: int) -> Table:
        """Open a table that has this snapshot, without looking again where it is known."""
        known = self._latest.get(name)
        if known is None or known.snapshot_by_id(snapshot) is None:
            known = self.find(name)
        if known is None or known.snapshot_by_id(snapshot) is None:
            place = str(table_folder(name, folder=self._folder))
            raise LedgerDamagedError(place, f"snapshot {snapshot}", "no such snapshot")
        return known

    @contextmanager
    def reading(self, name: str) -> Iterator[None]:
        """Raise LedgerDamagedError for a catalog or metadata of this table that cannot be read."""
        began = time.monotonic()
        try:
            yield
        except (DatabaseError, sqlite3.Error) as fault:
            message = str(getattr(fault, "orig", None) or fault)
            if "locked" in message:
                waited = f"{time.monotonic() - began:.0f} s"
                raise LedgerBusyError(str(self._file), "another process", waited) from fault
            raise LedgerDamagedError(
                str(self._file), "a catalog in SQLite", message, REMEDY
            ) from fault
        except UNREADABLE as fault:
            place = table_folder(name, folder=self._folder) / "metadata"
            told = "metadata of Iceberg", f"{type(fault).__name__}: {str(fault)[:200]}"
            raise LedgerDamagedError(str(place), *told) from fault

    def _load(self, name: str) -> Table | None:
        try:
            return _with_its_last_snapshot(self._catalog().load_table((tables.NAMESPACE, name)))
        except NoSuchTableError:
            return None
        except OperationalError as fault:
            if "no such table" in str(fault.orig):
                return None
            raise

    def _exists(self) -> bool:
        """Whether there is a catalog; raises LedgerDamagedError where it is lost."""
        if _filled(self._file):
            return True
        held = next((path for each in _HELD for path in self._folder.glob(each)), None)
        if held is None or _filled(self._file):  # made meanwhile, before what it holds
            return held is not None
        found = "a file of no bytes" if self._file.exists() else "nothing"
        expected = f"the catalog that goes with {held.relative_to(self._folder)} beside it"
        raise LedgerDamagedError(str(self._file), expected, found, REMEDY)

    def _catalog(self) -> SqlCatalog:
        if self._opened is None:
            # pyiceberg takes a catalog that is locked for one without tables, after waiting for it.
            address = f"{self._file.absolute().as_uri()}?mode=rw"
            with closing(sqlite3.connect(address, uri=True, timeout=self._timeout)) as file:
                file.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
            opened = open_catalog(self._file, folder=self._folder, timeout=self._timeout)
            self._opened = opened
        return self._opened

    def _make(self, name: str) -> Table:
        self.begin()
        with self.reading(name):
            catalog = self._catalog()
        catalog.create_tables()  # where the maker of an earlier version was killed half-way
        catalog.create_namespace_if_not_exists(tables.NAMESPACE)
        known = tables.schema(name)
        # Written by DuckDB, the files name their columns and do not number them.
        mapping = {"schema.name-mapping.default": known.name_mapping.model_dump_json()}
        return catalog.create_table(
            (tables.NAMESPACE, name),
            schema=known,
            location=location_of(table_folder(name, folder=self._folder)),
            partition_spec=tables.partitioning(name),
            properties={**tables.PROPERTIES, **mapping},
        )


def _with_its_last_snapshot(table: Table) -> Table:
    """Raise ValueError for a table whose newest snapshot is not the current one: one is lost."""
    snapshot, last = table.current_snapshot(), table.last_sequence_number
    if (found := snapshot.sequence_number if snapshot else 0) != last:
        message = f"its last snapshot is number {last}, its current one number {found}"
        raise ValueError(message)
    return table


def open_catalog(
    file: Path, *, folder: Path, make: bool = False, timeout: float = _TIMEOUT
) -> SqlCatalog:
    """Open a catalog of the tables in a folder; with `make`, one that is not there yet."""
    uri = URL.create("sqlite", database=str(file.absolute()), query={"timeout": str(timeout)})
    properties = {
        "uri": uri.render_as_string(),
        "init_catalog_tables": str(make).lower(),
        "py-io-impl": f"{WarehouseIO.__module__}.{WarehouseIO.__name__}",
        FOLDER: str(folder),
    }
    opened = SqlCatalog(tables.NAMESPACE, **properties)
    if make:
        opened.create_namespace_if_not_exists(tables.NAMESPACE)
    return opened


def _newest_version(name: str, *, folder: Path) -> int:
    """Find the newest version of a table among its metadata files; -1 if there is none."""
    place = table_folder(name, folder=folder) / "metadata"
    try:
        with os.scandir(place) as found:
            return max((version_of(Path(each.name)) for each in found), default=-1)
    except FileNotFoundError:
        return -1


def version_of(metadata: Path) -> int:
    """Read the version of a table from the name of a metadata file; -1 for another file."""
    number = metadata.name.partition("-")[0]
    return int(number) if metadata.name.endswith(METADATA) and number.isdigit() else -1


def _filled(file: Path) -> bool:
    return file.exists() and file.stat().st_size > 0
