"""A kill before any change of a file leaves invoices as they were before, or as they are after."""

from __future__ import annotations

from pathlib import Path

from apportion.ledger.iceberg import IcebergLedger
from apportion.usecases.invoices.records import recorded_invoices
from crash_program import copies_before_every_change

HEADER = "provider,payer,invoice,period,currency,amount\n"


def amounts_in(folder: Path) -> list[str]:
    """Read the amounts of the invoices in a copy."""
    invoices = recorded_invoices(IcebergLedger(folder / "ledger")).values()
    return [str(each.base.total) for each in invoices]


def test_a_killed_addition_changes_nothing_and_can_be_repeated(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (work / "apportion.toml").write_text("")
    (work / "first.csv").write_text(f"{HEADER}AWS,1,INV-1,2026-09,USD,10.00\n")
    (work / "second.csv").write_text(f"{HEADER}AWS,1,INV-1,2026-09,USD,12.00\n")

    copies = copies_before_every_change(work, "invoices", "add", "first.csv", to=tmp_path / "add")
    states = [amounts_in(copy) for copy in copies]
    assert len(copies) > 3
    assert states == sorted(states), "no kill brings the old state back"
    assert {str(state) for state in states} <= {"[]", "['10.00']"}

    replace = ("invoices", "add", "second.csv", "--replace")
    copies = copies_before_every_change(work, *replace, to=tmp_path / "replace")
    states = [amounts_in(copy) for copy in copies]
    assert {str(state) for state in states} <= {"['10.00']", "['12.00']"}
    assert amounts_in(work) == ["12.00"]
