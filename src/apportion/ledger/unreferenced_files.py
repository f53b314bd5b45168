"""Find files in the warehouse that no snapshot references, and remove them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from apportion.model.errors.base import LedgerDamagedError
from apportion.model.retention import Snapshots

from . import tables
from .locations import path_of, table_folder

if TYPE_CHECKING:
    from pyiceberg.table import Table

    from .iceberg_catalog import IcebergCatalog

#: The files that the ledger writes. Other files in the warehouse are left alone.
_OURS = ("data/*.parquet", "data/*/*.parquet", "metadata/*.avro", "metadata/*.metadata.json")


def find(
    catalog: IcebergCatalog, names: Sequence[str], *, folder: Path, kept: Snapshots | None = None
) -> list[Path]:
    """List, sorted, the ledger's files in these tables' folders that the tables do not reference.

    With `kept`, as if each table had these snapshots alone, beside its current one. Metadata that
    cannot be read raises LedgerDamagedError: an unknown file is not unreferenced.
    """
    found: list[Path] = []
    for name in names:
        table = catalog.find(name)
        place = table_folder(name, folder=folder)
        with catalog.reading(name):
            snapshots = None if kept is None else kept.get(name, frozenset())
            referenced = {path_of(each, folder=folder) for each in _locations(table, snapshots)}
        found_here = {path for pattern in _OURS for path in place.glob(pattern) if path.is_file()}
        found += found_here - referenced
    return sorted(found)


def check_referenced(catalog: IcebergCatalog, *, folder: Path) -> None:
    """Check that every referenced file exists. Raises LedgerDamagedError."""
    for name in tables.COLUMNS:
        table = catalog.find(name)
        with catalog.reading(name):
            old = {entry.metadata_file for entry in table.metadata.metadata_log} if table else set()
            referenced = {path_of(each, folder=folder) for each in {*_locations(table, None)} - old}
        for path in sorted(referenced):
            if not path.is_file():
                raise LedgerDamagedError(str(path), "a file that the tables reference", "nothing")


def remove(files: Sequence[Path]) -> None:
    """Remove files, and the folders of staged data that are empty then."""
    for file in files:
        file.unlink()
    for folder in {file.parent for file in files if file.parent.parent.name == "data"}:
        if not any(folder.iterdir()):
            folder.rmdir()


def _locations(table: Table | None, kept: Collection[int] | None) -> Iterator[str]:
    """List everything that a table's current metadata references, by these snapshots or all."""
    if table is None:
        return
    yield table.metadata_location
    yield from (entry.metadata_file for entry in table.metadata.metadata_log)
    seen: set[str] = set()
    current = table.metadata.current_snapshot_id
    for snapshot in table.snapshots():
        if kept is not None and snapshot.snapshot_id not in {*kept, current}:
            continue
        yield snapshot.manifest_list
        for manifest in snapshot.manifests(table.io):
            if manifest.manifest_path not in seen:
                seen.add(manifest.manifest_path)
                yield manifest.manifest_path
                for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True):
                    yield entry.data_file.file_path
