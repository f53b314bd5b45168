"""Charges that are read, but are probably wrong, are findings with their money."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from apportion.model.findings.finding import Finding
from read_bills import cur_line, write_csv, write_parquet
from stories import bill_of, workspace_in

RULES = """
apportion: 1
effective: 2024-01
currency: USD
cost: BilledCost
dimensions:
  cost_center:
    from: [{tag: CostCenter}]
"""
CODES = {"B047", "B048", "B049", "L015", "L016"}


def focus(**different: str) -> dict[str, str]:
    (line,) = bill_of([{"day": "2026-09-02", "cost": "1"}])
    costs = dict.fromkeys(("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"), "1")
    return {**line, **costs, "ChargeCategory": "Usage", **different}


def found(folder: Path, *lines: dict[str, str]) -> list[Finding]:
    path = write_csv(folder / "bill.csv", [focus(), *lines])
    return of(workspace_in(folder, RULES).ingest([path]).findings)


def of(findings: tuple[Finding, ...]) -> list[Finding]:
    return [finding for finding in findings if finding.code.number in CODES]


@pytest.mark.parametrize(
    ("column", "beside", "nothing"),
    [
        ("BilledCost", "EffectiveCost", ""),
        ("EffectiveCost", "BilledCost", "NULL"),
        ("ListCost", "BilledCost", ""),
    ],
)
def test_a_line_without_an_amount_is_named_with_another_amount(
    tmp_path: Path, column: str, beside: str, nothing: str
) -> None:
    lines = [focus(**{column: nothing, beside: "2.5"}), focus(**{column: nothing})]
    (finding,) = found(tmp_path, *lines)
    assert (finding.code.number, finding.place) == ("B047", f"{tmp_path}/bill.csv row 2")
    assert finding.subject == f"2 lines without {column}; their {beside} is the amount"
    assert (finding.amount, finding.currency) == (Decimal("3.5"), "USD")


def test_gaps_of_several_files_and_currencies_are_one_finding_each(tmp_path: Path) -> None:
    (tmp_path / "bills").mkdir()
    for number in (1, 2):
        lines = [
            focus(ListCost="", BillingCurrency=currency, ResourceId=f"r{number}")
            for currency in ("USD", "EUR", "EUR")
        ]
        write_csv(tmp_path / "bills" / f"{number}.csv", lines)
    findings = of(workspace_in(tmp_path, RULES).ingest([tmp_path / "bills"]).findings)
    assert [(each.currency, each.amount, each.subject[:7]) for each in findings] == [
        ("EUR", 4, "4 lines"),
        ("USD", 2, "2 lines"),
    ]


def test_a_line_without_a_billing_period_is_named(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, focus(BillingPeriodStart="", BilledCost="7"))
    assert (finding.code.number, finding.amount) == ("B048", 7)
    assert finding.subject == "1 line without BillingPeriodStart; their BilledCost is the amount"


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("ChargeCategory", "Foo", "'Foo'"),
        ("ChargeCategory", "usage", "'usage'"),
        ("ChargeCategory", "", "nothing"),
        ("ChargeClass", "correction", "'correction'"),
        ("ChargeFrequency", "Usage-based", "'Usage-based'"),
        ("PricingCategory", "On-Demand", "'On-Demand'"),
        ("CommitmentDiscountStatus", "used", "'used'"),
    ],
)
def test_a_value_that_focus_does_not_have_is_named(
    tmp_path: Path, column: str, value: str, shown: str
) -> None:
    (finding,) = found(tmp_path, focus(**{column: value, "BilledCost": "7"}))
    assert (finding.code.number, finding.subject) == ("L015", f"{column} of 1 line")
    assert (finding.found, finding.amount) == (shown, 7)


@pytest.mark.parametrize(
    ("day", "codes"),
    [
        ("2027-09-02", ["L016"]),
        ("2026-10-05", ["L016"]),
        ("2026-10-01", []),
        ("2025-10-01", []),
        ("2025-08-01", ["L016"]),
        ("1999-01-01", ["L016"]),
    ],
)
def test_a_charge_far_from_its_period_is_named(tmp_path: Path, day: str, codes: list[str]) -> None:
    line = focus(ChargePeriodStart=f"{day}T00:00:00Z", BilledCost="7")
    line["BillingPeriodStart"] = "2026-09-01T00:00:00Z"
    findings = found(tmp_path, line)
    assert [each.code.number for each in findings] == codes
    assert [(each.found, each.amount) for each in findings] == [(repr(day), 7)] * len(codes)


def test_an_ordinary_bill_has_none_of_them(tmp_path: Path) -> None:
    assert found(tmp_path, focus(ChargeClass="Correction", PricingCategory="Committed")) == []


def test_an_unknown_type_of_line_is_named(tmp_path: Path) -> None:
    lines = [
        cur_line(line_item_line_item_type=kind, line_item_unblended_cost=2.5)
        for kind in ("Usage", "Tax", "EdpDiscount", "Surprise", "")
    ]
    path = write_parquet(tmp_path / "a.parquet", lines, {})
    findings = of(workspace_in(tmp_path, RULES).ingest([path]).findings)
    assert [(each.code.number, each.found, each.amount) for each in findings] == [
        ("B049", "nothing", Decimal("2.5")),
        ("B049", "'Surprise'", Decimal("2.5")),
    ]


def test_a_usage_report_without_an_amount_is_named_with_its_list_price(tmp_path: Path) -> None:
    line = cur_line(line_item_unblended_cost=None, pricing_public_on_demand_cost=4.0)
    path = write_parquet(tmp_path / "a.parquet", [cur_line(), line], {})
    (finding,) = of(workspace_in(tmp_path, RULES).ingest([path]).findings)
    assert finding.subject == (
        "1 line without line_item_unblended_cost; their pricing_public_on_demand_cost is the amount"
    )
    assert (finding.code.number, finding.amount) == ("B047", 4)
