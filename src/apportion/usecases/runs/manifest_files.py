"""Manifests as files, for auditors, and read back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from apportion.model.errors.base import UnreadableManifestError
from apportion.model.manifest import Manifest, RunKind
from apportion.model.manifest_text import from_plain, to_plain


def write_manifests(folder: Path, allocation: Manifest, runs: Sequence[Manifest]) -> Path:
    """Write an allocation and the deliveries that it read; returns the file.

    Named after the period and the run, so that the same allocation is written to the same file.
    """
    deliveries = [
        run
        for run in runs
        if run.kind is RunKind.INGEST
        and run.period == allocation.period
        and allocation.bills.get(run.bill) == run.run
    ]
    content = json.dumps(
        {"allocation": to_plain(allocation), "deliveries": [to_plain(run) for run in deliveries]},
        indent=1,
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{allocation.period}-{allocation.run}.json"
    beside = path.with_suffix(".part")
    beside.write_text(content + "\n", "utf-8")
    beside.replace(path)
    return path


def read_manifests(path: Path) -> list[Manifest]:
    """Read a manifest file: the allocation first, then its deliveries."""
    try:
        document = json.loads(path.read_text("utf-8"))
        return [from_plain(each) for each in (document["allocation"], *document["deliveries"])]
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as fault:
        raise UnreadableManifestError(str(path), str(fault)) from fault
