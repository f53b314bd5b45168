"""A ledger that is a folder of Parquet files and a list in memory: quick, and gone with the test.

It keeps what the port asks of every ledger: a snapshot, once made, holds the same files for ever;
nothing is in force before it is recorded; `append` begins at what was recorded last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from apportion.model.manifest import Manifest

_Part = tuple[str, str, str]  # table, period, bill


class PlainLedger:
    """Every snapshot is a whole map from partitions to files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._staged = 0
        self._runs: list[Manifest] = []
        self._snapshots: list[dict[_Part, list[str]]] = [{}]
        self._inputs: dict[str, bytes] = {}

    @contextmanager
    def lock(self, *, wait: float) -> Iterator[None]:
        assert wait >= 0
        yield

    def runs(self) -> list[Manifest]:
        return list(self._runs)

    def new_folder(self, table: str) -> str:
        self._staged += 1
        folder = self._folder / f"{table}-{self._staged}"
        folder.mkdir(parents=True)
        return str(folder)

    def move(self, table: str, files: Sequence[str]) -> list[str]:
        folder = Path(self.new_folder(table))
        return [str(path.rename(folder / path.name)) for path in map(Path, files)]

    def replace(self, table: str, *, period: str, bill: str, files: Sequence[str]) -> int:
        return self._put((table, period, bill), list(files))

    def append(self, table: str, *, period: str, bill: str, files: Sequence[str]) -> int:
        part = (table, period, bill)
        recorded = [
            run.snapshots[table]
            for run in self._runs
            if (run.period, run.bill) == (period, bill) and table in run.snapshots
        ]
        before = self._snapshots[recorded[-1]].get(part, []) if recorded else []
        return self._put(part, [*before, *files])

    def record(self, manifest: Manifest) -> Manifest:
        self._runs.append(manifest)
        return manifest

    def files(self, table: str, run: Manifest) -> list[str]:
        place = {"period": run.period, "bill": run.bill}
        return self.files_at(table, snapshot=run.snapshots[table], **place)

    def files_at(self, table: str, *, snapshot: int, period: str, bill: str) -> list[str]:
        return list(self._snapshots[snapshot].get((table, period, bill), []))

    def keep_input(self, content: bytes) -> str:
        digest = sha256(content).hexdigest()
        self._inputs[digest] = content
        return digest

    def read_input(self, sha256: str) -> bytes:
        return self._inputs[sha256]

    def _put(self, part: _Part, files: list[str]) -> int:
        self._snapshots.append({**self._snapshots[-1], part: files})
        return len(self._snapshots) - 1
