"""The Iceberg tables of a folder: found through SQLite, made when first written."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import NoSuchTableError, ValidationError
from pyiceberg.table import Table
from sqlalchemy import URL
from sqlalchemy.exc import DatabaseError, OperationalError

from apportion.model.errors import LedgerBusyError, LedgerDamagedError

from . import tables
from .warehouse import FOLDER, WarehouseIO, location_of, table_folder

#: Seconds that SQLite waits for another process to end its (milliseconds short) commit.
_BUSY_SECONDS = "60"

_UNREADABLE = (
    *(OSError, ValueError, LookupError, EOFError, TypeError, AssertionError),
    *(zlib.error, struct.error, ValidationError),
)


class Catalog:
    """The tables in a ledger's folder; nothing is made before `need` is called."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "catalog.db"
        self._opened: SqlCatalog | None = None
        self._latest: dict[str, Table] = {}

    def find(self, name: str) -> Table | None:
        """Open a table as it is now; None if nothing was ever written to it."""
        if self._opened is None and not self._exists():
            return None
        with self.reading(name):
            try:
                self._latest[name] = self._catalog().load_table((tables.NAMESPACE, name))
            except NoSuchTableError:
                return None
            except OperationalError as fault:
                if "no such table" in str(fault.orig):  # its maker was killed half-way
                    return None
                raise
        return self._latest[name]

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
        """Tell of a catalog, or of metadata of this table, that cannot be read as damage."""
        try:
            yield
        except DatabaseError as fault:
            if "locked" in str(fault.orig):
                holder, waited = "a commit of another process", f"{_BUSY_SECONDS} s"
                raise LedgerBusyError(str(self._folder), holder, waited) from fault
            told = "a catalog in SQLite", str(fault.orig)
            raise LedgerDamagedError(str(self._file), *told) from fault
        except _UNREADABLE as fault:
            place = table_folder(name, folder=self._folder) / "metadata"
            told = "metadata of Iceberg", f"{type(fault).__name__}: {str(fault)[:200]}"
            raise LedgerDamagedError(str(place), *told) from fault

    def _exists(self) -> bool:
        return self._file.exists() and self._file.stat().st_size > 0

    def _catalog(self, *, make: bool = False) -> SqlCatalog:
        if self._opened is None:
            query = {"timeout": _BUSY_SECONDS}
            uri = URL.create("sqlite", database=str(self._file.absolute()), query=query)
            properties = {
                "uri": uri.render_as_string(),
                "init_catalog_tables": str(make).lower(),
                "py-io-impl": f"{WarehouseIO.__module__}.{WarehouseIO.__name__}",
                FOLDER: str(self._folder),
            }
            self._opened = SqlCatalog(tables.NAMESPACE, **properties)
        return self._opened

    def _make(self, name: str) -> Table:
        if self._opened is not None:  # opened for reading, perhaps before its tables were there
            self._opened.close()
            self._opened = None
        catalog = self._catalog(make=True)
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
