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
from pathlib import Path
from uuid import uuid4

from pyiceberg.expressions import AlwaysTrue, And, BooleanExpression, EqualTo, Reference
from pyiceberg.expressions.literals import literal
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table

from apportion.model.errors.base import RESTORE, LedgerDamagedError, LedgerRefusesError
from apportion.model.manifest import Manifest
from apportion.model.retention import Snapshots, UnreferencedFile

from . import parquet_import, records, snapshot_expiry, tables, unreferenced_files
from .catalog import Catalog
from .fsync import make_folder, sync_file, sync_folder
from .inputs import Inputs
from .lock import WriteLock
from .run_files import RunFiles, remedy
from .table_commits import Commit, evolve, forget, stated_files, swap
from .warehouse import location_of, path_of, table_folder

#: Sixteen files of runs that are smaller than one of these sizes become one, the largest first.
_MERGED, _SIZES = 16, (4096, 256, 16)

#: Snapshots that the table of runs keeps: nobody asks for them, but a reader may be just at one.
_PAST_RECORDS = 16


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
        self._staged: set[Path] = set()
        self._read: dict[str, list[records.Record]] = {}

    def lock(self, *, wait: float) -> AbstractContextManager[None]:
        return self._lock.held(wait=wait)

    def runs(self) -> list[Manifest]:
        table = self._catalog.find(tables.RUNS)
        return [manifest for _, manifest in self._all_records(table)[1]] if table else []

    def new_folder(self, table: str) -> Path:
        folder = self._data_folder(table) / self._new_name()
        self._begin()
        make_folder(folder.parent)
        folder.mkdir()
        self._staged.add(folder)
        return folder

    def replace(self, table: str, *, period: str, bill: str, files: Sequence[Path]) -> int:
        """As the port says. The files must lie in a folder that `staging` gave for the table.

        Raises LedgerRefusesError for a file with a column of another type than the table's, or
        with rows of another period or bill.
        """
        with self.lock(wait=0):
            return self._put(table, files, values=(period, bill), kept=[])

    def append(self, table: str, *, period: str, bill: str, files: Sequence[Path]) -> int:
        """As `replace`, and keeps what the last recorded run of this period and bill holds.

        Not what the table holds: there may be files of a run that was killed before its record,
        and keeping those when they are written again would count them twice.
        """
        with self.lock(wait=0):
            kept = self._recorded(table, period=period, bill=bill)
            return self._put(table, files, values=(period, bill), kept=kept)

    def record(self, manifest: Manifest) -> Manifest:
        """As the port says. A run that names a snapshot which is not there is not recorded."""
        with self.lock(wait=0):
            for name, snapshot in manifest.snapshots.items():
                self._catalog.holding(name, snapshot)
            manifest = replace(manifest, files=self._run_files.of(manifest, self.runs()))
            table = self._catalog.need(tables.RUNS)
            known, recorded = self._all_records(table)
            last = len(recorded)
            merged = _to_merge(known)
            path = self._write_records([*self._records(merged), (last + 1, manifest)])
            with (commit := Commit(table)):
                described = parquet_import.describe(path, metadata=table.metadata, values=())
                swap(table, commit, out=merged, new=[described])
                if merged:
                    forget(commit, but=_PAST_RECORDS)
            if merged:
                unreferenced_files.remove(
                    unreferenced_files.find(self._catalog, [tables.RUNS], folder=self._folder)
                )
            return manifest

    def files(self, table: str, run: Manifest) -> list[str]:
        """As the port says; sorted. Of a run of before files were hashed, sizes are compared."""
        planned = self._of_snapshot(table, run.snapshots[table], (run.period, run.bill))
        found = [self._whole(file, remedy(run)) for file in planned]
        self._run_files.check(table, run, found)
        return [str(path) for path in found]

    def files_at(self, table: str, *, snapshot: int, period: str, bill: str) -> list[str]:
        """List the files of a period and bill in any snapshot; sizes are compared."""
        planned = self._of_snapshot(table, snapshot, (period, bill))
        return [str(self._whole(file)) for file in planned]

    def _of_snapshot(self, table: str, snapshot: int, part: tuple[str, str]) -> list[DataFile]:
        iceberg = self._catalog.holding(table, snapshot)
        return self._planned(iceberg, snapshot=snapshot, where=_partition(*part))

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
        """As the port says. What another process is just staging is among it."""
        found = snapshot_expiry.files_to_remove(self._catalog, kept, folder=self._folder)
        return [each for each in found if Path(each.name).parent not in self._staged]

    def expire_snapshots(self, kept: Snapshots) -> None:
        """As the port says: first the metadata, then the files. What is left is orphaned."""
        with self.lock(wait=0):
            snapshot_expiry.drop(self._catalog, kept)
            self.sweep()

    def orphans(self) -> list[Path]:
        """List the files in the warehouse that no snapshot of any table leads to.

        A crash leaves them behind; they do no harm but to the disk. Files that another process is
        just staging are among them, so only `sweep` may remove them.
        """
        found = unreferenced_files.find(self._catalog, list(tables.COLUMNS), folder=self._folder)
        return [path for path in found if path.parent not in self._staged]

    def sweep(self) -> list[Path]:
        """Remove the orphans, under the lock, and return them; every recorded run stays readable.

        What this instance has staged and not yet given to `replace` stays.
        """
        with self.lock(wait=0):
            found = self.orphans()
            unreferenced_files.remove(found)
            return found

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

    def _check(self, table: str, files: Sequence[Path], *, values: Sequence[str]) -> None:
        """Refuse what is not of this partition, or could already be part of the table."""
        if table == tables.RUNS:
            message = "runs are recorded, not replaced"
            raise ValueError(message)
        data = self._data_folder(table)
        for file in files:
            folder = file.absolute().parent
            if folder not in self._staged or folder.parent != data:
                expected = f"a file that was staged for {table} and not taken in yet"
                raise LedgerRefusesError(table, str(file), expected, "another place")
        for file in files:
            parquet_import.check_partition(table, file, values=values)

    def _put(
        self, table: str, files: Sequence[Path], *, values: tuple[str, str], kept: list[DataFile]
    ) -> int:
        """Make these files and the kept ones all that a partition holds."""
        self._check(table, files, values=values)
        self._settle(files)
        iceberg = self._catalog.need(table)
        new = parquet_import.new_columns(table, files, known=iceberg.schema())
        now = self._planned(iceberg, snapshot=None, where=_partition(*values))
        with (commit := Commit(iceberg)):
            evolve(commit, new)
            metadata = commit.table_metadata
            described = [
                parquet_import.describe(each, metadata=metadata, values=values) for each in files
            ]
            out, back = _without(now, kept), _without(kept, now)
            snapshot = swap(iceberg, commit, out=out, new=[*back, *described])
        there = [*map(self._whole, kept), *(file.absolute() for file in files)]
        self._run_files.put(table, snapshot, there)
        self._staged.difference_update(file.absolute().parent for file in files)
        return snapshot

    def _recorded(self, table: str, *, period: str, bill: str) -> list[DataFile]:
        """Plan what the last recorded run of a period and bill has in a table."""
        for run in reversed(self.runs()):
            if (run.period, run.bill) == (period, bill) and table in run.snapshots:
                return self._of_snapshot(table, run.snapshots[table], (period, bill))
        return []

    def _settle(self, files: Sequence[Path]) -> None:
        for file in files:
            sync_file(file)
        for folder in {file.parent for file in files}:
            sync_folder(folder)

    def _planned(
        self, table: Table, *, snapshot: int | None, where: BooleanExpression
    ) -> list[DataFile]:
        """Plan the files of a snapshot, or of the current one, sorted by their place."""
        if table.current_snapshot() is None:
            return []
        options = {"include_empty_files": "true"}  # they say which columns there would be
        with self._catalog.reading(table.name()[-1]):
            scan = table.scan(row_filter=where, snapshot_id=snapshot, options=options)
            return sorted((task.file for task in scan.plan_files()), key=lambda it: it.file_path)

    def _whole(self, file: DataFile, advice: str = RESTORE) -> Path:
        """Find a file of the ledger where it must be, as long as it must be."""
        path = path_of(file.file_path, folder=self._folder)
        expected = f"{file.file_size_in_bytes} bytes"
        if not path.is_file():
            raise LedgerDamagedError(str(path), expected, "nothing", advice)
        if (size := path.stat().st_size) != file.file_size_in_bytes:
            raise LedgerDamagedError(str(path), expected, f"{size} bytes", advice)
        return path

    def _all_records(self, table: Table) -> tuple[list[DataFile], list[records.Record]]:
        """Read the record of every run: the files, and the runs, numbered from one.

        Lists of files have no checksum. One flipped bit can mark a file as deleted, and its runs
        would be missing: so the snapshot's own counts are compared, too.
        """
        known = self._planned(table, snapshot=None, where=AlwaysTrue())
        found = self._records(known)
        stated = stated_files(table)
        numbers = [number for number, _ in found]
        if len(known) != stated or numbers != list(range(1, len(found) + 1)):
            place = table_folder(tables.RUNS, folder=self._folder) / "metadata"
            expected = f"{stated} files with the records of runs 1, 2, 3, …"
            raise LedgerDamagedError(
                str(place), expected, f"{len(known)} with {len(found)} of them"
            )
        return known, found

    def _records(self, planned: Sequence[DataFile]) -> list[records.Record]:
        """Read runs from their files, in the order they were recorded; a file is read once."""
        for file in planned:
            if file.file_path not in self._read:
                self._read[file.file_path] = records.read(self._whole(file))
        found = [record for file in planned for record in self._read[file.file_path]]
        return sorted(found, key=lambda record: record[0])

    def _write_records(self, written: Sequence[records.Record]) -> Path:
        folder = self._data_folder(tables.RUNS)
        make_folder(folder)
        path = records.write(written, folder, name=self._new_name())
        self._read[location_of(path)] = list(written)
        return path


def _partition(period: str, bill: str) -> BooleanExpression:
    return And(
        EqualTo(term=Reference("Period"), value=literal(period)),
        EqualTo(term=Reference("Bill"), value=literal(bill)),
    )


def _without(files: Sequence[DataFile], others: Sequence[DataFile]) -> list[DataFile]:
    paths = {other.file_path for other in others}
    return [file for file in files if file.file_path not in paths]


def _to_merge(planned: Sequence[DataFile]) -> list[DataFile]:
    """List files of runs to rewrite as one, so that however many runs there are, few files are."""
    for size in _SIZES:
        small = [file for file in planned if file.record_count < size]
        if len(small) >= _MERGED:
            return small
    return []
