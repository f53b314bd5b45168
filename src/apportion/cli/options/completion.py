"""Completes values in the shell.

It reads the manifests beside the ledger, because opening the ledger takes longer, and offers
nothing where it cannot read them.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

_MANIFEST = re.compile(r"(\d{4}-\d{2})-[0-9a-f]+\.json")
_WORDS = ("latest", "last-month")


def complete_period(incomplete: str) -> list[str]:
    """Offer `latest`, `last-month` and the allocated months, newest first; for a range its end."""
    first, is_range, last = incomplete.rpartition("..")
    months = sorted(_found(_manifests), reverse=True)
    if is_range:
        return [f"{first}..{month}" for month in months if month.startswith(last)]
    return [value for value in (*_WORDS, *months) if value.startswith(incomplete)]


def complete_owner(incomplete: str) -> list[str]:
    """Offer the owners of the newest allocated month."""
    return _starting(incomplete, lambda: [each["owner"] for each in _newest()["owners"]])


def complete_account(incomplete: str) -> list[str]:
    """Offer the accounts of the newest allocated month."""
    return _starting(incomplete, lambda: [each["sub_account"] for each in _newest()["totals"]])


def complete_pool(incomplete: str) -> list[str]:
    """Offer the pools in the rulebook of the newest allocated month."""
    return _starting(incomplete, _pools)


def _pools() -> Iterable[str]:
    import yaml

    inputs = _newest()["inputs"]
    sha256 = next(each["sha256"] for each in inputs if each["role"] == "rulebook")
    rulebook = yaml.safe_load((_ledger() / "inputs" / sha256[:2] / sha256).read_bytes())
    return map(str, rulebook["pools"])


def _starting(incomplete: str, find: Callable[[], Iterable[str]]) -> list[str]:
    return sorted({value for value in _found(find) if value and value.startswith(incomplete)})


def _found(find: Callable[[], Iterable[str]]) -> list[str]:
    try:
        return list(find())
    except Exception:  # noqa: BLE001 - a shell must not show errors while a user types
        return []


def _newest() -> dict[str, Any]:
    """Read the newest manifest of the newest allocated month."""
    manifests = _manifests()
    found: dict[str, Any] = json.loads(manifests[max(manifests)].read_bytes())["allocation"]
    return found


def _manifests() -> dict[str, Path]:
    """Find the newest manifest of each month."""
    files = [file for file in (_ledger() / "proofs").iterdir() if _MANIFEST.fullmatch(file.name)]
    files.sort(key=lambda file: file.stat().st_mtime_ns)
    return {file.name[: len("2026-09")]: file for file in files}


def _ledger() -> Path:
    from apportion.usecases.settings import read

    return Path(read(Path.cwd(), dict(os.environ)).ledger)
