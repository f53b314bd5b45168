"""Change a table in one commit: new columns, files out, files in, old snapshots expired."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from pyiceberg.manifest import DataFile, ManifestFile
from pyiceberg.schema import Schema
from pyiceberg.table import Table, Transaction
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.refs import MAIN_BRANCH
from pyiceberg.table.snapshots import Operation
from pyiceberg.table.update.snapshot import ExpireSnapshots, _OverwriteFiles


class Commit(Transaction):
    """A transaction that works out the table's metadata once for each update.

    pyiceberg copies the metadata, every snapshot in it, each time it looks at it: fifty times for
    one replacement, which took 3 ms more with every snapshot the table had.
    """

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._worked_out: tuple[object, object, TableMetadata] | None = None

    @property
    def table_metadata(self) -> TableMetadata:
        """The metadata as it will be."""
        known, updates, before = self._worked_out, self._updates, self._table.metadata
        if known is None or known[0] is not updates or known[1] is not before:
            known = (updates, before, super().table_metadata)
            self._worked_out = known
        return known[2]


def evolve(commit: Commit, new: Schema) -> None:
    """Add columns to the table; they are empty in all that it holds already."""
    if new.fields:
        with commit.update_schema() as update:
            update.union_by_name(new)


def swap(
    table: Table,
    commit: Commit,
    *,
    out: Sequence[DataFile],
    new: Sequence[DataFile],
    properties: Mapping[str, str] | None = None,
) -> int:
    """Remove files from the table and add others; returns the one snapshot of both.

    `properties` are added to the summary of the snapshot.
    """
    with _Overwrite(table, commit, properties or {}) as update:
        for file in out:
            update.delete_data_file(file)
        for file in new:
            update.append_data_file(file)
    return update.snapshot_id


class _Overwrite(_OverwriteFiles):
    """Files out and files in, without the manifests of files that earlier snapshots removed.

    An overwrite of pyiceberg carries those manifests along for ever, and reads them each time.
    """

    def __init__(self, table: Table, commit: Commit, properties: Mapping[str, str]) -> None:
        there = table.current_snapshot() is not None
        super().__init__(
            operation=Operation.OVERWRITE if there else Operation.APPEND,
            transaction=commit,
            io=table.io,
            branch=MAIN_BRANCH,
            snapshot_properties=dict(properties),
        )

    def _process_manifests(self, manifests: list[ManifestFile]) -> list[ManifestFile]:
        now = self.snapshot_id
        return [each for each in manifests if each.added_snapshot_id == now or lists_files(each)]


def lists_files(manifest: ManifestFile) -> bool:
    """Whether a manifest lists any file that is not removed."""
    return manifest.has_added_files() or manifest.has_existing_files()


def forget(commit: Commit, *, but: int) -> None:
    """Drop all snapshots but the newest ones, of a table whose past is not read."""
    metadata = commit.table_metadata
    current = metadata.current_snapshot_id
    past = sorted(metadata.snapshots, key=lambda each: each.sequence_number or 0)[:-but]
    if old := [each.snapshot_id for each in past if each.snapshot_id != current]:
        with ExpireSnapshots(commit) as expire:
            expire.by_ids(old)


def keep_only(commit: Commit, kept: Collection[int]) -> int:
    """Drop all snapshots but these and the current one; returns how many that were."""
    metadata = commit.table_metadata
    stay = {*kept, metadata.current_snapshot_id}
    old = [each.snapshot_id for each in metadata.snapshots if each.snapshot_id not in stay]
    if old:
        with ExpireSnapshots(commit) as expire:
            expire.by_ids(old)
    return len(old)
