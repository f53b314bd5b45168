"""A part never replaces a whole: the run stops with the money, and goes on by an explicit word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from apportion.app.workspace import Workspace
from apportion.model.errors.base import FindingsError
from apportion.model.findings.finding import Finding
from apportion.model.outcome import Outcome
from stories import Line, bill_of, csv_bill, parquet_bill, workspace_in

RULES = """
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  team:
    from: [{tag: Team}]
"""
ONE = {"day": "2026-09-01", "account": "000000000011", "tags": "Team=a", "cost": "10"}
OTHER = {"day": "2026-09-01", "account": "000000000012", "tags": "Team=b", "cost": "40"}
LATER = {"day": "2026-09-02", "account": "000000000011", "tags": "Team=a", "cost": "5"}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_in(tmp_path, RULES)


class Bills:
    """Takes lines in as files of their own."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self._workspace, self._folder, self._count = workspace, folder, 0

    def file(self, lines: Sequence[Line], *, parquet: bool = False) -> Path:
        self._count += 1
        path = self._folder / f"{self._count}.{'parquet' if parquet else 'csv'}"
        path.write_bytes((parquet_bill if parquet else csv_bill)(bill_of(lines)))
        return path

    def take_in(self, lines: Sequence[Line], *, parquet: bool = False, **how: object) -> Outcome:
        return self._workspace.ingest([self.file(lines, parquet=parquet)], **how)  # type: ignore[arg-type]  # options by name

    def refuse(self, lines: Sequence[Line], **how: object) -> list[Finding]:
        with pytest.raises(FindingsError) as refused:
            self.take_in(lines, **how)
        return [each for each in refused.value.findings if each.code.number[0] == "L"]


@pytest.fixture
def bills(workspace: Workspace, tmp_path: Path) -> Bills:
    return Bills(workspace, tmp_path)


def billed(outcome: Outcome, column: str = "BilledCost") -> Decimal:
    return sum((Decimal(str(row[column])) for row in outcome.rows), Decimal())


def codes(findings: Iterable[Finding]) -> list[str]:
    return [each.code.number for each in findings if each.code.number[0] == "L"]


def run_of(outcome: Outcome) -> str:
    return str(outcome.rows[0]["run"])


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([ONE], [OTHER], "nothing of account 000000000011"),
        ([ONE, LATER], [ONE], "nothing of day 2026-09-02"),
        ([ONE], [LATER], "nothing of day 2026-09-01; no charge in common"),
        ([ONE], [{**ONE, "service": "Amazon S3"}], "no charge in common"),
        ([{**ONE, "RegionId": "eu"}], [{**ONE, "RegionId": "us"}], "no charge in common"),
        ([ONE, ONE, ONE], [ONE, ONE], "2 lines"),
        ([{**ONE, "cost": "100"}], [{**ONE, "cost": "60"}], "1 lines"),
    ],
)
def test_what_is_less_stops_with_the_money(
    bills: Bills, workspace: Workspace, first: list[Line], second: list[Line], expected: str
) -> None:
    run = run_of(bills.take_in(first))
    (finding,) = bills.refuse(second)
    assert finding.code.number == "L009"
    assert expected in finding.found
    lost = sum(Decimal(line["cost"]) for line in first) - sum(
        Decimal(line["cost"])
        for line in second
        if "no charge" not in expected and "account" not in expected
    )
    assert finding.amount == lost
    for way in (f"--together-with {run}", "--bill NAME", "--replace"):
        assert way in finding.remedy
    assert [row["run"] for row in workspace.history().rows] == [run]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([ONE], [ONE, LATER, OTHER]),  # the month grows
        ([ONE, LATER], [{**ONE, "cost": "9.5"}, {**LATER, "cost": "4.9"}]),  # a day is restated
        ([ONE, OTHER], [{**ONE, "tags": "Team=b"}, {**OTHER, "tags": ""}]),  # tags are put right
        ([ONE], [{**ONE, "InvoiceId": "1", "ChargeDescription": "final"}]),  # the month is closed
        ([ONE], [{**ONE, "RegionId": "eu", "ResourceId": "i-1"}]),  # columns are added
    ],
)
def test_growth_and_restatements_go_on(bills: Bills, first: list[Line], second: list[Line]) -> None:
    bills.take_in(first)
    taken = bills.take_in(second)
    assert billed(taken) == sum(Decimal(line["cost"]) for line in second)
    assert codes(taken.findings) in ([], ["L001"])


