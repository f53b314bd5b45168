"""Folders that many tests begin with: made once in a process, and copied for each of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Hashable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

_made: dict[Hashable, Path] = {}


def copied(name: Hashable, make: Callable[[Path], object], to: Path) -> Path:
    """Copy the folder of this name to a folder; what `make` puts there, the first time.

    A ledger that was moved works as before, so a test sees no difference.
    """
    if name not in _made:
        folder = Path(_place().name) / str(len(_made))
        folder.mkdir()
        make(folder)
        _made[name] = folder
    return Path(shutil.copytree(_made[name], to, dirs_exist_ok=True))


@cache
def _place() -> TemporaryDirectory[str]:
    """A folder that goes when the process ends."""
    return TemporaryDirectory(prefix="prepared-")
