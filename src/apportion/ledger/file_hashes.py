"""The sha256 of the ledger's files, taken once for as long as a file stays as it is."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import file_digest
from pathlib import Path

#: What the file system tells of a file that nobody wrote to: its place, size and last change.
_State = tuple[str, int, int, int, int]

#: Files are hashed side by side where there is more than this to read, in bytes.
_MUCH = 4 << 20


class Hashes:
    """Remembers for one process what it has read; a file that was written to is read again."""

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
        if sum(state[3] for state, _ in wanting) < _MUCH or len(wanting) == 1:
            self._known |= {state: _hash(file) for state, file in wanting}
        else:
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                hashed = pool.map(_hash, [file for _, file in wanting])
                self._known |= zip([state for state, _ in wanting], hashed, strict=True)
        return [self._known[state] for state in states]


def _state(file: Path) -> _State:
    told = file.stat()
    return (str(file), told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns)


def _hash(file: Path) -> str:
    with file.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()
