"""A folder for what a process needs while it works; what a killed one left, the next removes."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

from filelock import FileLock, Timeout

_PREFIX = "apportion-"
_LOCK = ".lock"


class Scratch:
    """A new folder below `parent` (default: the system's for such things), gone with this object.

    It is locked as long as its process lives. What lies beside it and is locked no more belonged
    to one that was killed.
    """

    def __init__(self, parent: Path | None = None) -> None:
        place = parent or Path(tempfile.gettempdir())
        _sweep(place)
        self._folder, self._lock = _locked(place)
        self.path = Path(self._folder.name)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._lock.release()
        self._folder.cleanup()


def _locked(place: Path) -> tuple[TemporaryDirectory[str], FileLock]:
    while True:
        folder = TemporaryDirectory(prefix=_PREFIX, dir=place, ignore_cleanup_errors=True)
        lock = FileLock(Path(folder.name) / _LOCK)
        try:
            lock.acquire(timeout=0)
        except (OSError, Timeout):  # another took it for a dead one's: between making and locking
            if Path(folder.name).exists():
                raise
        else:
            return folder, lock


def _sweep(place: Path) -> None:
    """Remove the folders of ended processes; folders without a lock are of other programs."""
    for lock in place.glob(f"{_PREFIX}*/{_LOCK}"):
        try:
            with FileLock(lock).acquire(timeout=0):
                shutil.rmtree(lock.parent, ignore_errors=True)
        except (OSError, Timeout, RuntimeError):  # RuntimeError: this very thread's own
            continue
