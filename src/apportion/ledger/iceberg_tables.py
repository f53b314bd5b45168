"""Changes of the ledger's Iceberg tables, and the files of their snapshots, by pyiceberg."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pyiceberg.manifest import DataFile, ManifestFile
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from apportion.model.manifest import Manifest
from apportion.model.retention import Snapshots, UnreferencedFile

from . import parquet_import, snapshot_expiry, tables, unreferenced_files
from .catalog import Catalog
from .fsync import make_folder, sync_file, sync_folder
from .iceberg_catalog import IcebergCatalog
from .locations import path_of, table_folder
from .record_files import Record, write
from .run_files import check_size
from .run_records import RecordFile
from .table_commits import Commit, evolve, forget, lists_files, swap
from .table_state import FILES

#: Sixteen files of runs that are smaller than one of these sizes become one, the largest first.
_MERGED, _SIZES = 16, (4096, 256, 16)

#: Snapshots that the table of runs keeps: superseded, but a reader may still use one.
_PAST_RECORDS = 16

_Part = tuple[str, str]  # period and bill


class IcebergTables:
    """The tables of one ledger; the caller holds the lock where something is changed."""

    def __init__(self, catalog: Catalog, *, new_name: Callable[[], str]) -> None:
        self._catalog = IcebergCatalog(catalog)
        self._folder = catalog.folder
        self._new_name = new_name

    def put(
        self, table: str, files: Sequence[Path], *, part: _Part, kept_of: int | None = None
    ) -> tuple[int, list[Path]]:
        """Make these files all that a period and bill hold, with those of the snapshot `kept_of`.

        Returns the new snapshot and its files of this period and bill.
        """
        footers = [parquet_import.read_footer(table, file) for file in files]
        for footer in footers:
            parquet_import.check_partition(footer, values=part)
        _settle(files)
        kept = [] if kept_of is None else self._of_snapshot(table, kept_of, part)
        iceberg = self._catalog.need(table)
        new = parquet_import.new_columns(footers, known=iceberg.schema())
        now = self._planned(iceberg, iceberg.current_snapshot(), part)
        with (commit := Commit(iceberg)):
            evolve(commit, new)
            metadata = commit.table_metadata
            described = [
                parquet_import.describe(each, metadata=metadata, values=part) for each in footers
            ]
            out, back = _without(now, kept), _without(kept, now)
            snapshot = swap(iceberg, commit, out=out, new=[*back, *described])
        return snapshot, [*map(self._whole, kept), *(file.absolute() for file in files)]

    def files(self, table: str, snapshot: int, part: _Part) -> list[Path]:
        """List the files of a period and bill in a snapshot, sorted; sizes are compared."""
        return [self._whole(file) for file in self._of_snapshot(table, snapshot, part)]

    def add_record(self, manifest: Manifest, there: Sequence[RecordFile]) -> None:
        """Add a run to the table of runs; `there` are the files that it has."""
        table = self._catalog.need(tables.RUNS)
        merged = _to_merge(there)
        gone = {each.path.name for each in merged}
        number = sum(len(each.records) for each in there) + 1
        written = [record for each in merged for record in each.records]
        path = self._write([*sorted(written, key=lambda each: each[0]), (number, manifest)])
        names = [each.path.name for each in there if each.path.name not in gone]
        current = self._planned(table, table.current_snapshot(), None) if gone else []
        out = [
            each for each in current if path_of(each.file_path, folder=self._folder).name in gone
        ]
        with (commit := Commit(table)):
            footer = parquet_import.read_footer(tables.RUNS, path)
            described = parquet_import.describe(footer, metadata=table.metadata, values=())
            listed = {FILES: " ".join([*names, path.name])}
            swap(table, commit, out=out, new=[described], properties=listed)
            if merged:
                forget(commit, but=_PAST_RECORDS)
        if merged:
            unreferenced_files.remove(self.unreferenced([tables.RUNS]))

    def record_files(self) -> list[Path]:
        """List the files of the table of runs by its manifests."""
        table = self._catalog.find(tables.RUNS)
        planned = self._planned(table, table.current_snapshot(), None) if table else []
        return [self._whole(file) for file in planned]

    def files_to_remove(self, kept: Snapshots) -> list[UnreferencedFile]:
        """List the files that these snapshots, and the current ones, do not lead to."""
        return snapshot_expiry.files_to_remove(self._catalog, kept, folder=self._folder)

    def drop_snapshots(self, kept: Snapshots) -> None:
        """Remove all other snapshots from the metadata; files stay."""
        snapshot_expiry.drop(self._catalog, kept)

    def unreferenced(self, names: Sequence[str]) -> list[Path]:
        """List the files in the folders of these tables that none of their snapshots names."""
        return unreferenced_files.find(self._catalog, names, folder=self._folder)

    def _of_snapshot(self, table: str, snapshot: int, part: _Part) -> list[DataFile]:
        iceberg = self._catalog.holding(table, snapshot)
        return self._planned(iceberg, iceberg.snapshot_by_id(snapshot), part)

    def _planned(
        self, table: Table, snapshot: Snapshot | None, part: _Part | None
    ) -> list[DataFile]:
        """Read the files of a snapshot, of a part or all, sorted by their place."""
        if snapshot is None:
            return []
        with self._catalog.reading(table.name()[-1]):
            found = [
                entry.data_file
                for manifest in snapshot.manifests(table.io)
                if lists_files(manifest) and (part is None or _may_have(manifest, part))
                for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True)
            ]
            return sorted(
                (file for file in found if part is None or _part_of(file) == part),
                key=lambda file: file.file_path,
            )

    def _whole(self, file: DataFile) -> Path:
        path = path_of(file.file_path, folder=self._folder)
        return check_size(path, file.file_size_in_bytes)

    def _write(self, written: Sequence[Record]) -> Path:
        folder = table_folder(tables.RUNS, folder=self._folder) / "data"
        make_folder(folder)
        return write(written, folder, name=self._new_name())


def _part_of(file: DataFile) -> _Part:
    return (str(file.partition[0]), str(file.partition[1]))


def _may_have(manifest: ManifestFile, part: _Part) -> bool:
    """Whether a manifest may list files of a part, by the bounds of the partitions that it has."""
    bounds = zip(part, manifest.partitions or (), strict=False)
    return all(
        each.lower_bound is None
        or each.upper_bound is None
        or each.lower_bound <= value.encode() <= each.upper_bound
        for value, each in bounds
    )


def _settle(files: Sequence[Path]) -> None:
    for file in files:
        sync_file(file)
    for folder in {file.parent for file in files}:
        sync_folder(folder)


def _without(files: Sequence[DataFile], others: Sequence[DataFile]) -> list[DataFile]:
    paths = {other.file_path for other in others}
    return [file for file in files if file.file_path not in paths]


def _to_merge(there: Sequence[RecordFile]) -> list[RecordFile]:
    """List files of runs to rewrite as one, so that however many runs there are, few files are."""
    for size in _SIZES:
        small = [each for each in there if len(each.records) < size]
        if len(small) >= _MERGED:
            return small
    return []
