"""Compare a file of budgets with the report of a month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal, localcontext
from pathlib import Path

from apportion.core.budgets.compare_budgets import (
    BudgetLine,
    Owner,
    OwnerCost,
    budget_findings,
    compare_budgets,
)
from apportion.core.budgets.read_budgets import read_budgets
from apportion.model.cents import money
from apportion.model.errors.base import FindingsError
from apportion.model.finance.budget import Budget
from apportion.model.findings.finding import Place
from apportion.model.money import EXACT
from apportion.model.outcome import Outcome
from apportion.model.row import Row
from apportion.usecases.runs.load_rules import read_text

COLUMNS = (
    *("period", "owner", "currency", "budget", "direct", "shared", "total"),
    *("variance", "direct_variance", "allocation_variance", "used_share"),
)


def load_budgets(path: Path) -> list[Budget]:
    """Read a file of budgets; raises FindingsError."""
    text, findings = read_text(path, path.name, Place(path.name))
    budgets: list[Budget] = []
    if text is not None:
        budgets, findings = read_budgets(text, name=path.name)
    if findings:
        raise FindingsError(findings)
    return budgets


def budget_report(
    report: Outcome, budgets: Iterable[Budget], *, period: str, fail_over: Decimal | None
) -> Outcome:
    """Compare the owners of a month's report with their budgets.

    `fail_over` is a percentage: an owner with more cost than it of its budget is a failing finding.
    Variance is direct_variance plus allocation_variance where shared cost was planned.
    """
    lines = compare_budgets(dict(_costs(report)), budgets, period=period)
    findings = budget_findings(lines, period=period, fail_over=fail_over)
    rows = tuple(_row(period, line) for line in lines)
    messages = (*_totals(period, lines), *report.messages)
    return Outcome(COLUMNS, rows, (*findings, *report.findings), messages)


def _costs(report: Outcome) -> Iterator[tuple[Owner, OwnerCost]]:
    """Read owners from a report by owner: its first column is the month, the second the owner."""
    dimension = report.columns[1]
    for row in report.rows:
        direct, shared = (Decimal(str(row[column])) for column in ("direct", "shared"))
        yield (str(row[dimension]), str(row["currency"])), OwnerCost(direct, shared)


def _row(period: str, line: BudgetLine) -> Row:
    return {
        "period": period,
        "owner": line.owner,
        "currency": line.currency,
        "budget": line.budget.amount if line.budget else None,
        "direct": line.cost.direct,
        "shared": line.cost.shared,
        "total": line.total,
        "variance": line.variance,
        "direct_variance": line.direct_variance,
        "allocation_variance": line.allocation_variance,
        "used_share": line.used_share,
    }


def _totals(period: str, lines: Iterable[BudgetLine]) -> Iterator[str]:
    """Add up budgets and cost of owners with a budget, by currency."""
    planned: dict[str, list[BudgetLine]] = {}
    for line in lines:
        if line.budget:
            planned.setdefault(line.currency, []).append(line)
    for currency, those in sorted(planned.items()):
        with localcontext(EXACT):
            budget = sum((line.budget.amount for line in those if line.budget), Decimal())
            cost = sum((line.total for line in those), Decimal())
            words = f"{money(cost - budget, currency)} variance"
        yield (
            f"{period}: budgets of {money(budget, currency)}, cost of their owners "
            f"{money(cost, currency)}, {words}."
        )
