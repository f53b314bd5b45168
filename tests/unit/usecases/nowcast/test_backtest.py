"""Estimates that past deliveries would have given are compared with what was billed in the end."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from apportion.model.question import Question
from late_bills import deliver_at, lines_at
from stories import Line, reopened, workspace_in

RULES = """
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  team:
    from: [{tag: Team}]
"""
CHARGES: tuple[Line, ...] = (
    {"tags": "Team=a", "cost": "10"},
    {"tags": "Team=b", "cost": "30", "service": "S3"},
)
#: The first deliveries show two whole days, the next ones a day that fills up.
MADE = tuple(f"2026-09-0{day}T{hour}:00:00Z" for day in (3, 4, 5) for hour in ("00", "12"))
LAST = "2026-09-07T00:00:00Z"


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backtest")
    workspace_in(folder, RULES)
    for made in (*MADE, LAST):
        lines = lines_at(made, first="2026-09-01", days=30, charges=CHARGES)
        deliver_at(folder, lines, made)
        if made in (MADE[-2], LAST):
            reopened(folder, now=made).allocate(["2026-09"])
    return folder


def test_errors_are_shown_by_horizon_service_and_owner(past: Path) -> None:
    found = reopened(past, now=LAST).nowcast.backtest(Question("2026-09"))
    assert {row["level"] for row in found.rows} == {"day", "service", "owner"}
    services = {row["group"] for row in found.rows if row["level"] == "service"}
    assert services == {"(all)", "Amazon Elastic Compute Cloud", "S3"}
    owners = [row for row in found.rows if row["level"] == "owner" and row["horizon"] == "(all)"]
    assert [(row["group"], row["truth"]) for row in owners] == [("a", 10), ("b", 30)]
    for row in found.rows:
        assert Decimal(str(row["wape_share"])) < Decimal("0.35"), row
        assert row["covered_share"] is None, "too few errors for an interval"
    assert found.messages[0] == "7 deliveries replayed, EffectiveCost."


def test_all_services_of_a_day_are_one_estimate(past: Path) -> None:
    rows = reopened(past, now=LAST).nowcast.backtest(Question("2026-09")).rows
    by = {(row["level"], row["horizon"]): row for row in rows if row["group"] == "(all)"}
    horizons = [horizon for level, horizon in by if level == "day"]
    assert horizons
    for horizon in horizons:
        assert by["day", horizon]["truth"] == by["service", horizon]["truth"]


def test_without_complete_days_nothing_is_compared(past: Path) -> None:
    history = reopened(past, now=LAST).history().rows
    first = next(str(row["run"]) for row in history if row["kind"] == "allocate")
    found = reopened(past, now=LAST).nowcast.backtest(Question("2026-09", as_of=first))
    assert all(row["level"] != "owner" for row in found.rows)


def test_two_deliveries_a_moment_apart_give_nothing_to_compare(tmp_path: Path) -> None:
    workspace_in(tmp_path, RULES)
    for made in ("2026-09-03T00:00:00Z", "2026-09-03T01:00:00Z"):
        lines = lines_at(made, first="2026-09-01", days=3, charges=CHARGES)
        deliver_at(tmp_path, lines, made)
    reopened(tmp_path, now=LAST).allocate(["2026-09"])
    found = reopened(tmp_path, now=LAST).nowcast.backtest(Question("2026-09"))
    assert found.rows == ()
    assert found.messages[-1].startswith("No estimate can be compared yet")
