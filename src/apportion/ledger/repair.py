"""Rebuild a catalog from the tables beside it, if it is lost or cannot be read.

Each version of a table has a file of metadata, and the newest of them leads to everything. One
writer at a time makes versions one after the other, so the newest is the current one, or one
that a killed process had written completely and not committed yet; both are valid states.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from pyiceberg.serializers import FromInputFile
from pyiceberg.table.metadata import TableMetadata

from apportion.model.errors.base import LedgerDamagedError
from apportion.model.errors.repair import LedgerForkedError, NotRepairedError
from apportion.model.manifest import Manifest

from . import record_files, tables, unreferenced_files
from .catalog import UNREADABLE, Catalog
from .fsync import sync_file, sync_folder
from .iceberg import IcebergLedger
from .iceberg_catalog import IcebergCatalog
from .locations import location_of, table_folder
from .s3_copies import digest_of
from .table_state import METADATA, version_of
from .warehouse import WarehouseIO

_BESIDE = ("-journal", "-wal", "-shm")


class Repair:
    """A catalog that is rebuilt beside the lost one, and replaces it once it is proved."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._file = self._folder / "catalog.db"
        self._draft = self._folder / ".catalog.db.repair"
        self._found: Path | None = None  # of the catalogs that a store had
        self._passed_over = False  # whether the newest metadata of the runs cannot be read

    def needed(self) -> bool:
        """Whether the tables cannot be read by the catalog that is there."""
        try:
            catalog = IcebergCatalog(Catalog(self._folder))
            for name in tables.COLUMNS:
                catalog.find(name)
            IcebergLedger(self._folder).runs()
        except LedgerDamagedError:
            return True
        return False

    def make(self) -> IcebergLedger:
        """Make the catalog, and open the ledger by it. Raises NotRepairedError."""
        self._draft.unlink(missing_ok=True)
        self._found = self._of_the_store()
        if self._found is None:
            self._from_tables()
        else:
            shutil.copyfile(self._found, self._draft)
        return IcebergLedger(self._folder, catalog=self._by(self._draft))

    def unfinished(self, runs: Sequence[Manifest]) -> Manifest | None:
        """Find the record of one run after these, which may never have counted.

        Raises NotRepairedError where the tables must have led to more runs.
        """
        if self._found is not None:
            return None
        place = table_folder(tables.RUNS, folder=self._folder) / "data"
        found = dict(record for path in sorted(place.glob("*.parquet")) for record in _of(path))
        last = max(found, default=0)
        if last > len(runs) + 1 or (last > len(runs) and self._passed_over):
            why = f"there is a record of run {last}, and the tables lead to {len(runs)} runs"
            raise NotRepairedError(str(self._folder), why)
        return found.get(len(runs) + 1)

    def take_place(self) -> Path | None:
        """Put the catalog in its place; returns where the damaged one is now, if there was one."""
        if self._found is not None:
            # Metadata of a history that never counted may be newer: the catalog would look old.
            catalog = IcebergCatalog(self._by(self._draft))
            others = unreferenced_files.find(catalog, list(tables.COLUMNS), folder=self._folder)
            unreferenced_files.remove([path for path in others if path.name.endswith(METADATA)])
        damaged = self._folder / "catalog.db.damaged"
        for end in _BESIDE:  # or SQLite would roll them back into the new one
            beside = self._file.with_name(f"{self._file.name}{end}")
            if beside.exists():
                beside.replace(damaged.with_name(f"{damaged.name}{end}"))
        kept = self._file.exists()
        if kept:
            self._file.replace(damaged)
        sync_file(self._draft)
        self._draft.replace(self._file)
        sync_folder(self._folder)
        return damaged if kept else None

    def _by(self, file: Path) -> Catalog:
        return Catalog(self._folder, file=file, alone=True)

    def _from_tables(self) -> None:
        newest = {name: path for name in tables.COLUMNS if (path := self._newest(name))}
        if tables.RUNS not in newest:
            raise NotRepairedError(str(self._folder), "there is no metadata of the table of runs")
        made = self._by(self._draft)
        made.file.make(self._draft.with_name(f"{self._draft.name}.new"))
        catalog = IcebergCatalog(made)
        for name, path in newest.items():
            catalog.register(name, location_of(path))

    def _newest(self, name: str) -> Path | None:
        """Find the newest metadata of a table; where the last cannot be read, the one before."""
        place = table_folder(name, folder=self._folder) / "metadata"
        versions = sorted({version_of(path) for path in place.glob(f"*{METADATA}")}, reverse=True)
        for version in versions[:2]:  # of the last, a killed process may have written a part
            read = [
                (found.last_updated_ms, path)
                for path in sorted(place.glob(f"{version:05}-*{METADATA}"))
                if (found := self._read(path)) is not None
            ]
            if read:
                self._passed_over |= name == tables.RUNS and version != versions[0]
                return max(read)[1]
        if versions:
            last = str(place / f"{versions[0]:05}-*{METADATA}")
            raise LedgerDamagedError(last, "metadata of Iceberg", "files that cannot be read")
        return None

    def _read(self, path: Path) -> TableMetadata | None:
        io = WarehouseIO({"apportion.folder": str(self._folder)})
        try:
            return FromInputFile.table_metadata(io.new_input(location_of(path)))
        except (*UNREADABLE, LedgerDamagedError):
            return None

    def _of_the_store(self) -> Path | None:
        """Pick, of the catalogs that a store had, the one with the whole history."""
        found = [
            (runs, path)
            for path in sorted((self._folder / "catalogs").glob("*"))
            if path.name == digest_of(path).sha256 and (runs := list(self._runs(path)))
        ]
        if not found:
            return None
        longest, path = max(found, key=lambda each: len(each[0]))
        ends = {str(runs[-1].run) for runs, _ in found if runs != longest[: len(runs)]}
        if ends:
            raise LedgerForkedError(str(self._folder), sorted({*ends, longest[-1].run}))
        return path

    def _runs(self, path: Path) -> Iterator[Manifest]:
        """Read the runs by a catalog; none by one whose metadata is gone or cannot be read."""
        draft = self._folder / f".{path.name}"
        shutil.copyfile(path, draft)
        try:
            catalog = self._by(draft)
            for name in tables.COLUMNS:
                IcebergCatalog(catalog).find(name)
            yield from IcebergLedger(self._folder, catalog=catalog).runs()
        except LedgerDamagedError:
            return
        finally:
            draft.unlink()


def _of(path: Path) -> list[record_files.Record]:
    try:
        (records,) = record_files.read([path])
    except LedgerDamagedError:  # cut off by a kill, perhaps; none of those that count
        return []
    return records
