"""The rule that nothing goes on after a finding that fails."""

from __future__ import annotations

from collections.abc import Sequence

from apportion.model.errors import FindingsError
from apportion.model.finding import Finding, failing


def stop_if_failing(findings: Sequence[Finding]) -> None:
    """Raise all findings together if one of them fails."""
    if failing(list(findings)):
        raise FindingsError(findings)
