"""Locations of Iceberg's files: a folder, and the names in the metadata."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from pyiceberg.io import FileIO, InputFile, InputStream, OutputFile, OutputStream
from pyiceberg.typedef import EMPTY_DICT, Properties

from apportion.model.errors.base import LedgerDamagedError

from .fsync import DurableWriter, make_folder
from .tables import NAMESPACE

#: The property with the ledger's folder for WarehouseIO.
FOLDER = "apportion.folder"

_MARK = f"/warehouse/{NAMESPACE}/"


class WarehouseIO(FileIO):
    """The access of pyiceberg to the ledger's files, and to no other file.

    Iceberg keeps absolute locations. We follow only their end, below `warehouse/apportion/`, so a
    ledger that was moved or restored elsewhere works and never reaches into its old place; other
    readers of Iceberg (Spark, DuckDB's iceberg_scan) need it where it was made. All writes are
    durable, which pyiceberg's own FileIO does not promise.
    """

    def __init__(self, properties: Properties = EMPTY_DICT) -> None:
        super().__init__(properties)
        self._folder = Path(str(properties[FOLDER]))

    def new_input(self, location: str) -> InputFile:
        return _Input(location, path_of(location, folder=self._folder))

    def new_output(self, location: str) -> OutputFile:
        return _Output(location, path_of(location, folder=self._folder))

    def delete(self, location: str | InputFile | OutputFile) -> None:
        name = location if isinstance(location, str) else location.location
        path_of(name, folder=self._folder).unlink()


def table_folder(table: str, *, folder: Path) -> Path:
    """The folder with a table's `data` and `metadata`."""
    return folder / "warehouse" / NAMESPACE / table


def location_of(path: Path) -> str:
    """The location that Iceberg's metadata keeps for a path."""
    return f"file://{path.absolute().as_posix()}"


def path_of(location: str, *, folder: Path) -> Path:
    """Find the file of a location in this folder, wherever the ledger was made."""
    _, mark, end = location.rpartition(_MARK)
    if not mark or ".." in PurePosixPath(end).parts:
        raise LedgerDamagedError(location, f"a place below {folder}", "another place")
    return folder / "warehouse" / NAMESPACE / end


class _Input(InputFile):
    def __init__(self, location: str, path: Path) -> None:
        super().__init__(location)
        self._path = path

    def __len__(self) -> int:
        return self._path.stat().st_size

    def exists(self) -> bool:
        return self._path.exists()

    def open(self, seekable: bool = True) -> InputStream:  # noqa: ARG002, FBT001, FBT002 - the signature is pyiceberg's
        try:
            return self._path.open("rb")
        except FileNotFoundError:
            raise LedgerDamagedError(str(self._path), "a file", "nothing") from None


class _Output(OutputFile):
    def __init__(self, location: str, path: Path) -> None:
        super().__init__(location)
        self._path = path

    def __len__(self) -> int:
        return self._path.stat().st_size

    def exists(self) -> bool:
        return self._path.exists()

    def to_input_file(self) -> InputFile:
        return _Input(self._location, self._path)

    def create(self, overwrite: bool = False) -> OutputStream:  # noqa: FBT001, FBT002 - the signature is pyiceberg's
        make_folder(self._path.parent)
        return DurableWriter(self._path, overwrite=overwrite)
