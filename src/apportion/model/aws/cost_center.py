"""What a cost centre costs by day and project, and what its filter leaves out of the bill."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import TypedDict

from apportion.model.findings.finding import Finding
from apportion.model.money import EXACT, text

from .cost_query import Metric, Spent

UNTAGGED = "(untagged)"


@dataclass(frozen=True)
class DailyCost:
    """One day's cost of one project; `(untagged)` where no project is named."""

    day: date
    project: str
    cost: Decimal
    estimated: bool


class Days(TypedDict):
    """Days as AWS writes them; the end is exclusive."""

    Start: str
    End: str


class Amount(TypedDict):
    """An amount as text, which has every digit, and its currency."""

    Amount: str
    Unit: str


class Group(TypedDict):
    """What one tag (`Project$atlas`) or category cost, by each metric."""

    Keys: list[str]
    Metrics: dict[str, Amount]


class ResultByTime(TypedDict):
    """A day as `GetCostAndUsage` answers it when it is grouped: without a total."""

    TimePeriod: Days
    Total: dict[str, Amount]
    Groups: list[Group]
    Estimated: bool


@dataclass(frozen=True)
class LeftOut:
    """The tag value of the rest of the bill: another cost centre, or `(untagged)`."""

    cost_center: str
    cost: Decimal


@dataclass(frozen=True)
class CostCenterCosts:
    """A cost centre's daily costs, and their place in the whole bill. `end` is exclusive.

    It is a sequence of `by_time`: each day in the shape of AWS's `ResultsByTime`, which scripts
    read that ask Cost Explorer themselves; also days without cost. `days` has the same amounts of
    one metric as Decimal, one for each day and project.

    `whole` was requested separately, without a filter; `difference` is what `whole` has more than
    `total` and `total_left_out` together: zero, or there is a finding.
    """

    cost_center: str
    metric: Metric
    currency: str
    start: date
    end: date
    days: tuple[DailyCost, ...]
    left_out: tuple[LeftOut, ...]
    whole: Decimal
    findings: tuple[Finding, ...]
    spent: Spent
    by_time: tuple[ResultByTime, ...]

    def __iter__(self) -> Iterator[ResultByTime]:
        return iter(self.by_time)

    def __len__(self) -> int:
        return len(self.by_time)

    def __getitem__(self, at: int) -> ResultByTime:
        return self.by_time[at]

    @property
    def total(self) -> Decimal:
        """What the cost centre costs."""
        with localcontext(EXACT):
            return sum((each.cost for each in self.days), Decimal(0))

    @property
    def total_left_out(self) -> Decimal:
        """What the rest of the bill costs."""
        with localcontext(EXACT):
            return sum((each.cost for each in self.left_out), Decimal(0))

    @property
    def difference(self) -> Decimal:
        """What is in the whole and in none of its parts."""
        with localcontext(EXACT):
            return self.whole - self.total - self.total_left_out

    def __str__(self) -> str:
        parts = [f"{each.cost_center} {text(each.cost)}" for each in self.left_out]
        rest = f"{text(self.total_left_out)} ({', '.join(parts)})" if parts else "nothing"
        return (
            f"{self.cost_center}: {text(self.total)} of {text(self.whole)} {self.currency}, "
            f"{self.metric}. Left out: {rest}. Difference {text(self.difference)}."
        )
