"""The demo's running month: its last days are estimated, and the guide quotes the errors."""

from __future__ import annotations

import io
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from apportion.app.workspace import Workspace, open_workspace
from apportion.cli.commands.demo import add_running_month
from apportion.cli.main import run
from apportion.model.question import Granularity, Question
from apportion.model.row import Row
from demo_ran import Demo

GUIDE = Path(__file__).parents[2] / "docs/how-to/nowcast.md"
OCTOBER = Question("2026-10", ("BillingAccountId",), Granularity.DAY)


@pytest.fixture(scope="module")
def running(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    at = Path(shutil.copytree(demo.workspace, tmp_path_factory.mktemp("running") / "larkmoor"))
    workspace = open_workspace(at)
    add_running_month(workspace, at)
    return workspace


def test_the_last_days_are_estimated_and_the_bill_is_proved(running: Workspace) -> None:
    rows = running.nowcast.estimate(OCTOBER).rows
    (tenth,) = [row for row in rows if row["day"] == date(2026, 10, 10)]
    billed, expected = (Decimal(str(tenth[column])) for column in ("billed", "expected"))
    assert billed * 10 < expected
    assert {row["difference"] for row in running.prove(["2026-10"]).rows} == {Decimal(0)}
    assert any("2026-10-10" in each for each in running.report(OCTOBER).messages)


def test_the_guide_quotes_the_errors_by_age(running: Workspace) -> None:
    rows = [row for row in running.nowcast.backtest(OCTOBER).rows if row["group"] == "(all)"]
    quoted = [row for row in rows if row["level"] != "owner"]
    assert len(quoted) == 8
    for row in quoted:
        assert line_of(row) in GUIDE.read_text("utf-8")


def line_of(row: Row) -> str:
    shares = [row[column] for column in ("wape_share", "bias_share", "covered_share")]
    shown = ["" if share is None else f"{Decimal(str(share)) * 100:.1f} %" for share in shares]
    cells = [row["level"], row["horizon"], row["estimates"], *shown]
    return f"| {' | '.join(map(str, cells))} |".replace("|  |", "| |")


def test_the_running_month_is_of_the_small_demo_alone(tmp_path: Path) -> None:
    demo = Demo(tmp_path)
    out, err = io.StringIO(), io.StringIO()
    words = ["demo", "larkmoor", "--running-month", "--lines", "90000"]
    assert run(words, demo.outside(out, err)) == 2
    assert "leave out --lines" in " ".join(err.getvalue().split())
    assert not demo.workspace.exists()
