"""The variance of a budget is the sum of its parts, to the last digit."""

from __future__ import annotations

from decimal import Decimal

from apportion.core.budgets.compare_budgets import OwnerCost, budget_findings, compare_budgets
from apportion.model.finance.budget import Budget
from apportion.model.findings.finding import Place

PERIOD = "2026-09"


def budget(owner: str, amount: str, shared: str = "", *, period: str = PERIOD) -> Budget:
    planned = Decimal(shared) if shared else None
    return Budget(owner, period, "USD", Decimal(amount), planned, Place("budgets.csv", 2))


COSTS = {
    ("CX", "USD"): OwnerCost(Decimal("90.000000000000000001"), Decimal("30.5")),
    ("ML", "USD"): OwnerCost(Decimal(7), Decimal(0)),
    ("ML", "JPY"): OwnerCost(Decimal(1), Decimal(0)),
}


def test_direct_and_allocation_variance_add_up() -> None:
    budgets = [budget("CX", "100", "20"), budget("ML", "0"), budget("CX", "1", period="2026-08")]
    cx, jpy, ml = compare_budgets(COSTS, budgets, period=PERIOD)
    assert (cx.total, cx.variance) == (
        Decimal("120.500000000000000001"),
        Decimal("20.500000000000000001"),
    )
    assert (cx.direct_variance, cx.allocation_variance) == (
        Decimal("10.000000000000000001"),
        Decimal("10.5"),
    )
    assert cx.used_share == Decimal("1.205000")
    assert (jpy.budget, jpy.variance, jpy.used_share) == (None, None, None)
    assert (ml.variance, ml.direct_variance, ml.used_share) == (Decimal(7), None, None)


def test_an_owner_over_the_percentage_fails() -> None:
    lines = compare_budgets(COSTS, [budget("CX", "100"), budget("ML", "7")], period=PERIOD)

    def over(percentage: int | None) -> list[str]:
        most = None if percentage is None else Decimal(percentage)
        findings = budget_findings(lines, period=PERIOD, fail_over=most)
        return [each.subject for each in findings if each.code.number == "F010"]

    assert over(None) == []
    assert over(121) == []
    assert over(120) == ["owner CX"]
    assert over(99) == ["owner CX", "owner ML"]
    nothing = compare_budgets(COSTS, [budget("ML", "0")], period=PERIOD)
    numbers = [f.code.number for f in budget_findings(nothing, period=PERIOD, fail_over=Decimal(0))]
    assert numbers == ["F011", "F011", "F010"], "cost on a budget of zero"


def test_owners_without_budget_and_budgets_without_cost_are_notices() -> None:
    lines = compare_budgets(COSTS, [budget("CXX", "100")], period=PERIOD)
    found = {
        each.subject: (each.code.number, each.amount, each.remedy)
        for each in budget_findings(lines, period=PERIOD, fail_over=None)
        if each.currency == "USD"
    }
    assert found["owner CXX"] == ("F012", Decimal(100), "Did you mean CX?")
    assert found["owner ML"][:2] == ("F011", Decimal(7))
