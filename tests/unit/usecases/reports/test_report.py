"""Reports group and filter what was allocated; no question changes an amount."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from apportion.app.workspace import Workspace
from apportion.model.errors.base import FindingsError, NothingThereError, UnknownColumnError
from apportion.model.question import Granularity, Question
from apportion.usecases.reports.report import answer
from apportion.usecases.runs.open_run import find, kept_rules
from stories import bill_of, csv_bill, delivered, parquet_bill, reopened, workspace_in

PERIOD = "2026-09"
RULES = """
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  cost_center:
    from: [{tag: CostCenter}]
  project:
    from: [{tag: Project}]
    default: none
shared:
  - {name: support, where: "ServiceName = 'Support'", split: proportional}
"""
LINES = (
    {"day": "2026-09-01", "tags": "CostCenter=A;Project=x", "cost": "1", "ListCost": "2"},
    {"day": "2026-09-02", "tags": "CostCenter=A;Project=y", "cost": "2"},
    {"day": "2026-09-02", "tags": "CostCenter=B", "account": "000000000012", "cost": "5"},
    {"day": "2026-09-03", "service": "Support", "cost": "16"},
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("report")
    made = workspace_in(folder, RULES)
    made.ingest(delivered(folder, parquet_bill(bill_of(LINES)), name="bill.parquet"))
    made.allocate()
    return made


def amounts(workspace: Workspace, *by: str, **more: object) -> dict[tuple[object, ...], object]:
    rows = workspace.report(Question(PERIOD, by=by, **more)).rows  # type: ignore[arg-type]  # fields by name
    return {tuple(row[name] for name in by): row["total"] for row in rows}


def test_direct_shared_share_and_tagged(workspace: Workspace) -> None:
    outcome = workspace.report(Question(PERIOD))
    assert outcome.columns == (
        *("month", "cost_center", "currency"),
        *("direct", "shared", "total", "share", "tagged"),
    )
    assert outcome.rows == (
        {
            "month": PERIOD,
            "cost_center": "A",
            "currency": "USD",
            "direct": 3,
            "shared": 6,
            "total": 9,
            "share": Decimal("0.375"),
            "tagged": 3,
        },
        {
            "month": PERIOD,
            "cost_center": "B",
            "currency": "USD",
            "direct": 5,
            "shared": 10,
            "total": 15,
            "share": Decimal("0.625"),
            "tagged": 5,
        },
    )


def test_shares_follow_projects_as_direct_cost_lies(workspace: Workspace) -> None:
    assert amounts(workspace, "cost_center", "project") == {
        ("A", "x"): 3,
        ("A", "y"): 6,
        ("B", "none"): 15,
    }
    assert amounts(workspace, "project") == {("x",): 3, ("y",): 6, ("none",): 15}


def test_what_is_shared_has_no_account_or_service_of_its_own(workspace: Workspace) -> None:
    assert amounts(workspace, "SubAccountId") == {
        ("000000000011",): 3,
        ("000000000012",): 5,
        ("(shared)",): 16,
    }
    assert amounts(workspace, "Pool") == {("",): 8, ("support",): 16}


def test_names_are_found_in_any_case(workspace: Workspace) -> None:
    columns = workspace.report(Question(PERIOD, by=("Cost-Center", "PROJECT", "pool"))).columns
    assert columns[1:4] == ("cost_center", "project", "Pool")


def test_unknown_names_are_reported(workspace: Workspace) -> None:
    with pytest.raises(UnknownColumnError, match=r"no column 'projct'\. Did you mean project\?"):
        workspace.report(Question(PERIOD, by=("projct",)))
    with pytest.raises(UnknownColumnError, match="no column 'Cost'"):
        workspace.report(Question(PERIOD, cost="Cost"))
    with pytest.raises(UnknownColumnError, match="'RegionId'"):
        workspace.report(Question(PERIOD, where="RegionId = 'x'"))
    with pytest.raises(FindingsError):
        workspace.report(Question(PERIOD, where="1 = (SELECT 1)"))
    with pytest.raises(NothingThereError, match="no allocation of 2026-10"):
        workspace.report(Question("2026-10"))


def test_another_cost_column_by_the_same_shares(workspace: Workspace) -> None:
    assert amounts(workspace, "cost_center", cost="listcost") == {("A",): 10, ("B",): 15}


def test_by_day(workspace: Workspace) -> None:
    rows = workspace.report(Question(PERIOD, granularity=Granularity.DAY, owners=("A",))).rows
    assert [(row["day"], row["direct"], row["shared"]) for row in rows] == [
        ("2026-09-01", 1, 0),
        ("2026-09-02", 2, 0),
        ("2026-09-03", 0, 6),
    ]


def test_questions_together_have_the_answers_of_each_alone(workspace: Workspace) -> None:
    day = Granularity.DAY
    questions = [
        Question(PERIOD, ("project",), day),
        Question(PERIOD, ("cost_center",)),
        Question(PERIOD, ("cost_center", "project"), owners=("A",)),
        Question(PERIOD, ("cost_center",), day, where="ServiceName <> 'Support'"),
        Question(PERIOD, ("ServiceName",), cost="ListCost"),
    ]
    context = workspace._context
    answers = answer(find(context, period=PERIOD), questions, context)
    assert answers == [workspace.report(question) for question in questions]


def test_the_rules_of_a_run_are_read_once_and_as_its_inputs_show(workspace: Workspace) -> None:
    context = workspace._context
    manifest = find(context, period=PERIOD).manifest
    read = context.rules[manifest.inputs]
    assert kept_rules(manifest, context) is read
    assert kept_rules(manifest, replace(context, rules={})) == read


def test_filters_choose_rows(workspace: Workspace) -> None:
    by = ("cost_center", "project")
    whole = amounts(workspace, *by)
    assert amounts(workspace, *by, owners=("A",)) == {k: v for k, v in whole.items() if k[0] == "A"}
    assert amounts(workspace, *by, where="project = 'x'") == {("A", "x"): whole["A", "x"]}
    assert amounts(workspace, *by, owners=("nobody",)) == {}
    assert amounts(workspace, "cost_center", where="Pool = 'support'") == {("A",): 6, ("B",): 10}


def test_as_it_stood(tmp_path: Path) -> None:
    """By a run's id or its beginning, by a day to its end, by a moment."""
    first = workspace_in(tmp_path, RULES)
    first.ingest(delivered(tmp_path, parquet_bill(bill_of(LINES[:1])), name="bill.parquet"))
    first.allocate()
    later = reopened(tmp_path, now="2026-11-03T12:00:00Z")
    later.ingest(delivered(tmp_path, parquet_bill(bill_of(LINES[:2])), name="bill.parquet"))
    later.allocate()
    runs = [str(row["run"]) for row in later.history().rows if row["kind"] == "allocate"]
    for as_of, total in {
        "": 3,
        runs[0]: 1,
        runs[0][:8]: 1,
        runs[1]: 3,
        "2026-11-02": 1,
        "2026-11-03": 3,
        "2026-11-03T11:59:59Z": 1,
        "2026-11": 3,
    }.items():
        assert amounts(later, "cost_center", as_of=as_of) == {("A",): total}, as_of
    with pytest.raises(NothingThereError, match="no run 2026-11-01"):
        later.report(Question(PERIOD, as_of="2026-11-01"))


def test_a_bill_that_names_neither_payer_nor_currency(tmp_path: Path) -> None:
    """What an owner spends and what it is given stand in one row all the same."""
    charges = bill_of(LINES)
    for charge in charges:
        charge |= {"BillingCurrency": "", "BillingAccountId": ""}
    workspace = workspace_in(tmp_path, RULES)
    workspace.ingest(delivered(tmp_path, csv_bill(charges)))
    workspace.allocate()
    rows = workspace.report(Question(PERIOD)).rows
    assert [(row["cost_center"], row["direct"], row["shared"]) for row in rows] == [
        ("A", 3, 6),
        ("B", 5, 10),
    ]
    assert amounts(workspace, "BillingAccountId", "BillingCurrency") == {(None, None): 24}
    assert not workspace.prove().findings
