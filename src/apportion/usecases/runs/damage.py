"""Compares the files of runs with their records; damaged files are written again."""

from __future__ import annotations

from collections.abc import Iterable

from apportion.model.errors.base import LedgerDamagedError
from apportion.model.findings.finding import Finding
from apportion.model.findings.proof import FILE_DAMAGED
from apportion.model.manifest import Manifest
from apportion.usecases.context import RunContext


def damage_of(runs: Iterable[Manifest], context: RunContext) -> list[Finding]:
    """Look at every file of these runs; a finding for each run that has a damaged one."""
    return [finding for run in runs for finding in _damage(run, context)]


def _damage(run: Manifest, context: RunContext) -> list[Finding]:
    try:
        for table in run.snapshots:
            context.ledger.files(table, run)
    except LedgerDamagedError as damaged:
        return [
            Finding(
                FILE_DAMAGED,
                damaged.path,
                f"a file of {run.period} run {run.run}",
                expected=damaged.expected,
                found=damaged.found,
                remedy="It was replaced. Check the disk of the ledger.",
            )
        ]
    return []
