"""The recorded runs of a ledger: the files of the table of runs, and what they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from apportion.model.errors.base import LedgerDamagedError
from apportion.model.manifest import Manifest

from . import tables
from .catalog import Catalog
from .locations import table_folder
from .record_files import Record, read


@dataclass(frozen=True)
class RecordFile:
    """A file of the table of runs, with its runs and their numbers."""

    path: Path
    records: tuple[Record, ...]


class RunRecords:
    """The records of runs; each file is read once.

    The current snapshot lists its files. `list_files` finds those of one that does not, which an
    earlier version wrote.
    """

    def __init__(self, catalog: Catalog, list_files: Callable[[], list[Path]]) -> None:
        self._catalog = catalog
        self._list_files = list_files
        self._read: dict[Path, RecordFile] = {}

    def files(self) -> list[RecordFile]:
        """Read the files of the table of runs. Raises LedgerDamagedError.

        Metadata has no checksum. One flipped bit can hide a file, and its runs would be missing:
        so the numbers of the runs and the snapshot's own count of files are compared.
        """
        state = self._catalog.state(tables.RUNS)
        if state is None:
            return []
        folder = table_folder(tables.RUNS, folder=self._catalog.folder)
        listed = state.files
        paths = self._list_files() if listed is None else [folder / "data" / it for it in listed]
        found = self._files(paths)
        numbers = sorted(number for file in found for number, _ in file.records)
        stated = int(state.summary.get("total-data-files") or 0)
        if len(found) != stated or numbers != list(range(1, len(numbers) + 1)):
            expected = f"{stated} files with the records of runs 1, 2, 3, …"
            facts = f"{len(found)} with {len(numbers)} of them"
            raise LedgerDamagedError(str(folder / "metadata"), expected, facts)
        return found

    def _files(self, paths: Sequence[Path]) -> list[RecordFile]:
        new = [path for path in paths if path not in self._read]
        for path, records in zip(new, read(new), strict=True):
            self._read[path] = RecordFile(path, tuple(records))
        return [self._read[path] for path in paths]


def runs_in(files: Iterable[RecordFile]) -> list[Manifest]:
    """List the runs in these files, oldest first."""
    records = [record for file in files for record in file.records]
    return [manifest for _, manifest in sorted(records, key=lambda record: record[0])]