def test_small_losses_do_not_add_up_to_a_large_one(bills: Bills) -> None:
    steps = [[{**ONE, "cost": cost}] for cost in ("100", "92", "85", "79")]
    first = run_of(bills.take_in(steps[0]))
    assert codes(bills.take_in(steps[1]).findings) == ["L001"]
    (finding,) = bills.refuse(steps[2])
    assert (finding.code.number, finding.amount) == ("L009", 15)
    assert first in finding.subject
    bills.take_in(steps[2], replace=True)
    assert codes(bills.take_in(steps[3]).findings) == ["L001"], "compared with what was accepted"


def test_lines_that_disappear_one_by_one_stop(bills: Bills) -> None:
    lines = [{**ONE, "ResourceId": f"i-{number}"} for number in range(20)]
    bills.take_in(lines)
    bills.take_in([*lines[:19], {**LATER, "cost": "500"}])
    bills.take_in([*lines[:18], {**LATER, "cost": "501"}])
    (finding,) = bills.refuse([*lines[:17], {**LATER, "cost": "502"}])
    assert (finding.code.number, finding.amount) == ("L009", 30)


def test_a_damaged_earlier_delivery_does_not_stop_a_later_one(bills: Bills, tmp_path: Path) -> None:
    bills.take_in([{**ONE, "cost": "100"}])
    (costs,) = (tmp_path / "ledger").rglob("*/costs/**/*.parquet")
    bills.take_in([{**ONE, "cost": "92"}])
    costs.write_bytes(b"damaged")
    assert codes(bills.take_in([{**ONE, "cost": "91"}]).findings) == ["L001"]


PARTS = [
    ("AvailabilityZone", "eu-1a", "eu-1b"),
    ("PricingCategory", "Standard", "Committed"),
    ("InvoiceId", "1", "2"),
    ("SubAccountName", "shop", "web"),
    ("SkuPriceId", "p1", "p2"),
]


@pytest.mark.parametrize(("column", "one", "other"), PARTS)
def test_parts_that_differ_in_any_description_stop_or_are_reported(
    bills: Bills, column: str, one: str, other: str
) -> None:
    bills.take_in([{**ONE, column: one}])
    (finding,) = bills.refuse([{**ONE, column: other, "cost": "30"}])
    assert (finding.code.number, finding.amount) == ("L009", 10)
    (found_finding,) = bills.take_in([{**ONE, column: other}]).findings[-1:]
    assert found_finding.subject.endswith("other tags or details on 10.00 USD")


def test_an_invoice_that_comes_when_the_month_is_closed_is_no_other_part(bills: Bills) -> None:
    purchase = {**ONE, "service": "Savings Plans", "InvoiceId": "1"}
    bills.take_in([purchase, {**ONE, "InvoiceId": ""}])
    closed = bills.take_in([purchase, {**ONE, "InvoiceId": "2", "cost": "11"}])
    assert codes(closed.findings) == ["L001"]


def test_a_part_with_other_names_is_a_repetition_all_the_same(bills: Bills) -> None:
    first = run_of(bills.take_in([{**ONE, "SubAccountName": "shop"}]))
    renamed = {**ONE, "SubAccountName": "web"}
    assert codes(bills.refuse([renamed], together_with=[first])) == ["L006"]
    assert codes(bills.refuse([renamed], bill="other")) == ["L003"]


