"""The way of pyiceberg to its metadata in S3: whole objects, through the one place of all calls."""

from __future__ import annotations

from io import BytesIO

from pyiceberg.io import FileIO, InputFile, InputStream, OutputFile, OutputStream
from pyiceberg.typedef import EMPTY_DICT, Properties

from .s3_store import S3Store

#: The property that hands over the metadata.
METADATA = "apportion.metadata"

#: How many objects are remembered; a publication reads fewer than this.
_MOST = 1000


class Metadata:
    """Iceberg's metadata in a store. An object never changes, so each is fetched once.

    Without this cache, publishing needs about twice the calls.
    """

    def __init__(self, store: S3Store) -> None:
        self._store = store
        self._known: dict[str, bytes] = {}

    def read(self, location: str) -> bytes | None:
        """Read an object by its address; None if there is none."""
        if location not in self._known:
            kept = self._store.read(self._store.name_of(location))
            if kept is None:
                return None
            self._remember(location, kept.content)
        return self._known[location]

    def write(self, location: str, content: bytes) -> None:
        """Write an object."""
        self._store.write(self._store.name_of(location), content)
        self._remember(location, content)

    def _remember(self, location: str, content: bytes) -> None:
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[location] = content


class S3IO(FileIO):
    """Reads and writes objects below one prefix. Metadata and lists of files are small.

    Nothing is deleted: no snapshot references the files of a commit that came second.
    """

    def __init__(self, properties: Properties = EMPTY_DICT) -> None:
        super().__init__({name: value for name, value in properties.items() if name != METADATA})
        self._metadata: Metadata = properties[METADATA]

    def new_input(self, location: str) -> InputFile:
        return _Input(location, self._metadata)

    def new_output(self, location: str) -> OutputFile:
        return _Output(location, self._metadata)

    def delete(self, location: str | InputFile | OutputFile) -> None:
        """Keep it."""


class _Input(InputFile):
    def __init__(self, location: str, metadata: Metadata) -> None:
        super().__init__(location)
        self._metadata = metadata

    def __len__(self) -> int:
        return len(self._read())

    def exists(self) -> bool:
        return self._metadata.read(self._location) is not None

    def open(self, seekable: bool = True) -> InputStream:  # noqa: ARG002, FBT001, FBT002 - the signature is pyiceberg's
        return BytesIO(self._read())

    def _read(self) -> bytes:
        content = self._metadata.read(self._location)
        if content is None:
            raise FileNotFoundError(self._location)
        return content


class _Output(OutputFile):
    def __init__(self, location: str, metadata: Metadata) -> None:
        super().__init__(location)
        self._metadata = metadata

    def __len__(self) -> int:
        return len(self.to_input_file())

    def exists(self) -> bool:
        return self.to_input_file().exists()

    def to_input_file(self) -> InputFile:
        return _Input(self._location, self._metadata)

    def create(self, overwrite: bool = False) -> OutputStream:  # noqa: ARG002, FBT001, FBT002 - the signature is pyiceberg's
        # Every name holds a uuid: there is nothing to overwrite, and nothing to look for before.
        return _Stream(self._metadata, self._location)


class _Stream(BytesIO):
    """Writes the object when it is closed."""

    def __init__(self, metadata: Metadata, location: str) -> None:
        super().__init__()
        self._metadata = metadata
        self._location = location

    def close(self) -> None:
        if not self.closed:
            self._metadata.write(self._location, self.getvalue())
            super().close()
