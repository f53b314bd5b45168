"""The way of pyiceberg to its metadata in S3: whole objects, through the one place of all calls."""

from __future__ import annotations

from io import BytesIO

from pyiceberg.io import FileIO, InputFile, InputStream, OutputFile, OutputStream
from pyiceberg.typedef import EMPTY_DICT, Properties

from .store import S3Store

#: The property that hands over the store.
STORE = "apportion.store"


class LakeIO(FileIO):
    """Reads and writes objects below one prefix. Metadata and lists of files are small.

    Nothing is deleted: what a commit that came second has written is led to by no snapshot.
    """

    def __init__(self, properties: Properties = EMPTY_DICT) -> None:
        super().__init__({name: value for name, value in properties.items() if name != STORE})
        self._store: S3Store = properties[STORE]

    def new_input(self, location: str) -> InputFile:
        return _Input(location, self._store)

    def new_output(self, location: str) -> OutputFile:
        return _Output(location, self._store)

    def delete(self, location: str | InputFile | OutputFile) -> None:
        """Keep it."""


class _Input(InputFile):
    def __init__(self, location: str, store: S3Store) -> None:
        super().__init__(location)
        self._store = store
        self._content: bytes | None = None

    def __len__(self) -> int:
        return len(self._read())

    def exists(self) -> bool:
        return self._store.read(self._store.name_of(self._location)) is not None

    def open(self, seekable: bool = True) -> InputStream:  # noqa: ARG002, FBT001, FBT002 - the signature is pyiceberg's
        return BytesIO(self._read())

    def _read(self) -> bytes:
        if self._content is None:
            kept = self._store.read(self._store.name_of(self._location))
            if kept is None:
                raise FileNotFoundError(self._location)
            self._content = kept.content
        return self._content


class _Output(OutputFile):
    def __init__(self, location: str, store: S3Store) -> None:
        super().__init__(location)
        self._store = store

    def __len__(self) -> int:
        return len(_Input(self._location, self._store))

    def exists(self) -> bool:
        return _Input(self._location, self._store).exists()

    def to_input_file(self) -> InputFile:
        return _Input(self._location, self._store)

    def create(self, overwrite: bool = False) -> OutputStream:  # noqa: ARG002, FBT001, FBT002 - the signature is pyiceberg's
        # Every name holds a uuid: there is nothing to overwrite, and nothing to look for before.
        return _Stream(self._store, self._store.name_of(self._location))


class _Stream(BytesIO):
    """Writes the object when it is closed, unless an exception has broken the writing off."""

    def __init__(self, store: S3Store, name: str) -> None:
        super().__init__()
        self._store = store
        self._name = name

    def close(self) -> None:
        if not self.closed:
            self._store.write(self._name, self.getvalue())
            super().close()
