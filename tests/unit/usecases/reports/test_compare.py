"""What changed between two allocations: each cause's part, and nothing left over."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from apportion.app.workspace import Workspace
from apportion.model.errors.base import FindingsError, NothingThereError, OwnersDifferError
from apportion.model.question import Question
from apportion.model.settings import Settings
from apportion.usecases.reports.compare import allocated, paid_by
from explained_ledger import PERIOD, keep_books
from stories import bill_of, delivered, parquet_bill, workspace_in

RULES = """
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  cost_center:
    from: [{tag: CostCenter}]
shared:
  - {name: support, where: "ServiceName = 'Support'", split: {usage: drivers/cases.csv}}
"""
CASES = "owner,number,month\nA,1,2026-08\nB,1,2026-08\nA,1,2026-09\nB,3,2026-09\n"
TO_B = {"tags": "CostCenter=B"}
CAUSES = ("usage", "restated", "tags", "accounts", "rules", "drivers")


def month(folder: Path, period: str, *lines: dict[str, str], name: str = "") -> list[Path]:
    bill = bill_of({"day": f"{period}-01", **line} for line in lines)
    return delivered(folder, parquet_bill(bill), name=name or f"{period}.parquet")


def made(folder: Path) -> Workspace:
    workspace = workspace_in(folder, RULES)
    (folder / "drivers").mkdir(exist_ok=True)
    (folder / "drivers/cases.csv").write_text(CASES)
    return workspace


def vm(owner: str, cost: str, name: str = "vm-1") -> dict[str, str]:
    return {"tags": f"CostCenter={owner}", "cost": cost, "ResourceId": name}


def compared(workspace: Workspace, *asked: str) -> dict[str, dict[str, object]]:
    """The rows by owner, without what is zero; every row is checked to add up."""
    outcome, _ = workspace.compare(*asked)
    for row in outcome.rows:
        assert sum(row[cause] for cause in CAUSES) == row["change"]  # type: ignore[misc]  # Decimals
        assert row["before"] + row["change"] == row["after"]  # type: ignore[operator]
    return {
        str(row["cost_center"]): {k: row[k] for k in ("before", *CAUSES, "after") if row[k]}
        for row in outcome.rows
    }


def test_two_months_differ_by_usage_tags_and_numbers(tmp_path: Path) -> None:
    workspace = made(tmp_path)
    support = {"service": "Support", "cost": "8"}
    workspace.ingest(month(tmp_path, "2026-08", vm("A", "10"), vm("B", "5", "vm-2"), support))
    workspace.ingest(month(tmp_path, "2026-09", vm("B", "12"), vm("B", "5", "vm-2"), support))
    workspace.allocate()
    assert compared(workspace, "2026-08", "2026-09") == {
        "A": {"before": 14, "usage": 2, "tags": -12, "drivers": -2, "after": 2},
        "B": {"before": 9, "tags": 12, "drivers": 2, "after": 23},
    }


BY_ACCOUNT = RULES.replace("{tag: CostCenter}", "{tag: CostCenter}, {lookup: accounts.csv}")


def test_a_new_owner_within_the_earlier_month_is_no_usage(tmp_path: Path) -> None:
    """By a lookup's dates, and by a tag: the account and the machine were A's until the 15th."""
    workspace = workspace_in(
        tmp_path,
        BY_ACCOUNT,
        {
            "accounts.csv": "SubAccountId,cost_center,valid_from,valid_to\n"
            "000000000011,A,,2026-08-15\n000000000011,B,2026-08-16,\n",
            "drivers/cases.csv": CASES,
        },
    )
    untagged = {"cost": "10", "ResourceId": "vm-1"}
    lines = [{**untagged, "day": f"{{}}-{day}"} for day in ("01", "20")]
    tagged = [{**vm("A", "3", "vm-2"), "day": "{}-05"}, {**vm("B", "4", "vm-2"), "day": "{}-25"}]
    for period, of_vm_2 in (
        ("2026-08", tagged),
        ("2026-09", [{**each, **TO_B} for each in tagged]),
    ):
        month_lines = [{**each, "day": each["day"].format(period)} for each in (*lines, *of_vm_2)]
        workspace.ingest(month(tmp_path, period, *month_lines))
    workspace.allocate()
    assert compared(workspace, "2026-08", "2026-09") == {
        "A": {"before": 13, "tags": -3, "accounts": -10},
        "B": {"before": 14, "tags": 3, "accounts": 10, "after": 27},
    }


@pytest.mark.parametrize(("last", "begins"), [("08-31", "09-01"), ("09-15", "09-16")])
def test_an_account_with_a_new_owner_since_then_is_accounts(
    tmp_path: Path, last: str, begins: str
) -> None:
    """The line is added to the lookup after the earlier month was allocated."""
    workspace = workspace_in(
        tmp_path,
        BY_ACCOUNT,
        {"accounts.csv": "SubAccountId,cost_center\n000000000011,A\n", "drivers/cases.csv": CASES},
    )
    machine = {"cost": "10", "ResourceId": "vm-1"}
    workspace.ingest(month(tmp_path, "2026-08", {**machine, "day": "2026-08-20"}))
    workspace.allocate()
    (tmp_path / "accounts.csv").write_text(
        "SubAccountId,cost_center,valid_from,valid_to\n"
        f"000000000011,A,,2026-{last}\n000000000011,B,2026-{begins},\n"
    )
    workspace.ingest(month(tmp_path, "2026-09", {**machine, "day": "2026-09-20"}))
    workspace.allocate()
    assert compared(workspace, "2026-08", "2026-09") == {
        "A": {"before": 10, "accounts": -10},
        "B": {"accounts": 10, "after": 10},
    }


def test_other_values_of_a_lookup_are_accounts_also_in_a_preview(tmp_path: Path) -> None:
    lookup = {"accounts.csv": "SubAccountId,cost_center\n000000000011,A\n"}
    workspace = workspace_in(tmp_path, BY_ACCOUNT, {**lookup, "drivers/cases.csv": CASES})
    workspace.ingest(month(tmp_path, "2026-09", {"cost": "10", "ResourceId": "vm-1"}))
    workspace.allocate()
    (tmp_path / "accounts.csv").write_text("SubAccountId,cost_center\n000000000011,B\n")
    assert compared(workspace, "2026-09") == {
        "A": {"before": 10, "accounts": -10},
        "B": {"accounts": 10, "after": 10},
    }


def test_a_restated_month_and_its_new_tags(tmp_path: Path) -> None:
    workspace = made(tmp_path)
    workspace.ingest(month(tmp_path, "2026-09", vm("A", "10"), vm("A", "1", "vm-2")))
    workspace.allocate()
    first = workspace.history().rows[-1]["run"]
    workspace.ingest(
        month(tmp_path, "2026-09", vm("A", "11"), vm("B", "1", "vm-2"), name="b.parquet")
    )
    workspace.allocate()
    assert compared(workspace, str(first), "2026-09") == {
        "A": {"before": 11, "restated": 1, "tags": -1, "after": 11},
        "B": {"tags": 1, "after": 1},
    }
    assert compared(workspace, "2026-09", str(first))["B"] == {"before": 1, "tags": -1}


def test_changed_rules_in_money_before_anything_is_recorded(tmp_path: Path) -> None:
    workspace = made(tmp_path)
    support = {"service": "Support", "cost": "8"}
    workspace.ingest(month(tmp_path, "2026-09", vm("A", "10"), vm("B", "5"), support))
    workspace.allocate()
    runs = workspace.history().rows
    rulebook = next((tmp_path / "rulebook").glob("*.yaml"))
    rulebook.write_text(RULES.replace("{usage: drivers/cases.csv}", "even"))
    assert compared(workspace, "2026-09") == {
        "A": {"before": 12, "rules": 2, "after": 14},
        "B": {"before": 11, "rules": -2, "after": 9},
    }
    outcome, diff = workspace.compare("2026-09")
    assert outcome.messages[1:] == ("Rules moved 2.00 USD between owners.",)
    came, went = ([line for line in diff[2:] if line[0] == sign] for sign in "+-")
    assert (len(came), len(went)) == (1, 1)
    assert "split: even" in came[0]
    assert workspace.history().rows == runs
    rulebook.write_text(RULES)
    (tmp_path / "drivers/cases.csv").write_text("owner,number\nA,1\nB,1\n")
    assert compared(workspace, "2026-09")["A"] == {"before": 12, "drivers": 2, "after": 14}


def test_sides_are_what_the_reports_show(tmp_path: Path) -> None:
    workspace = made(tmp_path)
    third = "0.333333333333333333"
    workspace.ingest(month(tmp_path, "2026-08", vm("A", third), vm("B", "-1", "vm-2")))
    workspace.ingest(month(tmp_path, "2026-09", vm("C", third), vm("", "7", "vm-2")))
    workspace.allocate()
    rows = compared(workspace, "2026-08", "2026-09")
    for side, period in (("before", "2026-08"), ("after", "2026-09")):
        result = {r["cost_center"]: r["total"] for r in workspace.report(Question(period)).rows}
        assert {owner: row[side] for owner, row in rows.items() if side in row} == result


def test_what_cannot_be_compared(tmp_path: Path) -> None:
    workspace = made(tmp_path)
    workspace.ingest(month(tmp_path, "2026-09", vm("A", "10")))
    with pytest.raises(NothingThereError):
        workspace.compare("2026-09")
    workspace.allocate()
    with pytest.raises(NothingThereError):
        workspace.compare("nothing")
    rulebook = next((tmp_path / "rulebook").glob("*.yaml"))
    rulebook.write_text(RULES.replace("cost_center", "team"))
    with pytest.raises(OwnersDifferError):
        workspace.compare("2026-09")
    rulebook.write_text(RULES.replace("even", "odd").replace("usage", "usages"))
    with pytest.raises(FindingsError):
        workspace.compare("2026-09")


def test_equal_sides_move_nothing(tmp_path: Path) -> None:
    workspace = made(tmp_path)
    workspace.ingest(month(tmp_path, "2026-09", vm("A", "10")))
    workspace.allocate()
    assert compared(workspace, "2026-09") == {"A": {"before": Decimal(10), "after": Decimal(10)}}


@pytest.mark.parametrize(
    ("rules", "cases"),
    [
        (RULES, CASES),
        (RULES, CASES.replace("B,3", "B,9")),
        (RULES.replace("{usage: drivers/cases.csv}", "even"), CASES),
    ],
)
def test_a_month_is_labelled_once_and_what_was_recorded_is_not(
    tmp_path: Path, rules: str, cases: str
) -> None:
    workspace = made(tmp_path)
    workspace.ingest(month(tmp_path, "2026-09", vm("A", "10")))
    workspace.allocate()
    (tmp_path / "rulebook/rules.yaml").write_text(rules)
    (tmp_path / "drivers/cases.csv").write_text(cases)
    steps: list[str] = []
    settings = Settings("", tmp_path / "ledger", tmp_path / "rulebook", tmp_path)
    Workspace(settings, say=steps.append).compare("2026-09")
    assert steps.count("deriving owners") == 1


def test_owners_of_a_run_of_another_version_are_derived_again(tmp_path: Path) -> None:
    context, _done = keep_books(tmp_path)
    recorded = allocated(context, PERIOD).paid
    assert recorded is not None
    side = allocated(replace(context, version="another"), PERIOD)
    assert side.paid is None
    assert paid_by(context, side, side.rules) == recorded
