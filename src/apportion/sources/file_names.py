"""What a file's name says of it: the endings of billing files."""

from __future__ import annotations

from pathlib import Path

SUFFIXES = (".csv", ".csv.gz", ".parquet", ".zip")


def kind_of(path: Path) -> str:
    """Tell which of SUFFIXES a name ends with, without regard to case; empty if none."""
    lowered = path.name.lower()
    return next((suffix for suffix in SUFFIXES if lowered.endswith(suffix)), "")
