"""The numbers of a driver in one period: by owner, day and partition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

from apportion.model.inputs import Driver, DriverRow
from apportion.model.period import Period


@dataclass(frozen=True)
class DriverValue:
    """The number of one owner; `place` is the file and the owner's first line."""

    number: Fraction
    place: str


@dataclass(frozen=True)
class DriverValues:
    """The lines of a driver that hold for a period, by day; None for lines without a day.

    In a driver with days, a line without one holds on each of them. A bill also corrects charges of
    days outside its month: `before_and_after` are the lines of such days, which are not part of the
    month's sum.
    """

    name: str
    by_day: Mapping[date | None, tuple[DriverRow, ...]]
    before_and_after: Mapping[date, tuple[DriverRow, ...]]

    @cached_property
    def days(self) -> frozenset[date]:
        """The days with lines; empty if no line of the period has a day."""
        days = frozenset(day for day in self.by_day if day is not None)
        return days | self.before_and_after.keys() if days else days

    @cached_property
    def of_month(self) -> tuple[DriverRow, ...]:
        """The lines of the whole month: those of its days, and the others once for each day."""
        days = [rows for day, rows in self.by_day.items() if day is not None]
        always = self.by_day.get(None, ()) * max(len(days), 1)
        return (*always, *(row for rows in days for row in rows))

    def of(self, *, day: date | None, within: str) -> dict[str, DriverValue]:
        """Add up each owner's numbers of a day (None: of the whole month, its days included).

        With `within` empty all partitions count together; else those of that partition, and the
        lines without one, which hold in each.
        """
        numbers: dict[str, Fraction] = {}
        lines: dict[str, int] = {}
        for row in self.of_month if day is None else self._on(day):
            if not within or row.within in ("", within):
                number, owner = Fraction(row.number), row.owner
                numbers[owner] = numbers[owner] + number if owner in numbers else number
                lines[owner] = min(row.line, lines.get(owner, row.line))
        return {
            owner: DriverValue(number, f"{self.name}:{lines[owner]}")
            for owner, number in numbers.items()
        }

    def _on(self, day: date) -> tuple[DriverRow, ...]:
        own = (*self.by_day.get(day, ()), *self.before_and_after.get(day, ()))
        return (*own, *self.by_day.get(None, ()))


def driver_values(driver: Driver, period: Period) -> DriverValues:
    """Pick the lines of a period: those of its days, of its month, and those without either."""
    by_day: dict[date | None, list[DriverRow]] = defaultdict(list)
    others: dict[date, list[DriverRow]] = defaultdict(list)
    for row in driver.rows:
        if row.day is not None and Period.of(row.day) != period:
            others[row.day].append(row)
        elif row.day is not None or row.month in ("", str(period)):
            by_day[row.day].append(row)
    return DriverValues(
        driver.name,
        {day: tuple(rows) for day, rows in by_day.items()},
        {day: tuple(rows) for day, rows in others.items()},
    )
