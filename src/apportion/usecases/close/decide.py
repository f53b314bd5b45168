"""What every decision about a month has in common: names that are kept, and one record."""

from __future__ import annotations

from collections.abc import Sequence

from apportion.core.close.decisions import decision_manifest, standing
from apportion.model.errors.close import ClosedAlreadyError, NoNameError
from apportion.model.finance.close import CloseAction, Decision
from apportion.model.invisible_characters import clean
from apportion.model.manifest import Manifest
from apportion.usecases.context import RunContext
from apportion.usecases.fail_on_findings import record


def checked(decision: Decision) -> Decision:
    """Clean the names; raises NoNameError for one without a letter."""
    approver, note = clean(decision.approver), clean(decision.note)
    for option, given in (("--approver", approver), ("--note", note)):
        if not given:
            raise NoNameError(option)
    return Decision(approver, note, clean(decision.prepared_by))


def refuse_if_closed(period: str, runs: Sequence[Manifest]) -> None:
    """Raise ClosedAlreadyError for a month that is closed."""
    if closed := standing(runs, period).closed:
        raise ClosedAlreadyError(period, closed.at, closed.decision.approver)


def decide(
    action: CloseAction,
    run: Manifest,
    decision: Decision,
    context: RunContext,
    *,
    reverses_on: str = "",
) -> Manifest:
    """Record a decision about an allocation; the ledger must be locked."""
    made = decision_manifest(
        action, run, decision, at=context.now(), version=context.version, reverses_on=reverses_on
    )
    return record(made, context)
