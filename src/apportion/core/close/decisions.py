"""Decisions about months: recorded as runs of the ledger, so they are whole, ordered and kept.

A decision is a run of the kind `close` without files. The newest decisions of a month say what
holds for it: every reader of the ledger finds the closed allocation in the same list of runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from apportion.core.identity import run_id
from apportion.model.errors.base import LedgerDamagedError
from apportion.model.finance.close import CloseAction, CloseRecord, Decision, Standing
from apportion.model.manifest import Manifest, RunKind
from apportion.model.period import Period

_ACTION, _RUN, _APPROVER, _PREPARED, _NOTE = "action", "run", "approver", "prepared_by", "note"
_REVERSES = "reverses_on"


def decision_manifest(
    action: CloseAction,
    run: Manifest,
    decision: Decision,
    *,
    at: str,
    version: str,
    reverses_on: str = "",
) -> Manifest:
    """Make the run that records a decision about an allocation."""
    details = {
        _ACTION: str(action),
        _RUN: run.run,
        _APPROVER: decision.approver,
        _PREPARED: decision.prepared_by,
        _NOTE: decision.note,
        **({_REVERSES: reverses_on} if reverses_on else {}),
    }
    return Manifest(
        run=run_id("close", run.period, at, *details.values(), inputs=()),
        kind=RunKind.CLOSE,
        period=run.period,
        bill="",
        at=at,
        version=version,
        inputs=(),
        totals=(),
        snapshots={},
        details=details,
    )


def decisions(runs: Sequence[Manifest], period: str = "") -> Iterator[CloseRecord]:
    """List the decisions about a month, or about all, oldest first."""
    for run in runs:
        if run.kind is RunKind.CLOSE and period in {"", run.period}:
            yield _record(run)


def standing(runs: Sequence[Manifest], period: str) -> Standing:
    """Find what holds for a month."""
    found = Standing()
    for record in decisions(runs, period):
        match record.action:
            case CloseAction.ACCRUE:
                found = Standing(found.closed, found.booked, record)
            case CloseAction.CLOSE:
                found = Standing(record, record)
            case CloseAction.ADJUST:
                found = Standing(found.closed, record)
            case CloseAction.REOPEN:
                found = Standing()
    return found


def closed_months(runs: Sequence[Manifest]) -> dict[str, Standing]:
    """Find the months that are closed now."""
    periods = sorted({record.period for record in decisions(runs)})
    found = {period: standing(runs, period) for period in periods}
    return {period: held for period, held in found.items() if held.closed}


def open_period(runs: Sequence[Manifest], period: str) -> str:
    """Find the first month from a month on that is not closed: adjustments are dated in it."""
    closed = closed_months(runs)
    month = Period.parse(period)
    while str(month) in closed:
        month = month.next
    return str(month)


def _record(run: Manifest) -> CloseRecord:
    try:
        return CloseRecord(
            period=run.period,
            action=CloseAction(run.details[_ACTION]),
            run=run.details[_RUN],
            decision=Decision(run.details[_APPROVER], run.details[_NOTE], run.details[_PREPARED]),
            at=run.at,
            id=run.run,
            reverses_on=run.details.get(_REVERSES, ""),
        )
    except (KeyError, ValueError) as fault:
        raise LedgerDamagedError(run.run, "a decision about a month", str(fault)) from fault
