"""A month beside its invoices: every stage, the journals that were sent, and the cents between."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from journal_ledger import CHART, LINES, RULEBOOK, make_journal_ledger
from larkmoor import Typed
from read_journals import read_journals

HEADER = "provider,payer,invoice,period,currency,amount\n"
#: In dollars alone, with an invoice that is not there yet and a charge without one.
MONTH = (
    *(line for line in LINES if line.get("currency", "USD") == "USD"),
    {"cost": "2.50", "tags": "CostCenter=CX", "category": "Compute", "invoice": ""},
    {"cost": "7.00", "tags": "CostCenter=CX", "category": "Compute", "invoice": "INV-3"},
)
DIFFERENCE = 'cost: BilledCost\ninvoice_difference: {account: "6595"}\n'


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_journal_ledger(tmp_path_factory.mktemp("month"), MONTH, rulebook=RULEBOOK).folder


@pytest.fixture
def typed(made: Path, tmp_path: Path) -> Typed:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    (tmp_path / "chart.yaml").write_text(CHART + DIFFERENCE)
    return Typed(tmp_path)


def add(typed: Typed, *invoices: str) -> None:
    """Add invoices of September: `INV-1,USD,10`."""
    lines = (each.replace(",", ",2026-09,", 1) for each in invoices)
    rows = "".join(f"AWS,000000000001,{line}\n" for line in lines)
    (typed.folder / "invoices.csv").write_text(HEADER + rows)
    assert typed("invoices", "add", "invoices.csv", "--replace").code == 0, typed.err


def by_invoice(typed: Typed) -> dict[str, tuple[str, str, str | None, str]]:
    """Prove by invoice: allocated, invoice, journals and status of each."""
    typed("prove", "--by-invoice", "--output", "json")
    assert all(row["ledger"] == row["derived"] == row["allocated"] for row in typed.rows)
    return {
        row["InvoiceId"]: (row["allocated"], row["invoice"], row["journals"], row["status"])
        for row in typed.rows
    }


def test_every_invoice_stands_beside_its_charges(typed: Typed) -> None:
    add(typed, "INV-1,USD,144.92", "INV-2,USD,1.01")
    assert by_invoice(typed) == {
        "": ("2.50", None, None, "no invoice id"),
        "INV-1": ("144.906777", "144.92", None, "provider's rounding"),
        "INV-2": ("1.0051", "1.01", None, "equal"),
        "INV-3": ("7.00", None, None, "no invoice yet"),
    }
    assert typed.code == 0
    assert "2026-09 beside its invoices: 4 rows" in typed.err
    assert "Journals post it to account 6595." in typed.err

    assert typed("prove").code == 0
    assert "I011" in typed.err, "the proof compares invoices as soon as there are some"


def test_an_invoice_that_differs_fails_the_proof(typed: Typed) -> None:
    assert typed("prove").code == 0
    assert "invoice" not in typed.err
    add(typed, "INV-1,USD,150.00")
    assert typed("prove").code == 1
    assert "invoice INV-1, expected 144.906777, found 150.00, 5.09 USD" in typed.err


def test_journals_post_the_difference_so_that_they_add_up_to_the_invoice(typed: Typed) -> None:
    def exported(name: str) -> dict[str, Decimal]:
        assert typed("journal", "export", "--to", str(typed.folder / name)).code == 0, typed.err
        sums: dict[str, Decimal] = {}
        for key, amount in read_journals("csv", (typed.folder / name).read_bytes()).items():
            sums[key[2]] = sums.get(key[2], Decimal()) + amount
        return sums

    first = exported("first.csv")
    assert "6595" not in first
    [batch] = {row["batch"] for row in typed("journal", "list", "--output", "json").rows}
    typed("journal", "mark-sent", batch)
    add(typed, "INV-1,USD,144.92", "INV-2,USD,1.01")
    assert by_invoice(typed)["INV-1"][1:3] == ("144.92", "144.91")
    assert "I018" in typed.err

    adjustment = exported("adjustment.csv")
    assert {account: amount for account, amount in adjustment.items() if amount} == {
        "6595": Decimal("0.01"),
        "1590": Decimal("-0.01"),
    }
    [new] = {row["batch"] for row in typed("journal", "list", "--output", "json").rows} - {batch}
    typed("journal", "mark-sent", new)
    found = by_invoice(typed)
    assert [found[each][1] == found[each][2] for each in ("INV-1", "INV-2")] == [True, True]
    assert "I018" not in typed.err


def test_a_chart_map_that_cannot_be_read_fails_the_comparison(typed: Typed) -> None:
    (typed.folder / "chart.yaml").write_text(f"{CHART}invoice_difference: {{account: 6595, x: 1}}")
    add(typed, "INV-2,USD,1.01")
    assert typed("prove").code == 1
    assert "chart.yaml" in typed.err
