"""An accrual posts what a month is expected to cost, and takes it back on a day."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from apportion.app.workspace import Workspace
from apportion.model.errors.base import FindingsError
from apportion.model.errors.close import ClosedAlreadyError, ReversedTooEarlyError
from apportion.model.errors.output_files import FolderFilledError
from apportion.model.finance.close import Decision
from apportion.model.outcome import Outcome
from apportion.model.question import Question
from apportion.model.settings import Settings
from late_bills import deliver_at, four_days, lines_at
from stories import Line, reopened

CHART = """\
apportion: 1
companies:
  "1000": {name: Example, clearing: "1590", accrual: "1990"}
payers: {"000000000001": "1000"}
accounts: [{account: "6510", service_categories: [Compute]}, {account: "6500"}]
owners:
  - {owner: a, company: "1000", cost_center: "1"}
  - {owner: b, company: "1000", cost_center: "2"}
"""
MONTH, REVERSED = "2026-09", date(2026, 10, 31)
CHARGES: tuple[Line, ...] = (
    {"tags": "Team=a", "cost": "4", "ServiceCategory": "Compute"},
    {"tags": "Team=b", "cost": "6.01"},
)
VEGA = Decision("R. Vega", "Day 3")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """September up to its fourth day, of which a part is billed."""
    return four_days(tmp_path, CHARGES, {"chart.yaml": CHART})


def opened(folder: Path, *, now: str = "2026-10-03T08:00:00Z") -> Workspace:
    chart = folder / "chart.yaml"
    settings = Settings("", folder / "ledger", folder / "rulebook", folder, chart=chart)
    return Workspace(settings, now=lambda: now)


def accrue(folder: Path, to: str = "accrual", *, reverse_on: date = REVERSED) -> Outcome:
    return opened(folder).close.accrue(
        MONTH, VEGA, reverse_on=reverse_on, template="csv", templates=folder, folder=folder / to
    )


def posted(path: Path) -> dict[tuple[str, str, str], Decimal]:
    """Debits less credits by date, account and owner."""
    return {
        (row["posting_date"], row["account"], row["owner"]): Decimal(row["debit"] or 0)
        - Decimal(row["credit"] or 0)
        for row in csv.DictReader(path.read_text().splitlines())
    }


def test_an_accrual_is_what_is_billed_and_what_is_expected(folder: Path) -> None:
    done = accrue(folder)
    assert [each.code.number for each in done.findings] == ["K008"], "only four days are billed"
    rows = {row["team"]: (row["billed"], row["accrued"]) for row in done.rows}
    assert rows == {
        "a": (Decimal("13.6"), Decimal(16)),
        "b": (Decimal("20.434"), Decimal("24.04")),
    }
    lines = posted(folder / "accrual" / f"accrual-{MONTH}.csv")
    assert lines == {
        ("2026-09-30", "1990", ""): Decimal("-40.04"),
        ("2026-09-30", "6510", "a"): Decimal("13.60"),
        ("2026-09-30", "6500", "a"): Decimal("2.40"),
        ("2026-09-30", "6500", "b"): Decimal("24.04"),
    }
    back = posted(folder / "accrual" / f"reversal-{MONTH}.csv")
    assert back == {("2026-10-31", *key[1:]): -amount for key, amount in lines.items()}


def test_an_estimate_enters_no_report_and_no_journal_of_the_month(folder: Path) -> None:
    def report() -> object:
        return opened(folder).report(Question(MONTH)).rows

    before = report()
    accrue(folder)
    assert report() == before
    assert opened(folder).journals.list(MONTH).rows == ()
    assert [row["action"] for row in opened(folder).close.history(MONTH).rows] == ["accrue"]


def test_a_later_bill_ends_the_state_accrued(folder: Path) -> None:
    def state() -> tuple[object, object]:
        (row,) = opened(folder).close.status(MONTH).rows
        return row["state"], row["waits_for"]

    assert state() == ("open", "the rest of the bill, whose last charge is of 2026-09-04")
    accrue(folder)
    assert state()[0] == "accrued"
    final = "2026-10-06T00:00:00Z"
    deliver_at(folder, lines_at(final, first="2026-09-01", days=30, charges=CHARGES), final)
    assert state()[0] == "open"
    reopened(folder, now=final).allocate([MONTH])
    assert state()[0] == "billed"


def test_the_same_accrual_has_the_same_bytes(folder: Path) -> None:
    accrue(folder)
    accrue(folder, "again")
    for name in (f"accrual-{MONTH}.csv", f"reversal-{MONTH}.csv"):
        assert (folder / "accrual" / name).read_bytes() == (folder / "again" / name).read_bytes()
    with pytest.raises(FolderFilledError):
        accrue(folder)


def test_what_an_accrual_needs(folder: Path) -> None:
    with pytest.raises(ReversedTooEarlyError, match="expected a day after 2026-09"):
        accrue(folder, reverse_on=date(2026, 9, 30))
    chart = folder / "chart.yaml"
    chart.write_text(CHART.replace(', accrual: "1990"', ""))
    with pytest.raises(FindingsError) as stopped:
        accrue(folder)
    assert [each.code.number for each in stopped.value.findings] == ["K007"]
    assert not (folder / "accrual").exists()
    chart.write_text(CHART)
    opened(folder, now="2026-11-01T00:00:00Z").close.close(MONTH, VEGA)
    with pytest.raises(ClosedAlreadyError):
        accrue(folder)
