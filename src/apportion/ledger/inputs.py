"""Inputs that are kept for ever: bytes under their own sha256."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from apportion.model.errors.base import LedgerDamagedError, NothingThereError

from .fsync import make_folder, write_whole

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Inputs:
    """A folder of inputs. Written by anyone at any time: equal names hold equal bytes."""

    def __init__(self, folder: Path, *, new_name: Callable[[], str]) -> None:
        self._folder = folder
        self._new_name = new_name

    def keep(self, content: bytes) -> str:
        """Keep the content and return its digest; a damaged copy is written again."""
        digest = sha256(content).hexdigest()
        path = self._path(digest)
        if not (path.exists() and path.read_bytes() == content):
            make_folder(path.parent)
            write_whole(path, content, draft=path.parent / f".{self._new_name()}")
        return digest

    def kept(self, digest: str) -> bytes:
        """Read a kept input, and check its sha256."""
        if not _DIGEST.fullmatch(digest):
            raise NothingThereError(f"kept input {digest!r}", [], "A sha256 is 64 hex digits.")
        path = self._path(digest)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise LedgerDamagedError(str(path), "a kept input", "nothing") from None
        found = sha256(content).hexdigest()
        if found != digest:
            raise LedgerDamagedError(str(path), f"sha256 {digest}", f"sha256 {found}")
        return content

    def all(self) -> list[bytes]:
        """Read all kept inputs, and check their sha256."""
        names = (path.name for path in self._folder.glob("??/*"))
        return [self.kept(name) for name in sorted(names) if _DIGEST.fullmatch(name)]

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest
