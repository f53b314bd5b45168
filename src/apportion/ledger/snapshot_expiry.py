"""Expire snapshots that no kept run needs, and delete the files that only they reference.

pyiceberg removes snapshots from a table's metadata and keeps all files. Every snapshot that stays
is whole for every reader of Iceberg, so a file is deleted only when none of them names it,
whichever month it is of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from pyiceberg.table import Table

from apportion.model.retention import Snapshots, UnreferencedFile

from . import tables, unreferenced_files
from .iceberg_catalog import IcebergCatalog
from .locations import path_of
from .table_commits import Commit, keep_only

#: All tables that runs name snapshots of. That of the runs themselves looks after its own.
NAMES = tuple(name for name in tables.COLUMNS if name != tables.RUNS)

_Part = tuple[str, str]  # period and bill


def files_to_remove(
    catalog: IcebergCatalog, kept: Snapshots, *, folder: Path
) -> list[UnreferencedFile]:
    """List the files that these snapshots, and the current one of each table, do not lead to."""
    found = [
        UnreferencedFile(str(path), path.stat().st_size, tables.RUNS)
        for path in unreferenced_files.find(catalog, [tables.RUNS], folder=folder)
    ]
    for name in NAMES:
        paths = unreferenced_files.find(catalog, [name], folder=folder, kept=kept)
        files = _data(catalog, name, folder) if paths else {}
        for path in paths:
            part, snapshots = files.get(path, (("", ""), frozenset()))
            size = path.stat().st_size
            found.append(UnreferencedFile(str(path), size, name, *part, snapshots=snapshots))
    return found


def drop(catalog: IcebergCatalog, kept: Snapshots) -> None:
    """Remove all other snapshots from the metadata, table by table. No file is deleted."""
    for name in NAMES:
        table = catalog.find(name)
        if table is None:
            continue
        with catalog.reading(name):
            commit = Commit(table)
            if keep_only(commit, kept.get(name, frozenset())):
                commit.commit_transaction()


def _data(
    catalog: IcebergCatalog, name: str, folder: Path
) -> dict[Path, tuple[_Part, frozenset[int]]]:
    """Map each data file to its period and bill, and to the snapshots that name it."""
    table = catalog.find(name)
    parts: dict[str, _Part] = {}
    named: dict[str, set[int]] = defaultdict(set)
    with catalog.reading(name):
        for snapshot, files in _by_snapshot(table) if table else ():
            parts |= files
            for location in files:
                named[location].add(snapshot)
    return {
        path_of(location, folder=folder): (part, frozenset(named[location]))
        for location, part in parts.items()
    }


def _by_snapshot(table: Table) -> Iterator[tuple[int, dict[str, _Part]]]:
    """Read which files each snapshot names; manifests that several share are read once."""
    read: dict[str, dict[str, _Part]] = {}
    for snapshot in table.snapshots():
        files: dict[str, _Part] = {}
        for manifest in snapshot.manifests(table.io):
            if manifest.manifest_path not in read:
                entries = manifest.fetch_manifest_entry(table.io, discard_deleted=True)
                each = (entry.data_file for entry in entries)
                read[manifest.manifest_path] = {
                    file.file_path: (str(file.partition[0]), str(file.partition[1]))
                    for file in each
                }
            files |= read[manifest.manifest_path]
        yield snapshot.snapshot_id, files
