"""Bills that are delivered again while their days fill up, as a provider delivers them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from apportion.model.outcome import Outcome
from stories import Line, bill_of, delivered, parquet_bill, reopened, workspace_in

#: A rulebook whose owners are teams.
TEAMS = """
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  team:
    from: [{tag: Team}]
"""
#: Twice a day until the fourth day of September begins to be billed.
MADE = tuple(f"2026-09-0{day}T{hour}:00:00Z" for day in (3, 4) for hour in ("00", "12"))
FIFTH = "2026-09-05T00:00:00Z"

#: Hours from the begin of a day until these tenths of its cost are billed.
ARRIVES = ((0, 0), (18, 1), (24, 4), (30, 7), (36, 9), (42, 10))


def four_days(
    folder: Path, charges: Sequence[Line], files: Mapping[str, str | bytes] | None = None
) -> Path:
    """Allocate a September of which three whole days are delivered, and a part of the fourth."""
    workspace_in(folder, TEAMS, files)
    for made in (*MADE, FIFTH):
        deliver_at(folder, lines_at(made, first="2026-09-01", days=30, charges=charges), made)
    reopened(folder).allocate(["2026-09"])
    return folder


def deliver_at(
    folder: Path, lines: Sequence[Line], made: str, *, replace: bool = False, now: str = ""
) -> Outcome:
    """Ingest these lines as the delivery that the provider wrote at a time.

    The clock of this machine shows the same time, or `now`.
    """
    (path,) = delivered(folder, parquet_bill(bill_of(lines)), name="bill.parquet")
    moment = datetime.fromisoformat(made).timestamp()
    os.utime(path, (moment, moment))
    return reopened(folder, now=now or made).ingest([path], replace=replace)


def lines_at(made: str, *, first: str, days: int, charges: Sequence[Line]) -> list[Line]:
    """The charges of each day as far as they are billed at a time; see `ARRIVES`.

    The cost of a charge is that of a whole day.
    """
    moment, begins = datetime.fromisoformat(made), date.fromisoformat(first)
    return [
        {**charge, "day": str(day), "cost": str(Decimal(charge["cost"]) * tenths / 10)}
        for day in (begins + timedelta(number) for number in range(days))
        if (tenths := _arrived(moment, day))
        for charge in charges
    ]


def _arrived(moment: datetime, day: date) -> int:
    begins = datetime(day.year, day.month, day.day, tzinfo=UTC)
    hours = (moment - begins) / timedelta(hours=1)
    return max((tenths for after, tenths in ARRIVES if hours >= after), default=0)
