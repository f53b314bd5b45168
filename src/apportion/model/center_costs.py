"""What a cost centre costs by day and project, and what its filter leaves out of the bill."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from .cost_query import Metric, Spent
from .finding import Finding
from .money import EXACT, text

UNTAGGED = "(untagged)"


@dataclass(frozen=True)
class DailyCost:
    """One day's cost of one project; `(untagged)` where no project is named."""

    day: date
    project: str
    cost: Decimal
    estimated: bool


@dataclass(frozen=True)
class LeftOut:
    """What the rest of the bill says of itself: another cost centre, or `(untagged)`."""

    cost_center: str
    cost: Decimal


@dataclass(frozen=True)
class CostCenterCosts:
    """A cost centre's daily costs, and their place in the whole bill. `end` is exclusive.

    `whole` was asked for by itself, without a filter; `difference` is what `whole` has more than
    `total` and `total_left_out` together: zero, or a finding tells of it.
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

    def __iter__(self) -> Iterator[DailyCost]:
        return iter(self.days)

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
