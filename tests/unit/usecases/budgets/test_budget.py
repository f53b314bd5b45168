"""The command compares the report of a month with a file of budgets."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from journal_ledger import LINES, make_journal_ledger


def test_budgets_stand_beside_what_owners_pay(tmp_path: Path) -> None:
    typed = make_journal_ledger(tmp_path, [each for each in LINES if "currency" not in each])
    (tmp_path / "budgets.csv").write_text(
        "owner,period,currency,amount,shared\nFIN-100,2026-09,USD,100.00,5.00\n"
    )
    report = typed("report", "--output", "json").rows
    rows = typed("budget", "--output", "json").rows
    assert typed.code == 0
    assert {row["owner"]: row["total"] for row in rows} == {
        row["cost_center"]: row["total"] for row in report
    }
    [planned] = [row for row in rows if row["budget"]]
    parts = (Decimal(planned[each]) for each in ("direct_variance", "allocation_variance"))
    assert sum(parts) == Decimal(planned["variance"]) == Decimal(planned["total"]) - 100
    assert "2026-09: budgets of 100.00 USD" in typed.err

    assert typed("budget", "--fail-over", "100").code == 1
    assert "F010" in typed.err
    assert typed("budget", "--fail-over", "200").code == 0
    assert typed("budget", "--budgets", "missing.csv").code == 1
