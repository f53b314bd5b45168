"""The ledger as Apache Iceberg tables in a folder: SQLite for a catalog, Parquet beside it.

ledger/catalog.db      which metadata is the current one of each table
ledger/warehouse/      the tables: data (Parquet that the engine wrote) and metadata
ledger/inputs/         every rulebook, lookup and driver of a run, by sha256
ledger/evidence/       notes of runs that were published or delivered, by sha256
ledger/.lock           held by the writer; .lock.json names it for users
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from apportion.model.errors.base import LedgerRefusesError
from apportion.model.location import local_path
from apportion.model.manifest import Manifest
from apportion.model.retention import Snapshots, UnreferencedFile

from . import tables
from .catalog import Catalog
from .fsync import make_folder
from .inputs import Inputs
from .locations import table_folder
from .lock import WriteLock
from .run_files import RunFiles
from .run_records import RunRecords, runs_in
from .unreferenced_files import remove

if TYPE_CHECKING:
    from .iceberg_tables import IcebergTables


class IcebergLedger:
    """A ledger in a folder. Reading makes nothing; the folder appears with the first write.

    `replace` and `record` take the lock by themselves, without waiting, where `writing` does not
    surround them. `new_name` makes unique names, `clock` the time; both are only for
    users and file names and never decide a result. Several threads may read one instance.
    `catalog` is one to use in the place of the folder's own.
    """

    def __init__(
        self,
        folder: Path,
        *,
        new_name: Callable[[], str] = lambda: uuid4().hex,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        catalog: Catalog | None = None,
    ) -> None:
        # Symlinks stay as given: a ledger may have a stable name and a place that changes.
        self._folder = folder.absolute()
        self._new_name = new_name
        self._catalog = catalog or Catalog(self._folder)
        self._lock = WriteLock(self._folder, clock=clock)
        self._inputs = Inputs(self._folder / "inputs", new_name=new_name)
        self._notes = Inputs(self._folder / "evidence", new_name=new_name)
        self._run_files = RunFiles(self._folder)
        self._records = RunRecords(self._catalog, self._list_records)
        self._staged: set[Path] = set()

    def lock(self, *, wait: float) -> AbstractContextManager[None]:
        return self._lock.held(wait=wait)

    def runs(self) -> list[Manifest]:
        return runs_in(self._records.files())

    def new_folder(self, table: str) -> str:
        return str(self._new_folder(table))

    def move(self, table: str, files: Sequence[str]) -> list[str]:
        folder = self._new_folder(table)
        return [str(path.rename(folder / path.name)) for path in map(local_path, files)]

    def replace(self, table: str, *, period: str, bill: str, files: Sequence[str]) -> int:
        """See the port. The files must lie in a folder that `staging` gave for the table.

        Raises LedgerRefusesError for a file with a column of another type than the table's, or
        with rows of another period or bill.
        """
        return self._put(table, files, part=(period, bill), kept_of=None)

    def append(self, table: str, *, period: str, bill: str, files: Sequence[str]) -> int:
        """As `replace`, and keeps what the last recorded run of this period and bill holds.

        Not what the table holds: there may be files of a run that was killed before its record,
        and keeping those when they are written again would count them twice.
        """
        part = (period, bill)
        with self.lock(wait=0):
            return self._put(table, files, part=part, kept_of=self._recorded(table, part))

    def record(self, manifest: Manifest) -> Manifest:
        """See the port. A run that names a snapshot which is not there is not recorded."""
        with self.lock(wait=0):
            for name, snapshot in manifest.snapshots.items():
                self._catalog.check_snapshot(name, snapshot)
            there = self._records.files()
            manifest = replace(manifest, files=self._run_files.of(manifest, runs_in(there)))
            self._tables.add_record(manifest, there)
            return manifest

    def files(self, table: str, run: Manifest) -> list[str]:
        """See the port; sorted. Of a run recorded before files were hashed, sizes are compared."""
        snapshot = run.snapshots[table]
        if not run.files_of(table):
            return self.files_at(table, snapshot=snapshot, period=run.period, bill=run.bill)
        self._catalog.check_snapshot(table, snapshot)
        return [str(path) for path in self._run_files.check(table, run)]

    def files_at(self, table: str, *, snapshot: int, period: str, bill: str) -> list[str]:
        """List the files of a period and bill in any snapshot; sizes are compared."""
        return [str(path) for path in self._tables.files(table, snapshot, (period, bill))]

    def keep_input(self, content: bytes) -> str:
        self._begin()
        return self._inputs.keep(content)

    def read_input(self, sha256: str) -> bytes:
        return self._inputs.kept(sha256)

    def add_note(self, content: bytes) -> None:
        self._begin()
        self._notes.keep(content)

    def read_notes(self) -> list[bytes]:
        return self._notes.all()

    def unreferenced_files(self, kept: Snapshots) -> list[UnreferencedFile]:
        """See the port. What another process is just staging is among it."""
        found = self._tables.files_to_remove(kept)
        return [each for each in found if Path(each.name).parent not in self._staged]

    def expire_snapshots(self, kept: Snapshots) -> None:
        """See the port. First the metadata, then the files. What is left is orphaned."""
        with self.lock(wait=0):
            self._tables.drop_snapshots(kept)
            self.sweep()

    def orphans(self) -> list[Path]:
        """List the files in the warehouse that no snapshot of any table leads to.

        A crash leaves them behind; they do no harm but to the disk. Files that another process is
        just staging are among them, so only `sweep` may remove them.
        """
        found = self._tables.unreferenced(list(tables.COLUMNS))
        return [path for path in found if path.parent not in self._staged]

    def sweep(self) -> list[Path]:
        """Remove the orphans, under the lock, and return them; every recorded run stays readable.

        What this instance has staged and not yet given to `replace` stays.
        """
        with self.lock(wait=0):
            found = self.orphans()
            remove(found)
            return found

    def _new_folder(self, table: str) -> Path:
        folder = self._data_folder(table) / self._new_name()
        self._begin()
        make_folder(folder.parent)
        folder.mkdir()
        self._staged.add(folder)
        return folder

    def _begin(self) -> None:
        """Make the catalog before anything that would be damage without one."""
        if not self._catalog.there:
            with self.lock(wait=0):
                self._catalog.begin()

    def _data_folder(self, table: str) -> Path:
        if table not in tables.COLUMNS:
            message = f"{table!r} is no table of the ledger: {', '.join(tables.COLUMNS)}"
            raise ValueError(message)
        return table_folder(table, folder=self._folder) / "data"

    def _check(self, table: str, files: Sequence[Path]) -> None:
        """Refuse files that could already be part of the table."""
        if table == tables.RUNS:
            message = "runs are recorded, not replaced"
            raise ValueError(message)
        data = self._data_folder(table)
        for file in files:
            folder = file.absolute().parent
            if folder not in self._staged or folder.parent != data:
                expected = f"a file that was staged for {table} and not committed yet"
                raise LedgerRefusesError(table, str(file), expected, "another place")

    def _put(
        self, table: str, files: Sequence[str], *, part: tuple[str, str], kept_of: int | None
    ) -> int:
        paths = list(map(local_path, files))
        with self.lock(wait=0):
            self._check(table, paths)
            snapshot, there = self._tables.put(table, paths, part=part, kept_of=kept_of)
            self._run_files.put(table, snapshot, there)
            self._staged.difference_update(path.absolute().parent for path in paths)
            return snapshot

    def _recorded(self, table: str, part: tuple[str, str]) -> int | None:
        """Find the snapshot in which the last recorded run of a period and bill has its files."""
        for run in reversed(self.runs()):
            if (run.period, run.bill) == part and table in run.snapshots:
                return run.snapshots[table]
        return None

    def _list_records(self) -> list[Path]:
        return self._tables.record_files()

    @cached_property
    def _tables(self) -> IcebergTables:
        # pyiceberg takes longer to import than most commands that only read take to run.
        from .iceberg_tables import IcebergTables  # noqa: PLC0415 - see above

        return IcebergTables(self._catalog, new_name=self._new_name)
