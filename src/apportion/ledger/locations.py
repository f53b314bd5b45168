"""Where the files of a ledger's tables lie, and how Iceberg's metadata names them."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from apportion.model.errors.base import LedgerDamagedError

from .tables import NAMESPACE

_MARK = f"/warehouse/{NAMESPACE}/"


def table_folder(table: str, *, folder: Path) -> Path:
    """The folder with a table's `data` and `metadata`."""
    return folder / "warehouse" / NAMESPACE / table


def location_of(path: Path) -> str:
    """The location that Iceberg's metadata keeps for a path."""
    return f"file://{path.absolute().as_posix()}"


def path_of(location: str, *, folder: Path) -> Path:
    """Find the file of a location in this folder, wherever the ledger was made.

    Iceberg keeps absolute locations. Only their end is followed, below `warehouse/apportion/`, so
    a ledger that was moved or restored elsewhere works and never reaches into its old place; other
    readers of Iceberg (Spark, DuckDB's iceberg_scan) need it where it was made.
    """
    _, mark, end = location.rpartition(_MARK)
    if not mark or ".." in PurePosixPath(end).parts:
        raise LedgerDamagedError(location, f"a place below {folder}", "another place")
    return folder / "warehouse" / NAMESPACE / end
