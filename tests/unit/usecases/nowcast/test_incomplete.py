"""Reports by day and comparisons say which days are not billed completely."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from apportion.core.billing.bill_identity import newest
from apportion.engines.duckdb import DuckDB
from apportion.ledger.iceberg import IcebergLedger
from apportion.model.manifest import RunKind
from apportion.model.question import Granularity, Question
from apportion.usecases.context import RunContext
from apportion.usecases.ingest.arrivals import ARRIVALS
from apportion.usecases.nowcast.read_arrivals import read_all_arrivals, read_recorded_arrivals
from late_bills import deliver_at, four_days, lines_at
from older_ledger import OlderLedger
from stories import Line, reopened

CHARGES: tuple[Line, ...] = ({"tags": "Team=a", "cost": "10"},)
BY_DAY = Question("2026-09", granularity=Granularity.DAY)
FOURTH = (
    "2026-09-04: not billed completely, 4.00 USD of about 10.00 USD, so lower cost is no saving. "
    "See `apportion nowcast --period 2026-09`."
)


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The newest delivery holds three whole days and a part of the fourth."""
    return four_days(tmp_path_factory.mktemp("incomplete"), CHARGES)


def test_a_report_by_day_names_incomplete_days_and_keeps_its_figures(past: Path) -> None:
    found = reopened(past).report(BY_DAY)
    assert FOURTH in found.messages
    assert [row["total"] for row in found.rows] == [10, 10, 10, 4]
    assert FOURTH not in reopened(past).report(Question("2026-09")).messages


def test_a_comparison_does_not_call_an_incomplete_day_a_saving(past: Path) -> None:
    found, _lines = reopened(past).compare("2026-09", "2026-09")
    assert found.messages.count(FOURTH) == 1


@pytest.fixture
def with_august(past: Path, tmp_path: Path) -> Path:
    """The month before has a delivery, too."""
    folder = Path(shutil.copytree(past, tmp_path / "work"))
    made = "2026-09-05T01:00:00Z"
    deliver_at(folder, lines_at(made, first="2026-08-01", days=4, charges=CHARGES), made)
    return folder


def test_a_report_needs_no_arrivals_of_earlier_months(with_august: Path) -> None:
    *_, august = IcebergLedger(with_august / "ledger").runs()
    for file in august.files_of(ARRIVALS):
        (with_august / "ledger" / file.name).write_bytes(b"damaged")
    found = reopened(with_august).report(BY_DAY)
    assert FOURTH in found.messages


def test_no_arrivals_are_made_for_a_report(with_august: Path) -> None:
    ledger, older = (made(with_august / "ledger") for made in (IcebergLedger, OlderLedger))
    known = newest(ledger.runs(), RunKind.INGEST, "2026-09")
    engine = DuckDB(with_august / "spill")
    context = RunContext(older, engine, lambda: "", lambda _step: None, "1")
    for read, months in (
        (read_all_arrivals, ["2026-08", "2026-09"]),
        (read_recorded_arrivals, ["2026-09"]),
    ):
        found = read("2026-09", "BilledCost", context, known=known)
        assert [str(bill.period) for bill in found] == months


def test_a_month_long_past_has_no_incomplete_days(past: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(past, tmp_path / "work"))
    made = "2026-10-12T00:00:00Z"
    deliver_at(folder, lines_at(made, first="2026-09-01", days=4, charges=CHARGES), made)
    reopened(folder).allocate(["2026-09"])
    assert not any("not billed" in text for text in reopened(folder).report(BY_DAY).messages)


def test_the_review_does_not_call_an_incomplete_day_a_saving(past: Path, tmp_path: Path) -> None:
    reopened(past).write_review("2026-09", folder=tmp_path / "out")
    assert FOURTH.replace("`", "\\`") in (tmp_path / "out/review.md").read_text("utf-8")
