"""Settings: where the ledger, the rulebooks and the files beside them lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True)
class Settings:
    """Absolute paths, decided once. Nothing else in the program knows where things lie.

    Lookups and drivers are named in the rulebook relative to `drivers`.
    """

    file: str  # the apportion.toml that was read; empty when the environment said everything
    ledger: PurePath
    rulebooks: PurePath
    drivers: PurePath
