"""Invoices are added to the ledger once; a changed one needs consent."""

from __future__ import annotations

from pathlib import Path

import pytest

from apportion.app.workspace import open_workspace
from apportion.ledger.iceberg import IcebergLedger
from apportion.model.errors.base import FindingsError, LedgerDamagedError
from apportion.usecases.invoices.records import recorded_invoices
from larkmoor import Typed

FIRST = """\
provider,payer,invoice,period,currency,amount
AWS,000000000001,INV-1,2026-09,USD,120.50
AWS,000000000001,INV-2,2026-08,USD,0
"""


@pytest.fixture
def typed(tmp_path: Path) -> Typed:
    """A folder with settings, a file of invoices, and an empty ledger."""
    (tmp_path / "apportion.toml").write_text("")
    (tmp_path / "invoices.csv").write_text(FIRST)
    return Typed(tmp_path)


def test_the_same_file_twice_is_kept_once(typed: Typed) -> None:
    typed("invoices", "add", "invoices.csv", "--output", "json")
    assert (typed.code, [row["status"] for row in typed.rows]) == (0, ["added", "added"])
    assert "2 invoices: 2 added." in typed.err
    files = sorted((typed.folder / "ledger").rglob("*"))
    typed("invoices", "add", "invoices.csv", "--output", "json")
    assert [row["status"] for row in typed.rows] == ["unchanged", "unchanged"]
    assert sorted((typed.folder / "ledger").rglob("*")) == files


def test_a_changed_invoice_needs_replace_and_all_or_none_is_recorded(typed: Typed) -> None:
    typed("invoices", "add", "invoices.csv")
    changed = FIRST.replace("120.50", "125.50") + "AWS,000000000001,INV-3,2026-09,USD,1\n"
    (typed.folder / "invoices.csv").write_text(changed)
    typed("invoices", "add", "invoices.csv")
    assert typed.code == 1
    assert "I006" in typed.err
    assert "expected amount 120.50, found amount 125.50" in typed.err
    assert "Nothing was recorded." in typed.err
    assert len(typed("invoices", "list", "--output", "json").rows) == 2

    typed("invoices", "add", "invoices.csv", "--replace", "--output", "json")
    assert [row["status"] for row in typed.rows] == ["replaced", "unchanged", "added"]
    typed("invoices", "list", "--period", "2026-09", "--output", "json")
    assert [(row["invoice"], row["amount"]) for row in typed.rows] == [
        ("INV-1", "125.50"),
        ("INV-3", "1.00"),
    ]


def test_the_list_as_csv_is_a_file_to_add(typed: Typed) -> None:
    typed("invoices", "add", "invoices.csv")
    typed("invoices", "list", "--output", "csv", "--to", str(typed.folder / "all.csv"))
    typed("invoices", "add", "all.csv", "--output", "json")
    assert {row["status"] for row in typed.rows} == {"unchanged"}


def test_a_file_with_a_mistake_adds_nothing(typed: Typed) -> None:
    (typed.folder / "invoices.csv").write_text(f"{FIRST}AWS,1,INV-3,2026-09,USD,1.-\n")
    assert typed("invoices", "add", "invoices.csv").code == 1
    assert "I001 Invalid amount invoices.csv:4 amount" in typed.err
    assert not (typed.folder / "ledger/evidence").exists()
    with pytest.raises(FindingsError):
        open_workspace(typed.folder).invoices.add(typed.folder / "missing.csv")


def test_invoices_that_cannot_be_read_are_damage(typed: Typed) -> None:
    typed("invoices", "add", "invoices.csv")
    ledger = IcebergLedger(typed.folder / "ledger")
    content = ledger.keep_input(b'[{"provider": "AWS"}]')
    ledger.add_note(b'{"record": "invoices", "number": 2, "content": "%s"}' % content.encode())
    with pytest.raises(LedgerDamagedError):
        recorded_invoices(ledger)
