"""Reads --period: a month, `latest`, `last-month` or a range, the same for every command.

`latest` is the newest month in the ledger for the command: delivered for `allocate`, allocated for
reports. Commands that use that month without --period get "" for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from apportion.model.errors.base import NotAPeriodError, NothingThereError
from apportion.model.errors.periods import BackwardsRangeError, NoLatestError, OneMonthError
from apportion.model.manifest import RunKind
from apportion.model.period import Period

from .completion import complete_period

if TYPE_CHECKING:
    from apportion.app.workspace import Workspace

LATEST, LAST_MONTH, RANGE = "latest", "last-month", ".."

PeriodOption = Annotated[
    str,
    typer.Option(
        "--period",
        "-p",
        metavar="PERIOD",
        help="A month like 2026-09, latest or last-month.",
        autocompletion=complete_period,
    ),
]
MonthsOption = Annotated[
    str,
    typer.Option(
        "--period",
        "-p",
        metavar="PERIOD",
        help="A month like 2026-09, a range like 2026-07..2026-09, latest or last-month.",
        autocompletion=complete_period,
    ),
]


def one_month(written: str, now: datetime) -> str:
    """Read one month; "" for `latest` and for no value. Raises NotAPeriodError, OneMonthError."""
    months = several_months(written, now)
    if RANGE in written:
        raise OneMonthError(written)
    return "" if months in ((), (LATEST,)) else months[0]


def month_of_list(written: str, now: datetime, newest: Callable[[], str]) -> str:
    """Read the month of a list, which has all months without one; `newest` finds the latest."""
    month = one_month(written, now)
    return newest() if written.strip() == LATEST else month


def exact_month(written: str) -> str:
    """Read a month that nothing stands for; empty is allowed. Raises NotAPeriodError."""
    return str(_parsed(written, written)) if written else ""


def several_months(written: str, now: datetime) -> tuple[str, ...]:
    """Read a month or a range, in order; `latest` stays a word until the ledger is open."""
    written = written.strip()
    if written in ("", LATEST):
        return (written,) if written else ()
    if written == LAST_MONTH:
        return (str(Period.of(now.date()).before),)
    first, is_range, last = written.partition(RANGE)
    if not is_range:
        return (str(_parsed(first, written)),)
    return _between(_parsed(first, written), _parsed(last, written), written)


def months_outside(written: Sequence[str], now: datetime) -> tuple[str, ...]:
    """Read months that are not in the ledger yet, each once; raises NoLatestError."""
    months = [month for each in written for month in several_months(each, now)]
    if LATEST in months:
        raise NoLatestError
    return tuple(dict.fromkeys(months))


def with_latest(months: Sequence[str], newest: Callable[[], str]) -> tuple[str, ...]:
    """Replace `latest` by the newest month, which is looked up only then."""
    return tuple(dict.fromkeys(newest() if month == LATEST else month for month in months))


def newest_allocated(workspace: Workspace) -> str:
    """Find the newest allocated month; raises NothingThereError."""
    rows = workspace.history().rows
    allocated = [str(row["period"]) for row in rows if row["kind"] == RunKind.ALLOCATE]
    if not allocated:
        raise NothingThereError("allocation", [], "Run `apportion allocate` first.")
    return max(allocated)


def newest_delivered(workspace: Workspace) -> str:
    """Find the newest month of the bills in the ledger; raises NothingThereError."""
    held = [str(row["period"]) for row in workspace.held().rows]
    if not held:
        raise NothingThereError("bill", [], "Run `apportion ingest PATH` first.")
    return max(held)


def _parsed(month: str, written: str) -> Period:
    try:
        return Period.parse(month)
    except ValueError as error:
        raise NotAPeriodError(written) from error


def _between(first: Period, last: Period, written: str) -> tuple[str, ...]:
    if last < first:
        raise BackwardsRangeError(written)
    months = [first]
    while months[-1] < last:
        months.append(months[-1].next)
    return tuple(map(str, months))
