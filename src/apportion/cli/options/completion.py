"""Completes values in the shell. It reads file names alone, and offers nothing where it cannot."""

from __future__ import annotations

import os
import re
from pathlib import Path

_MANIFEST = re.compile(r"(\d{4}-\d{2})-[0-9a-f]+\.json")
_WORDS = ("latest", "last-month")


def complete_period(incomplete: str) -> list[str]:
    """Offer `latest`, `last-month` and the allocated months, newest first; for a range its end."""
    first, is_range, last = incomplete.rpartition("..")
    months = _allocated_months()
    if is_range:
        return [f"{first}..{month}" for month in months if month.startswith(last)]
    return [value for value in (*_WORDS, *months) if value.startswith(incomplete)]


def _allocated_months() -> list[str]:
    """Read the months of the manifests beside the ledger; opening the ledger takes a second."""
    from apportion.usecases.settings import read

    try:
        proofs = Path(read(Path.cwd(), dict(os.environ)).ledger) / "proofs"
        found = {match[1] for file in proofs.iterdir() if (match := _MANIFEST.fullmatch(file.name))}
    except Exception:  # noqa: BLE001 - a shell must not show errors while a user types
        return []
    return sorted(found, reverse=True)
