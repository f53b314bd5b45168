"""The catalog of a ledger: a SQLite file that names the current metadata of each Iceberg table.

Its layout is that of pyiceberg's SqlCatalog, so other readers of Iceberg can open it. It is read
and written with SQLite alone: SQLAlchemy, which SqlCatalog needs, takes longer to import than most
commands take to run.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from .fsync import make_folder, sync_file, sync_folder
from .tables import NAMESPACE

_LAYOUT = f"""
CREATE TABLE IF NOT EXISTS iceberg_tables (
    catalog_name VARCHAR(255) NOT NULL,
    table_namespace VARCHAR(255) NOT NULL,
    table_name VARCHAR(255) NOT NULL,
    metadata_location VARCHAR(1000),
    previous_metadata_location VARCHAR(1000),
    iceberg_type VARCHAR(5),
    PRIMARY KEY (catalog_name, table_namespace, table_name)
);
CREATE TABLE IF NOT EXISTS iceberg_namespace_properties (
    catalog_name VARCHAR(255) NOT NULL,
    namespace VARCHAR(255) NOT NULL,
    property_key VARCHAR(255) NOT NULL,
    property_value VARCHAR(1000) NOT NULL,
    PRIMARY KEY (catalog_name, namespace, property_key)
);
INSERT OR IGNORE INTO iceberg_namespace_properties
VALUES ('{NAMESPACE}', '{NAMESPACE}', 'exists', 'true');
"""

_THIS = f"catalog_name = '{NAMESPACE}' AND table_namespace = '{NAMESPACE}' AND table_name = ?"

#: SQLite's errors that are about the disk and not about the file.
_DISK = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_IOERR: errno.EIO,
    sqlite3.SQLITE_READONLY: errno.EROFS,
}
_PRIMARY = 0xFF  # the rest of an error's number says more about it


class CatalogFile:
    """One catalog; each method opens it, and waits up to `timeout` seconds if it is locked.

    All methods raise sqlite3.Error where the file cannot be read, and OSError where the disk is
    full, fails or cannot be written to.
    """

    def __init__(self, path: Path, *, timeout: float) -> None:
        self.path = path
        self._timeout = timeout

    @property
    def filled(self) -> bool:
        """Whether there is a file with content."""
        return self.path.exists() and self.path.stat().st_size > 0

    def make(self, draft: Path) -> None:
        """Make a catalog without tables: whole or not at all."""
        make_folder(self.path.parent)
        for left in (draft, draft.with_name(f"{draft.name}-journal")):
            left.unlink(missing_ok=True)
        draft.touch()
        CatalogFile(draft, timeout=self._timeout).complete()
        sync_file(draft)
        self.path.unlink(missing_ok=True)  # one of no bytes
        draft.rename(self.path)
        sync_folder(self.path.parent)

    def complete(self) -> None:
        """Add the layout, where an earlier version was killed before it had."""
        with self._open() as catalog:
            catalog.executescript(_LAYOUT)

    def location(self, table: str) -> str | None:
        """The location of a table's current metadata; None if there is no such table."""
        with self._open() as catalog:
            if not catalog.execute(
                "SELECT 1 FROM sqlite_master WHERE name = 'iceberg_tables'"
            ).fetchone():
                return None
            found = catalog.execute(
                f"SELECT metadata_location FROM iceberg_tables WHERE {_THIS}",
                (table,),
            ).fetchone()
            return str(found[0]) if found else None

    def add(self, table: str, location: str) -> bool:
        """Add a table; returns False if there is one of this name."""
        with self._open() as catalog:
            added = catalog.execute(
                "INSERT OR IGNORE INTO iceberg_tables "
                "(catalog_name, table_namespace, table_name, metadata_location) "
                f"VALUES ('{NAMESPACE}', '{NAMESPACE}', ?, ?)",
                (table, location),
            )
            return added.rowcount == 1

    def replace(self, table: str, location: str, *, before: str) -> bool:
        """Replace a table's metadata if it is still `before`; returns whether it was.

        This is the commit of a change.
        """
        with self._open() as catalog:
            changed = catalog.execute(
                "UPDATE iceberg_tables SET metadata_location = ?, previous_metadata_location = ? "
                f"WHERE {_THIS} AND metadata_location = ?",
                (location, before, table, before),
            )
            return changed.rowcount == 1

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        address = f"{self.path.absolute().as_uri()}?mode=rw"
        try:
            with (
                closing(sqlite3.connect(address, uri=True, timeout=self._timeout)) as opened,
                opened,
            ):
                yield opened
        except sqlite3.OperationalError as fault:
            number = _DISK.get(fault.sqlite_errorcode & _PRIMARY)
            if number is None:
                raise
            raise OSError(number, os.strerror(number), str(self.path)) from fault
