"""Split cost allocation rows: the parent carries the cost or its children do, never both."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apportion.model.charges import SplitCost
from read_bills import HOUR, SPLIT, Reading, cur_line, read_lines
from soak import examples

PLAN = {"savings_plan_savings_plan_a_r_n": "arn:sp"}


def instance(cost: float, resource: str = "i-1", **more: Any) -> dict[str, Any]:
    return cur_line(
        **SPLIT
        | {
            "line_item_unblended_cost": cost,
            "pricing_public_on_demand_cost": cost,
            "line_item_resource_id": resource,
        }
        | more
    )


def pod(name: str, split: float, unused: float, parent: str = "i-1", **more: Any) -> dict[str, Any]:
    """A child, which repeats in its unblended cost what its parent costs already."""
    return instance(split, f"pod/{name}") | {
        "line_item_usage_type": "EKS-EC2-vCPU-Hours",
        "split_line_item_parent_resource_id": parent,
        "split_line_item_split_cost": split,
        "split_line_item_unused_cost": unused,
        "split_line_item_public_on_demand_split_cost": 2 * split,
        "split_line_item_public_on_demand_unused_cost": 2 * unused,
        **more,
    }


def costs(reading: Reading) -> dict[str | None, tuple[Decimal, ...]]:
    return {charge["ResourceId"]: charge.costs for charge in reading.charges}


def amounts(text: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, text.split()))


BILL = [instance(1.0), pod("a", 0.5, 0.1), pod("b", 0.2, 0.05), instance(3.0, "i-2")]


def test_the_parent_carries_the_cost_and_its_children_stay_free(tmp_path: Path) -> None:
    assert costs(read_lines(tmp_path, BILL)) == {
        "i-1": amounts("1 1 1 1"),
        "pod/a": amounts("0 0 0 0"),
        "pod/b": amounts("0 0 0 0"),
        "i-2": amounts("3 3 3 3"),
    }


def test_the_children_carry_what_is_stated_and_the_parent_the_rest(tmp_path: Path) -> None:
    reading = read_lines(tmp_path, BILL, split_cost=SplitCost.CHILDREN)
    assert costs(reading) == {
        "i-1": amounts("0.15 0.15 -0.7 0.15"),
        "pod/a": amounts("0.6 0.6 1.2 0.6"),
        "pod/b": amounts("0.25 0.25 0.5 0.25"),
        "i-2": amounts("3 3 3 3"),
    }
    assert reading.totals == read_lines(tmp_path, BILL).totals == amounts("4 4 4 4")
    assert reading.findings == ()


def test_the_dearest_line_of_the_hour_is_the_parent(tmp_path: Path) -> None:
    """An instance has lines for data transfer too, and what a plan negates."""
    bill = [
        instance(0.01, line_item_usage_type="EU-DataTransfer-Out-Bytes"),
        instance(
            1.0,
            line_item_line_item_type="SavingsPlanCoveredUsage",
            savings_plan_savings_plan_effective_cost=0.7,
            **PLAN,
        ),
        instance(-1.0, line_item_line_item_type="SavingsPlanNegation", **PLAN),
        pod("a", 0.5, 0.2),
    ]
    reading = read_lines(tmp_path, bill, split_cost=SplitCost.CHILDREN)
    found = {
        (charge["x_LineItemType"], charge["x_UsageType"]): charge.costs[1]
        for charge in reading.charges
    }
    assert found == {
        ("Usage", "EU-DataTransfer-Out-Bytes"): Decimal("0.01"),
        ("SavingsPlanCoveredUsage", "BoxUsage:m5.large"): Decimal(0),
        ("SavingsPlanNegation", "BoxUsage:m5.large"): Decimal(0),
        ("Usage", "EKS-EC2-vCPU-Hours"): Decimal("0.7"),
    }
    assert reading.totals == read_lines(tmp_path, bill).totals


def test_lines_that_are_alike_hand_over_once(tmp_path: Path) -> None:
    bill = [instance(1.0), instance(1.0), pod("a", 0.5, 0.1)]
    reading = read_lines(tmp_path, bill, split_cost=SplitCost.CHILDREN)
    assert sorted(charge.costs[1] for charge in reading.charges) == list(amounts("0.4 0.6 1"))


def test_children_without_a_parent_in_the_bill_stay_free(tmp_path: Path) -> None:
    bill = [
        instance(1.0),
        pod("another instance", 0.5, 0.1, parent="i-9"),
        pod("another hour", 0.5, 0.1, line_item_usage_start_date=HOUR + timedelta(hours=1)),
        pod("another account", 0.5, 0.1, line_item_usage_account_id="000000000099"),
        pod("another currency", 0.5, 0.1, line_item_currency_code="EUR"),
    ]
    reading = read_lines(tmp_path, bill, split_cost=SplitCost.CHILDREN)
    assert reading.totals == amounts("1 1 1 1")
    assert costs(reading)["i-1"] == amounts("1 1 1 1")


def test_without_list_prices_of_children_the_list_cost_is_what_they_take(tmp_path: Path) -> None:
    bill = [
        {name: value for name, value in line.items() if "public_on_demand_split" not in name}
        for line in BILL
    ]
    reading = read_lines(tmp_path, bill, split_cost=SplitCost.CHILDREN)
    assert costs(reading)["pod/a"] == amounts("0.6 0.6 0.6 0.6")


def test_a_bill_without_split_rows_reports_it(tmp_path: Path) -> None:
    reading = read_lines(tmp_path, [cur_line()], split_cost=SplitCost.CHILDREN)
    assert reading.codes == {"B108"}
    assert reading.queries.transfers == ()


CENTS = st.integers(0, 500).map(lambda cents: cents / 100)
NUMBERS = st.sampled_from("123")


@settings(max_examples=examples(5), deadline=None)
@given(
    instances=st.lists(st.tuples(CENTS, NUMBERS, st.sampled_from("12")), max_size=6),
    pods=st.lists(
        st.tuples(CENTS, CENTS, st.sampled_from("123"), st.sampled_from("12")), max_size=6
    ),
)
def test_no_account_gains_or_loses_by_the_choice(
    instances: list[tuple[float, str, str]],
    pods: list[tuple[float, float, str, str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    bill = [
        *(
            instance(cost, f"i-{n}", line_item_usage_account_id=account)
            for cost, n, account in instances
        ),
        *(
            pod("x", split, unused, f"i-{n}", line_item_usage_account_id=account)
            for split, unused, n, account in pods
        ),
        instance(1.0, "i-0"),
    ]
    folder = tmp_path_factory.mktemp("bill")
    parents = read_lines(folder, bill)
    children = read_lines(folder, bill, split_cost=SplitCost.CHILDREN)
    assert len(parents.charges) == len(children.charges) == len(bill)
    assert _by_account(parents) == _by_account(children)


def _by_account(reading: Reading) -> dict[str | None, tuple[Decimal, ...]]:
    sums: dict[str | None, tuple[Decimal, ...]] = {}
    for charge in reading.charges:
        before = sums.get(charge["SubAccountId"], (Decimal(),) * 4)
        sums[charge["SubAccountId"]] = tuple(map(sum, zip(before, charge.costs, strict=True)))
    return sums
