"""Manifests as files: what is handed to an auditor, and read back from one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from apportion.model.errors import UnreadableManifestError
from apportion.model.manifest import Input, Kind, Manifest, Total


def write_manifests(folder: Path, allocation: Manifest, runs: Sequence[Manifest]) -> Path:
    """Write an allocation and the deliveries that it read; returns the file.

    Named after the period and the run, so that the same allocation is written to the same file.
    """
    deliveries = [
        run
        for run in runs
        if run.kind is Kind.INGEST
        and run.period == allocation.period
        and allocation.bills.get(run.bill) == run.run
    ]
    content = json.dumps(
        {"allocation": asdict(allocation), "deliveries": [asdict(run) for run in deliveries]},
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
        said = json.loads(path.read_text("utf-8"))
        return [_manifest(each) for each in (said["allocation"], *said["deliveries"])]
    except (ValueError, LookupError, TypeError) as fault:
        raise UnreadableManifestError(str(path), str(fault)) from fault


def _manifest(said: dict[str, object]) -> Manifest:
    inputs, totals = said["inputs"], said["totals"]
    if not isinstance(inputs, list) or not isinstance(totals, list):
        message = "inputs and totals are lists"
        raise TypeError(message)
    rest = {key: value for key, value in said.items() if key not in {"inputs", "totals", "kind"}}
    return Manifest(
        **rest,  # type: ignore[arg-type]  # a wrong name or type is told as an unreadable file
        kind=Kind(str(said["kind"])),
        inputs=tuple(Input(**each) for each in inputs),
        totals=tuple(Total(**{**each, "amounts": tuple(each["amounts"])}) for each in totals),
    )