def test_other_tags_on_the_same_money_are_reported(bills: Bills) -> None:
    bills.take_in([ONE, OTHER])
    (finding,) = [
        f for f in bills.take_in([{**ONE, "tags": ""}, OTHER]).findings if "L" in f.code.number
    ]
    assert finding.subject.endswith("other tags or details on 10.00 USD")


@pytest.mark.parametrize("parquet", [False, True])
def test_two_parts_together_are_the_whole_of_both(
    bills: Bills, workspace: Workspace, *, parquet: bool
) -> None:
    first = run_of(bills.take_in([ONE], parquet=parquet))
    both = bills.take_in([OTHER, LATER], parquet=parquet, together_with=[first[:6]])
    assert (both.rows[0]["lines"], billed(both)) == (3, 55)
    workspace.allocate()
    proof = workspace.prove()
    assert codes(proof.findings) == []
    assert {row["stated"] for row in proof.rows} == {55}
    assert {row["difference"] for row in proof.rows} == {0}
    (held,) = workspace.held().rows
    assert held["parts"] == 2
    again = bills.take_in([OTHER, LATER], parquet=parquet, together_with=[first])
    assert again.rows[0]["status"] == "unchanged"
    whole = bills.take_in([ONE, OTHER, LATER, LATER], parquet=parquet)
    assert codes(whole.findings) == ["L001"], "a later complete delivery replaces both"


def test_a_part_goes_with_what_is_in_force_and_is_no_repetition(bills: Bills) -> None:
    first = run_of(bills.take_in([ONE]))
    second = run_of(bills.take_in([OTHER], together_with=[first]))
    (old,) = bills.refuse([LATER], together_with=[first])
    assert (old.code.number, second in old.remedy) == ("L010", True)
    for repeated in ([OTHER], [{**OTHER, "ChargeDescription": "again"}]):
        assert codes(bills.refuse(repeated, together_with=[second])) == ["L006"]
    assert codes(bills.refuse([LATER], together_with=["0123"])) == ["L010"]
    october = {**ONE, "day": "2026-10-01"}
    assert codes(bills.refuse([october], together_with=[second])) == ["L010"]


def test_two_exports_of_one_payer_stand_side_by_side_where_one_is_named(
    bills: Bills, workspace: Workspace
) -> None:
    bills.take_in([ONE])
    bills.take_in([OTHER], bill="other")
    assert codes(bills.take_in([ONE, LATER]).findings) == ["L001"], "each is known by its accounts"
    assert codes(bills.refuse([ONE, OTHER], bill="both")) == ["L003", "L003"]
    whole = bills.take_in([ONE, LATER, OTHER], bill="both", replace=True)
    assert [row["bill"] for row in workspace.held().rows] == ["both"]
    workspace.allocate()
    assert codes(workspace.prove().findings) == []
    assert billed(whole) == 55


def test_what_was_replaced_is_named_with_each_proof(bills: Bills, workspace: Workspace) -> None:
    run = run_of(bills.take_in([ONE, LATER]))
    bills.take_in([OTHER], replace=True)
    for outcome in (workspace.allocate(), workspace.prove()):
        (finding,) = [each for each in outcome.findings if each.code.number == "L012"]
        assert (finding.place, finding.amount) == ("2026-09 billing account 000000000001", 15)
        assert run in finding.subject
    bills.take_in([ONE, LATER], bill="back")
    for outcome in (workspace.allocate(), workspace.prove()):
        assert codes(outcome.findings) == [], "it came back, in another bill"


def test_a_new_payer_is_reported_once(bills: Bills) -> None:
    payer = {**ONE, "payer": "000000000002"}
    assert codes(bills.take_in([ONE]).findings) == []
    (finding,) = [f for f in bills.take_in([payer]).findings if f.code.number == "L011"]
    assert finding.amount == 10
    assert codes(bills.take_in([payer, {**payer, "day": "2026-09-02"}]).findings) == ["L001"]


