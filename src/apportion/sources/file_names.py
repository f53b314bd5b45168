"""The endings of billing files."""

from __future__ import annotations

from pathlib import Path

SUFFIXES = (".csv", ".csv.gz", ".parquet", ".zip")


def kind_of(path: Path) -> str:
    """The one of SUFFIXES that a name ends with, in any case; empty if none."""
    lowered = path.name.lower()
    return next((suffix for suffix in SUFFIXES if lowered.endswith(suffix)), "")
