"""A question to an allocation: how to group, what to leave out, which cost column."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Granularity(StrEnum):
    """The time unit of a report."""

    MONTH = "month"
    DAY = "day"


@dataclass(frozen=True)
class Question:
    """A query for a report of one period.

    `by` empty groups by the owner dimension. `owners` and `where` (a condition like a rulebook's)
    leave rows out and never change an amount. `cost` empty is the rulebook's cost column. `as_of`
    is a run's id or a time; empty is the newest run.
    """

    period: str
    by: tuple[str, ...] = ()
    granularity: Granularity = Granularity.MONTH
    owners: tuple[str, ...] = ()
    where: str = ""
    cost: str = ""
    as_of: str = ""
