"""Completes values in the shell.

It reads the manifests beside the ledger, because opening the ledger takes longer, and offers
nothing where it cannot read them.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_MANIFEST = re.compile(r"(\d{4}-\d{2})-[0-9a-f]+\.json")
_WORDS = ("latest", "last-month")


def complete_period(incomplete: str) -> list[str]:
    """Offer `latest`, `last-month` and the allocated months, newest first; for a range its end."""
    first, is_range, last = incomplete.rpartition("..")
    months = sorted(_manifests(), reverse=True)
    if is_range:
        return [f"{first}..{month}" for month in months if month.startswith(last)]
    return [value for value in (*_WORDS, *months) if value.startswith(incomplete)]


def complete_owner(incomplete: str) -> list[str]:
    """Offer the owners of the newest allocated month."""
    try:
        owners = [str(each["owner"]) for each in _newest()["owners"]]
    except Exception:  # noqa: BLE001 - a shell must not show errors while a user types
        return []
    return _starting(incomplete, owners)


def complete_account(incomplete: str) -> list[str]:
    """Offer the accounts of the newest allocated month."""
    try:
        accounts = [str(each["sub_account"]) for each in _newest()["totals"]]
    except Exception:  # noqa: BLE001 - as above
        return []
    return _starting(incomplete, accounts)


def complete_pool(incomplete: str) -> list[str]:
    """Offer the pools in the rulebook of the newest allocated month."""
    import yaml

    try:
        inputs = _newest()["inputs"]
        sha256 = next(str(each["sha256"]) for each in inputs if each["role"] == "rulebook")
        rulebook = yaml.safe_load((_ledger() / "inputs" / sha256[:2] / sha256).read_bytes())
        return _starting(incomplete, map(str, rulebook["pools"]))
    except Exception:  # noqa: BLE001 - as above
        return []


def _starting(incomplete: str, values: Iterable[str]) -> list[str]:
    return sorted({value for value in values if value and value.startswith(incomplete)})


def _newest() -> dict[str, Any]:
    """Read the newest manifest of the newest allocated month."""
    manifests = _manifests()
    found: dict[str, Any] = json.loads(manifests[max(manifests)].read_bytes())["allocation"]
    return found


def _manifests() -> dict[str, Path]:
    """Find the newest manifest of each month."""
    try:
        files = [
            file for file in (_ledger() / "proofs").iterdir() if _MANIFEST.fullmatch(file.name)
        ]
        files.sort(key=lambda file: file.stat().st_mtime_ns)
    except Exception:  # noqa: BLE001 - as above
        return {}
    return {file.name[: len("2026-09")]: file for file in files}


def _ledger() -> Path:
    from apportion.usecases.settings import read

    return Path(read(Path.cwd(), dict(os.environ)).ledger)
