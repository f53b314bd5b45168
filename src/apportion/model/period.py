"""A billing period: one calendar month, written `2026-09`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_WRITTEN = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True)
class Period:
    """One calendar month in UTC, the unit in which bills are delivered, replaced and allocated."""

    year: int
    month: int

    @classmethod
    def parse(cls, written: str) -> Period:
        """Read `2026-09`; anything else raises ValueError with the form that was expected."""
        match = _WRITTEN.fullmatch(written.strip())
        if match is None:
            message = f"A period is written as year-month, like 2026-09; found {written!r}."
            raise ValueError(message)
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Period:
        """The period of a day."""
        return cls(day.year, day.month)

    @property
    def first_day(self) -> date:
        """The first day of the month."""
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        """The last day of the month, leap years included."""
        return self.next.first_day - timedelta(days=1)

    @property
    def next(self) -> Period:
        """The month after."""
        return Period(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of the month in order."""
        count = self.last_day.day
        return tuple(self.first_day + timedelta(days=n) for n in range(count))

    @property
    def before(self) -> Period:
        """The month before."""
        return Period.of(self.first_day - timedelta(days=1))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"