def test_a_stop_in_one_month_leaves_all_as_they_were(bills: Bills, workspace: Workspace) -> None:
    october = {**ONE, "day": "2026-10-01"}
    bills.take_in([ONE, LATER, october])
    assert codes(bills.refuse([ONE, october, {**october, "day": "2026-10-02"}])) == ["L009"]
    assert len(workspace.history().rows) == 2


def test_month_so_far_files_that_were_restated_are_not_added_up(
    bills: Bills, workspace: Workspace
) -> None:
    days = [{**ONE, "day": f"2026-09-{day:02}", "cost": f"{day}.10"} for day in range(1, 6)]
    later = [{**line, "cost": f"{line['cost']}7"} for line in days]
    files = [bills.file(days), bills.file([*later, {**ONE, "day": "2026-09-06"}])]
    with pytest.raises(FindingsError, match="5 of 5 that were compared stand in both, a little"):
        workspace.ingest(files)


def test_a_real_export_grows_in_silence(workspace: Workspace, shared_data: Path) -> None:
    files = sorted((shared_data / "cur2_deliveries").glob("*.parquet"))
    result = [codes(workspace.ingest([file]).findings) for file in files]
    assert result == [[], [], ["L001"], ["L001"]]
    with pytest.raises(FindingsError, match="L009"):
        workspace.ingest([files[0]])


MORNING = [{**ONE, "ChargePeriodStart": f"2026-09-01T{hour:02}:00:00Z"} for hour in range(12)]
AFTERNOON = [
    {**line, "ChargePeriodStart": f"2026-09-01T{hour}:00:00Z"}
    for hour, line in enumerate(MORNING, 12)
]


@pytest.mark.parametrize("parquet", [False, True])
def test_other_hours_of_the_same_charges_are_another_part(bills: Bills, *, parquet: bool) -> None:
    bills.take_in(MORNING, parquet=parquet)
    (finding,) = bills.refuse(AFTERNOON, parquet=parquet)
    assert finding.code.number == "L009"
    assert finding.subject.startswith("12 of 12 hours")
    assert "from 2026-09-01 00:00" in finding.found
    assert finding.amount == 120
    grown = bills.take_in([*MORNING, *AFTERNOON], parquet=parquet)
    assert billed(grown) == 240
    assert codes(grown.findings) == ["L001"]
    assert codes(bills.refuse(AFTERNOON[1:] * 2, parquet=parquet)) == ["L009"]


def extras(value: str, *costs: str, **different: str) -> list[Line]:
    """Lines of two days that an `x_` column distinguishes, one for each cost."""
    days = ("2026-09-01", "2026-09-02")
    return [
        {**ONE, "day": day, "cost": cost, "x_Stage": f"{value}{number}", **different}
        for day in days
        for number, cost in enumerate(costs)
    ]


def test_parts_that_differ_only_in_a_column_of_ones_own(bills: Bills) -> None:
    bills.take_in(extras("blue", "10", "11"))
    (finding,) = bills.refuse(extras("green", "13", "12", "14"))
    assert (finding.code.number, finding.amount, finding.currency) == ("L009", 42, "USD")
    assert finding.found == "no charge in common; 6 lines"
    done = bills.take_in(extras("green", "13", "12", "14"), replace=True)
    assert {each.code.number for each in done.findings} >= {"L001"}


def test_a_new_column_of_ones_own_is_no_other_part(bills: Bills) -> None:
    bills.take_in(extras("blue", "10", "11"))
    bills.take_in(extras("renamed", "10", "11"))
    bills.take_in(extras("again", "10", "11", x_New="1"))


def test_a_month_that_grows_may_have_another_value_each_time(bills: Bills) -> None:
    bills.take_in(extras("first", "10"))
    later = {**ONE, "day": "2026-09-03", "cost": "1", "x_Stage": "second"}
    bills.take_in([*extras("second", "12"), later])
