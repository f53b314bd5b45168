"""Close a month, or open it again: each is a decision of a person, recorded as a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from apportion.core.close.decisions import standing
from apportion.model.errors.close import NotClosedError
from apportion.model.finance.close import CloseAction, Decision
from apportion.model.manifest import Manifest, RunKind
from apportion.model.outcome import Outcome
from apportion.usecases.context import RunContext
from apportion.usecases.fail_on_findings import stop_if_failing
from apportion.usecases.runs.open_run import find

from .conditions import ends_early, not_allocated, not_invoiced, not_over, same_person
from .decide import checked, decide, refuse_if_closed
from .history import HISTORY, history_row


def close_month(
    context: RunContext,
    period: str,
    decision: Decision,
    *,
    prove: Callable[[str], Outcome],
    two_people: bool,
    wait: float = 0,
) -> Outcome:
    """Close a month on its newest allocation.

    `prove` proves the allocation again, beside its invoices. Raises ClosedAlreadyError, and
    FindingsError if the month is not over, its newest bill is not allocated, a finding of the proof
    fails, or with `two_people` the approver prepared the allocation.
    """
    decision = checked(decision)
    with context.ledger.lock(wait=wait):
        runs = context.ledger.runs()
        refuse_if_closed(period, runs)
        published = find(context, period=period)
        findings = [
            *not_over(period, context.now()),
            *not_allocated(published, runs),
            *(same_person(period, decision) if two_people else []),
        ]
        stop_if_failing(findings)
        proof = prove(period)
        stop_if_failing(list(proof.findings))
        made = decide(CloseAction.CLOSE, published.manifest, decision, context)
    sentence = (
        f"{period} is closed on run {published.manifest.run} by {decision.approver}. Reports of "
        "the month show this run from now on."
    )
    shown = (*proof.findings, *not_invoiced(published, context), *ends_early(published))
    return Outcome(HISTORY, (history_row(made),), shown, (sentence,))


def reopen_month(
    context: RunContext, period: str, decision: Decision, *, wait: float = 0
) -> Outcome:
    """Open a closed month again; raises NotClosedError."""
    decision = checked(decision)
    with context.ledger.lock(wait=wait):
        runs = context.ledger.runs()
        held = standing(runs, period)
        if held.closed is None or held.booked is None:
            raise NotClosedError(period)
        booked = allocation_of(held.booked.run, runs)
        made = decide(CloseAction.REOPEN, booked, decision, context)
    words = (f"{period} is open again. Reports of the month show its newest allocation.",)
    return Outcome(HISTORY, (history_row(made),), messages=words)


def allocation_of(run: str, runs: Sequence[Manifest]) -> Manifest:
    """Find the allocation with this id, the one that was recorded last."""
    return [each for each in runs if each.kind is RunKind.ALLOCATE and each.run == run][-1]
