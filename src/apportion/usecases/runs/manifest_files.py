"""Manifests as files, for auditors, and read back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from apportion.model.errors.base import UnreadableManifestError
from apportion.model.findings.finding import Finding
from apportion.model.findings.proof import MANIFEST_FILE_CHANGED
from apportion.model.manifest import Manifest, RunKind
from apportion.model.manifest_text import from_plain, to_plain

#: Their folder in that of the ledger.
MANIFEST_FILES = "proofs"


def write_manifests(folder: Path, allocation: Manifest, runs: Sequence[Manifest]) -> Path:
    """Write an allocation and the deliveries that it read; returns the file.

    Named after the period and the run, so that the same allocation is written to the same file.
    """
    path = _path(folder, allocation)
    folder.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    beside.write_text(_text(allocation, runs), "utf-8")
    beside.replace(path)
    return path


def check_manifest_file(
    folder: Path, allocation: Manifest, runs: Sequence[Manifest]
) -> list[Finding]:
    """Report the file of an allocation where it is missing, or is not as it was written."""
    path = _path(folder, allocation)
    if not path.exists():
        found = "none"
    elif path.read_bytes() != _text(allocation, runs).encode():
        found = "other content"
    else:
        return []
    return [
        Finding(
            MANIFEST_FILE_CHANGED,
            f"{allocation.period} run {allocation.run}",
            f"{folder.name}/{path.name}",
            expected="the record of the run",
            found=found,
            remedy=f"`apportion allocate --period {allocation.period}` writes the file of the "
            "newest run again. The figures come from the ledger, which has the record.",
        )
    ]


def _path(folder: Path, allocation: Manifest) -> Path:
    return folder / f"{allocation.period}-{allocation.run}.json"


def _text(allocation: Manifest, runs: Sequence[Manifest]) -> str:
    deliveries = [
        run
        for run in runs
        if run.kind is RunKind.INGEST
        and run.period == allocation.period
        and allocation.bills.get(run.bill) == run.run
    ]
    plain = {
        "allocation": to_plain(allocation),
        "deliveries": [to_plain(run) for run in deliveries],
    }
    return json.dumps(plain, indent=1) + "\n"


def read_manifests(path: Path) -> list[Manifest]:
    """Read a manifest file: the allocation first, then its deliveries."""
    try:
        document = json.loads(path.read_text("utf-8"))
        return [from_plain(each) for each in (document["allocation"], *document["deliveries"])]
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as fault:
        raise UnreadableManifestError(str(path), str(fault)) from fault
