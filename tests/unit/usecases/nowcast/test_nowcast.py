"""Days that are still filling up are estimated beside the allocation, and change nothing in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from apportion.model.errors.base import NothingThereError, UnknownColumnError
from apportion.model.outcome import Outcome
from apportion.model.question import Granularity, Question
from aws_typed import Typed
from late_bills import deliver_at, lines_at
from stories import Line, reopened, workspace_in

RULES = """
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  team:
    from: [{tag: Team}]
shared:
  - {name: network, where: "ServiceName = 'Network'", split: even}
"""
NOW = "2026-09-06T00:00:00Z"
#: Of each day: direct cost of two teams, a refund, and cost in a pool.
CHARGES: tuple[Line, ...] = (
    {"tags": "Team=a", "cost": "10"},
    {"tags": "Team=b", "cost": "30", "service": "S3"},
    {"tags": "Team=b", "cost": "-4", "service": "Lambda"},
    {"service": "Network", "cost": "6"},
)
TAX: Line = {"day": "2026-09-01", "tags": "Team=a", "category": "Tax", "cost": "2"}
#: At the last one the fourth day is a day old: four tenths are billed.
MADE = tuple(f"2026-09-{day:02}T{hour}:00:00Z" for day in (3, 4, 5) for hour in ("00", "12"))[:-1]
QUESTION = Question("2026-09", granularity=Granularity.DAY)


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A month with a delivery every twelve hours; the last two are allocated."""
    folder = tmp_path_factory.mktemp("late")
    workspace_in(folder, RULES, {"apportion.toml": ""})
    for made in MADE:
        lines = lines_at(made, first="2026-09-01", days=30, charges=CHARGES)
        deliver_at(folder, [*lines, TAX], made)
        if made in MADE[-2:]:
            reopened(folder, now=made).allocate(["2026-09"])
    return folder


@pytest.fixture
def folder(past: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(past, tmp_path / "work"))


def by_day(outcome: Outcome, column: str = "expected") -> Mapping[tuple[object, object], object]:
    return {(row["day"], row["team"]): row[column] for row in outcome.rows}


def test_each_day_and_owner_has_billed_and_expected_cost(past: Path) -> None:
    found = reopened(past, now=NOW).nowcast.estimate(QUESTION)
    third, fourth = date(2026, 9, 3), date(2026, 9, 4)
    assert found.columns == (
        *("day", "team", "currency", "billed", "complete_share", "expected", "low", "high"),
    )
    assert (by_day(found)[third, "a"], by_day(found)[third, "b"]) == (13, 29)
    assert by_day(found, "complete_share")[third, "b"] == 1
    assert by_day(found, "billed")[fourth, "a"] == Decimal("5.2")
    expected = [by_day(found)[fourth, team] for team in "ab"]
    assert [round(Decimal(str(amount))) for amount in expected] == [13, 29]
    assert by_day(found, "low")[fourth, "a"] is None
    assert "Intervals need 60 errors of past estimates of the same age." in found.messages


def test_estimates_change_no_figure_and_no_file(folder: Path) -> None:
    def figures() -> list[object]:
        workspace = reopened(folder, now=NOW)
        proved = workspace.prove(["2026-09"], by_account=True)
        return [workspace.report(QUESTION), proved.rows, proved.messages, workspace.history()]

    def files() -> dict[Path, bytes]:
        every = (path for path in (folder / "ledger").rglob("*") if path.is_file())
        return {path: path.read_bytes() for path in every if ".lock" not in path.name}

    before, files_before = figures(), files()
    assert reopened(folder, now=NOW).nowcast.estimate(QUESTION).rows
    assert reopened(folder, now=NOW).nowcast.backtest(QUESTION).columns
    assert (figures(), files()) == (before, files_before)


def test_any_columns_add_up_to_the_same_estimate(past: Path) -> None:
    workspace = reopened(past, now=NOW)
    sums = [
        sum(Decimal(str(row["expected"])) for row in workspace.nowcast.estimate(one).rows)
        for one in (
            QUESTION,
            Question("2026-09", ("ServiceName",)),
            Question("2026-09", ("team", "SubAccountId"), cost="BilledCost"),
        )
    ]
    assert [round(amount, 4) for amount in sums] == [round(sums[0], 4)] * 3
    with pytest.raises(UnknownColumnError):
        workspace.nowcast.estimate(Question("2026-09", ("cost_center",)))


def test_tax_of_a_running_month_is_not_estimated_and_listed(past: Path) -> None:
    found = reopened(past, now=NOW).nowcast.estimate(QUESTION)
    (finding,) = [each for each in found.findings if each.code.number == "N002"]
    assert (finding.amount, finding.currency) == (2, "USD")
    assert by_day(found)[date(2026, 9, 1), "a"] == 15, "13 and the tax as billed"


def test_one_delivery_shows_what_is_billed_and_that_nothing_is_known(tmp_path: Path) -> None:
    workspace_in(tmp_path, RULES)
    made = "2026-09-03T00:00:00Z"
    deliver_at(tmp_path, lines_at(made, first="2026-09-01", days=3, charges=CHARGES), made)
    reopened(tmp_path, now=NOW).allocate(["2026-09"])
    found = reopened(tmp_path, now=NOW).nowcast.estimate(QUESTION)
    (finding,) = [each for each in found.findings if each.code.number == "N001"]
    assert "1 delivery" in str(finding)
    assert {row["complete_share"] for row in found.rows} == {None}
    assert all(row["expected"] == row["billed"] for row in found.rows)


def test_a_delivery_that_is_older_than_its_charges_is_a_finding(tmp_path: Path) -> None:
    workspace_in(tmp_path, RULES)
    line: Line = {**CHARGES[0], "day": "2026-09-05"}
    deliver_at(tmp_path, [line], "2026-09-02T00:00:00Z")
    reopened(tmp_path, now=NOW).allocate(["2026-09"])
    found = reopened(tmp_path, now=NOW).nowcast.estimate(QUESTION)
    assert [each.code.number for each in found.findings] == ["N003", "N001"]
    assert [row["expected"] for row in found.rows] == [10]


def test_without_a_delivery_there_is_nothing_to_estimate(tmp_path: Path) -> None:
    workspace_in(tmp_path, RULES)
    with pytest.raises(NothingThereError, match="Run `apportion allocate` first"):
        reopened(tmp_path, now=NOW).nowcast.estimate(QUESTION)


def test_typed_by_a_user(past: Path) -> None:
    typed = Typed(past, no_clients, now=datetime(2026, 9, 6, tzinfo=UTC))
    done = typed.well("nowcast", "--period", "2026-09", "--by", "team", "--output", "json")
    rows = json.loads(done.out)
    assert [row["expected"] for row in rows if row["day"] == "2026-09-03"] == [
        "13.00",
        "29.00",
    ]
    assert "Estimates are neither in the ledger nor in the proof." in done.err
    assert typed.well("nowcast", "--backtest", "--output", "csv").out.startswith("level,horizon,")


def no_clients(service: str, region: str) -> object:
    raise AssertionError(service, region)
