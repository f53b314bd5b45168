"""The rule that nothing goes on, and nothing is recorded, after a finding that fails."""

from __future__ import annotations

from collections.abc import Sequence

from apportion.model.errors.base import FindingsError
from apportion.model.findings.finding import Finding, failing
from apportion.model.manifest import Manifest

from .context import RunContext


def stop_if_failing(findings: Sequence[Finding]) -> None:
    """Raise all findings together if one of them fails."""
    if failing(list(findings)):
        raise FindingsError(findings)


def record(manifest: Manifest, context: RunContext) -> Manifest:
    """Record a run in the ledger, but never one with a finding that fails; returns the record.

    Bills, rules and splits stop earlier, before anything is written. This holds whatever a later
    stage may add.
    """
    stop_if_failing(manifest.findings)
    return context.ledger.record(manifest)
