"""The sha256 of the ledger's files, computed once while a file does not change."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import file_digest
from pathlib import Path

#: The path, size and last change of a file: equal while nothing writes to it.
_State = tuple[str, int, int, int, int]

#: Files are hashed side by side where there is more than this to read, in bytes.
_MIN_PARALLEL = 4 << 20


class FileHashes:
    """A cache for one process; a file that was written to is read again."""

    def __init__(self) -> None:
        self._known: dict[_State, str] = {}

    def of(self, files: Sequence[Path]) -> list[str]:
        """Hash files, in their order; several at a time where they are large."""
        states = [_state(file) for file in files]
        wanting = [
            (state, file)
            for state, file in zip(states, files, strict=True)
            if state not in self._known
        ]
        if sum(state[3] for state, _ in wanting) < _MIN_PARALLEL or len(wanting) == 1:
            self._known |= {state: _hash(file) for state, file in wanting}
        else:
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                hashed = pool.map(_hash, [file for _, file in wanting])
                self._known |= zip([state for state, _ in wanting], hashed, strict=True)
        return [self._known[state] for state in states]


def _state(file: Path) -> _State:
    stat = file.stat()
    return (str(file), stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns)


def _hash(file: Path) -> str:
    with file.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()
