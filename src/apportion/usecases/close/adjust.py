"""Adjust a closed month: book what changed after its close, by cause."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext

from apportion.core.billing.bill_identity import newest
from apportion.core.close.decisions import open_period, standing
from apportion.model.cents import money
from apportion.model.errors.close import NotClosedError
from apportion.model.finance.close import CloseAction, Decision
from apportion.model.findings import close as codes
from apportion.model.findings.finding import Finding
from apportion.model.manifest import RunKind
from apportion.model.money import EXACT
from apportion.model.outcome import Outcome
from apportion.usecases.context import RunContext
from apportion.usecases.fail_on_findings import stop_if_failing
from apportion.usecases.reports.compare import allocated, compare
from apportion.usecases.runs.open_run import find

from .conditions import not_allocated
from .decide import checked, decide


@dataclass(frozen=True)
class _Moved:
    """The largest change of an owner, without its sign."""

    amount: Decimal
    currency: str


def adjust_month(
    context: RunContext,
    period: str,
    decision: Decision,
    *,
    threshold: Decimal,
    wait: float = 0,
) -> Outcome:
    """Book the newest allocation of a closed month beside what was booked before.

    Rows are the changes of owners by cause, as `compare` tells them. Nothing is booked if no change
    reaches the threshold. Raises NotClosedError, and FindingsError if the newest bill is not
    allocated.
    """
    decision = checked(decision)
    with context.ledger.lock(wait=wait):
        runs = context.ledger.runs()
        held = standing(runs, period)
        if held.booked is None:
            raise NotClosedError(period)
        latest = newest(runs, RunKind.ALLOCATE, period)[""]
        stop_if_failing(not_allocated(find(context, period=period, as_of=latest.run), runs))
        if latest.run == held.booked.run:
            return Outcome((), (), messages=(f"Nothing of {period} has changed since.",))
        changes = compare(
            context, allocated(context, held.booked.run), allocated(context, latest.run)
        )
        moved = _largest(changes)
        if moved.amount < threshold or not moved.amount:
            return _waits(changes, period, moved, threshold)
        decide(CloseAction.ADJUST, latest, decision, context)
    sentence = (
        f"The adjustment of {period} is booked on run {latest.run} by {decision.approver}, in "
        f"{open_period(context.ledger.runs(), period)}. `apportion journal export --period "
        f"{period}` writes it."
    )
    words = (*changes.messages, sentence)
    return Outcome(changes.columns, changes.rows, changes.findings, words)


def _waits(changes: Outcome, period: str, moved: _Moved, threshold: Decimal) -> Outcome:
    finding = Finding(
        codes.BELOW_THRESHOLD,
        period,
        "the largest change of an owner",
        expected=f"at least {money(threshold, moved.currency)}",
        found=money(moved.amount, moved.currency),
        remedy="Nothing was booked. It is part of the next adjustment, or lower --threshold.",
    )
    findings = (*changes.findings, finding)
    return Outcome(changes.columns, changes.rows, findings, changes.messages)


def _largest(changes: Outcome) -> _Moved:
    with localcontext(EXACT):
        moved = [
            _Moved(abs(Decimal(str(row["change"]))), str(row["currency"])) for row in changes.rows
        ]
    return max(moved, key=lambda each: each.amount, default=_Moved(Decimal(), ""))
