"""The finance system's file is read back: the recharge rate, and what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from journal_ledger import make_journal_ledger
from larkmoor import Typed


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Typed:
    prompt = make_journal_ledger(tmp_path_factory.mktemp("sent"))
    prompt("journal", "export", "-t", "netsuite", "--to", str(prompt.folder / "sent.csv"))
    batch = prompt("journal", "list", "--output", "json").rows[0]["batch"]
    assert prompt("journal", "mark-sent", batch).code == 0
    return prompt


def test_the_file_that_was_sent_is_complete(sent: Typed) -> None:
    sent("journal", "verify", "sent.csv", "--template", "netsuite")
    assert sent.code == 0, sent.err
    assert "General ledger recharge rate: 100.0 % (145.92 of 145.92 USD)." in sent.err
    assert "General ledger recharge rate: 100.0 % (2,000.00 of 2,000.00 JPY)." in sent.err


def test_a_line_that_was_not_imported_is_found_with_its_money(sent: Typed) -> None:
    lines = (sent.folder / "sent.csv").read_text().splitlines()
    [missing] = [line for line in lines if "100.67" in line]
    (sent.folder / "part.csv").write_text("\n".join(one for one in lines if one != missing))
    sent("journal", "verify", "part.csv", "--template", "netsuite", "--output", "json")
    assert sent.code == 1
    assert "J040" in sent.err
    assert "expected 101.68 USD, found 1.01 USD" in sent.err
    [row] = [row for row in sent.rows if row["difference"] != "0.00"]
    assert (row["company"], row["account"], row["cost_center"]) == (
        "Example Holding",
        "6510",
        "4711",
    )


def test_a_file_without_currencies_is_no_proof_of_several(sent: Typed) -> None:
    (sent.folder / "balance.csv").write_text("account,amount\n1590,-2145.92\n")
    sent("journal", "verify", "balance.csv")
    assert sent.code == 1
    assert "amounts in JPY and USD, expected a column currency" in sent.err


def test_a_month_without_sent_journals_is_reported(tmp_path: Path, sent: Typed) -> None:
    sent("journal", "verify", "sent.csv", "--period", "2026-08")
    assert sent.code == 2
    assert "The ledger has no journal of 2026-08 that was sent" in sent.err
    sent("journal", "verify", str(tmp_path / "none.csv"))
    assert sent.code == 1
