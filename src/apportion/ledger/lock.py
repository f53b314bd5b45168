"""One writer at a time, and a note that names the holder."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from apportion.model.errors.base import LedgerBusyError

from .fsync import make_folder

#: How long a refused writer looks for the name of a holder that has only just got the lock.
_NOTE_TIMEOUT = 0.2


class WriteLock:
    """The lock on a ledger's folder.

    The operating system releases it when its process dies, however it dies. A note beside it names
    the holder for users only: a stale or broken note changes nothing but a message.
    """

    def __init__(self, folder: Path, *, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._note = folder / ".lock.json"
        self._clock = clock
        self._owner: int | None = None

    @contextmanager
    def held(self, *, wait: float) -> Iterator[None]:
        """Hold the lock; inside itself, on the same thread, it is held already."""
        if self._owner == threading.get_ident():
            yield
            return
        make_folder(self._folder)
        lock = FileLock(self._folder / ".lock")
        self._take(lock, wait=wait)
        self._owner = threading.get_ident()
        try:
            self._sign()
            yield
        finally:
            self._note.unlink(missing_ok=True)
            self._owner = None
            lock.release()

    def _take(self, lock: FileLock, *, wait: float) -> None:
        try:
            lock.acquire(timeout=max(wait, 0), poll_interval=0.05)
        except (Timeout, RuntimeError) as refusal:
            # RuntimeError: filelock sees that this very thread holds it, through another ledger.
            waited = f"{wait:g} s" if isinstance(refusal, Timeout) else "not at all"
            raise LedgerBusyError(str(self._folder), self._holder(), waited) from None

    def _sign(self) -> None:
        note = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:200],
            "since": self._clock().isoformat(timespec="seconds"),
        }
        draft = self._folder / ".lock.json.new"
        draft.write_text(json.dumps(note), encoding="utf-8")
        draft.replace(self._note)

    def _holder(self) -> str:
        until = time.monotonic() + _NOTE_TIMEOUT
        while (holder := _describe(self._note)) is None and time.monotonic() < until:
            time.sleep(0.02)
        return holder or "another process"


def _describe(note: Path) -> str | None:
    """Name the holder in the note; None without a note, or if the holder is dead."""
    try:
        holder = json.loads(note.read_text(encoding="utf-8"))
        pid, host, command, since = (holder[key] for key in ("pid", "host", "command", "since"))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if host == socket.gethostname() and not _lives(pid):
        return None
    return f"process {pid} on {host} ({command}) since {since}"


def _lives(pid: object) -> bool:
    if not isinstance(pid, int) or pid <= 0:
        return False
    if os.name == "nt":
        return True  # signal 0 would end the process there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
