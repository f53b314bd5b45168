"""The history of months: who decided what, when, and on which allocation."""

from __future__ import annotations

from apportion.core.close.decisions import decisions
from apportion.model.manifest import Manifest
from apportion.model.outcome import Outcome
from apportion.model.row import Row
from apportion.model.wording import plural
from apportion.usecases.context import RunContext

HISTORY = ("at", "period", "action", "run", "approver", "prepared_by", "note", "reverses_on")


def close_history(context: RunContext, *, period: str = "") -> Outcome:
    """List the decisions about a month, or about all, oldest first."""
    runs = [run for run in context.ledger.runs() if [*decisions([run], period)]]
    words = (f"{plural(len(runs), 'decision')}.",)
    return Outcome(HISTORY, tuple(map(history_row, runs)), messages=words)


def history_row(made: Manifest) -> Row:
    """Write a decision as a row."""
    (record,) = decisions([made])
    return {
        "at": record.at,
        "period": record.period,
        "action": str(record.action),
        "run": record.run,
        "approver": record.decision.approver,
        "prepared_by": record.decision.prepared_by,
        "note": record.decision.note,
        "reverses_on": record.reverses_on,
    }
