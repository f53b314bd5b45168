"""Compare budgets with what owners pay: a variance whose parts add up exactly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext

from apportion.core.allocation.rounding import part_of
from apportion.model.finance.budget import Budget
from apportion.model.findings import budgets as codes
from apportion.model.findings.finding import Code, Finding
from apportion.model.money import EXACT
from apportion.model.suggestions import did_you_mean, shown
from apportion.model.wording import percent

#: An owner and a currency.
Owner = tuple[str, str]


@dataclass(frozen=True)
class OwnerCost:
    """What an owner pays in a month: direct cost and shared cost."""

    direct: Decimal
    shared: Decimal


@dataclass(frozen=True)
class BudgetLine:
    """An owner's cost beside its budget, None without one; money is exact."""

    owner: str
    currency: str
    cost: OwnerCost
    budget: Budget | None

    @property
    def total(self) -> Decimal:
        """Direct and shared cost."""
        with localcontext(EXACT):
            return self.cost.direct + self.cost.shared

    @property
    def variance(self) -> Decimal | None:
        """Cost less budget: positive if the owner spent more."""
        with localcontext(EXACT):
            return self.total - self.budget.amount if self.budget else None

    @property
    def allocation_variance(self) -> Decimal | None:
        """The part of the variance that comes from shared cost; None if that was not planned."""
        if self.budget is None or self.budget.shared is None:
            return None
        with localcontext(EXACT):
            return self.cost.shared - self.budget.shared

    @property
    def direct_variance(self) -> Decimal | None:
        """The rest of the variance: direct cost less what was planned of it."""
        if self.variance is None or self.allocation_variance is None:
            return None
        with localcontext(EXACT):
            return self.variance - self.allocation_variance

    @property
    def used_share(self) -> Decimal | None:
        """The part of the budget that was spent; None without a budget, or with one of zero."""
        return part_of(self.total, self.budget.amount) if self.budget else None

    def is_over(self, percentage: Decimal) -> bool:
        """Return whether cost is more than a percentage of the budget."""
        with localcontext(EXACT):
            return self.budget is not None and self.total * 100 > self.budget.amount * percentage


def compare_budgets(
    costs: Mapping[Owner, OwnerCost], budgets: Iterable[Budget], *, period: str
) -> list[BudgetLine]:
    """Put the budgets of a month beside what owners pay, sorted by owner and currency."""
    planned = {(each.owner, each.currency): each for each in budgets if each.period == period}
    nothing = OwnerCost(Decimal(), Decimal())
    return [
        BudgetLine(*owner, costs.get(owner, nothing), planned.get(owner))
        for owner in sorted({*costs, *planned})
    ]


def budget_findings(
    lines: Iterable[BudgetLine], *, period: str, fail_over: Decimal | None
) -> Iterator[Finding]:
    """Report owners without budget, budgets without cost, and what is over the percentage."""
    every = list(lines)
    unplanned = {line.owner for line in every if line.budget is None}
    for line in every:
        if line.budget is None:
            yield _finding(codes.NO_BUDGET, period, line, "a budget", "none",
                           "Add a line to the file.", line.total)  # fmt: skip
        elif not (line.cost.direct or line.cost.shared):
            yield _finding(codes.NO_COST, str(line.budget.place), line, "cost in the month", "none",
                           did_you_mean(line.owner, unplanned), line.budget.amount)  # fmt: skip
        if fail_over is not None and line.is_over(fail_over):
            yield _over(line, period, fail_over)


def _over(line: BudgetLine, period: str, percentage: Decimal) -> Finding:
    share = line.used_share
    return _finding(
        codes.OVER_BUDGET,
        period,
        line,
        f"at most {percentage:f} % of the budget",
        "cost without a budget" if share is None else percent(share),
        f"`apportion explain {shown(line.owner)} --period {period}` shows the charges.",
        line.variance or Decimal(),
    )


def _finding(
    code: Code, place: str, line: BudgetLine, expected: str, found: str, remedy: str,
    amount: Decimal,
) -> Finding:  # fmt: skip
    subject = f"owner {shown(line.owner)}"
    return Finding(code, place, subject, expected, found, remedy, amount, line.currency)
