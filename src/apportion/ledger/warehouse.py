"""The access of pyiceberg to the files of a ledger."""

from __future__ import annotations

from pathlib import Path

from pyiceberg.io import FileIO, InputFile, InputStream, OutputFile, OutputStream
from pyiceberg.typedef import EMPTY_DICT, Properties

from apportion.model.errors.base import LedgerDamagedError

from .fsync import DurableWriter, make_folder
from .locations import path_of

#: The property with the ledger's folder for WarehouseIO.
FOLDER = "apportion.folder"


class WarehouseIO(FileIO):
    """The ledger's files, and no other file.

    All writes are durable, which pyiceberg's own FileIO does not promise.
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
