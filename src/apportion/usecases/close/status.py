"""The state of each month, and what stands in the way of the next one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from apportion.core.billing.bill_identity import newest, not_read
from apportion.core.close.changes_since import what_came
from apportion.core.close.decisions import standing
from apportion.model.finance.close import MonthState, Standing
from apportion.model.manifest import Manifest, RunKind
from apportion.model.outcome import Outcome
from apportion.model.period import Period
from apportion.model.row import Row
from apportion.usecases.context import RunContext
from apportion.usecases.runs.history import periods

from .conditions import last_charge

STATUS = ("period", "state", "since", "approver", "run", "booked", "waits_for")

#: A bill that was delivered so long after the month has its last days.
_COMPLETE_AFTER = timedelta(days=5)


def close_status(context: RunContext, *, period: str = "") -> Outcome:
    """List the months of the ledger, or one. `run` is what reports show, `booked` what is booked.

    Raises NothingThereError without a bill.
    """
    runs, today = context.ledger.runs(), date.fromisoformat(context.now()[:10])
    months = [each for each in periods(runs, RunKind.INGEST) if period in {"", each}]
    return Outcome(STATUS, tuple(_row(month, runs, today) for month in months))


def _row(period: str, runs: Sequence[Manifest], today: date) -> Row:
    held = standing(runs, period)
    allocation = newest(runs, RunKind.ALLOCATE, period).get("")
    if held.closed is None or held.booked is None:
        waits = _waits_for(period, allocation, runs, today)
        later = [run.at for run in newest(runs, RunKind.INGEST, period).values()]
        state, since, approver = _not_closed(held, allocation, waits, max(later))
        shown = allocation.run if allocation else ""
        booked, waits = "", waits or "an approver: `apportion close close`"
    else:
        state, since, approver = _closed(held)
        shown, booked = held.closed.run, held.booked.run
        came = what_came(held.booked, runs)
        waits = f"an adjustment: {came}" if came else ""
    return {
        "period": period,
        "state": str(state),
        "since": since,
        "approver": approver,
        "run": shown,
        "booked": booked,
        "waits_for": waits,
    }


def _not_closed(
    held: Standing, allocation: Manifest | None, waits: str, delivered: str
) -> tuple[MonthState, str, str]:
    if held.accrued and held.accrued.at >= delivered:
        return MonthState.ACCRUED, held.accrued.at, held.accrued.decision.approver
    if allocation and not waits:
        return MonthState.BILLED, allocation.at, ""
    return MonthState.OPEN, "", ""


def _closed(held: Standing) -> tuple[MonthState, str, str]:
    assert held.closed is not None
    assert held.booked is not None
    state = MonthState.CLOSED if held.booked is held.closed else MonthState.ADJUSTED
    return state, held.booked.at, held.booked.decision.approver


def _waits_for(
    period: str, allocation: Manifest | None, runs: Sequence[Manifest], today: date
) -> str:
    last = Period.parse(period).last_day
    if today <= last:
        return f"the end of the month, {last}"
    if allocation is None:
        return f"an allocation: `apportion allocate --period {period}`"
    for run in not_read(allocation, runs):
        return f"an allocation of the delivery of {run.at} of bill {run.bill}"
    return _rest_of_the_bill(newest(runs, RunKind.INGEST, period).values(), last)


def _rest_of_the_bill(bills: Collection[Manifest], last: date) -> str:
    """Whether the bills end before the month and were delivered before it could be complete."""
    day = last_charge(bills)
    delivered = max((date.fromisoformat(run.at[:10]) for run in bills), default=last)
    if day and day < str(last) and delivered < last + _COMPLETE_AFTER:
        return f"the rest of the bill, whose last charge is of {day}"
    return ""
