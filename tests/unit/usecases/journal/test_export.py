"""A month is exported, sent, and changed: each file has only what was not sent before."""

from __future__ import annotations

import csv
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from apportion.ledger.iceberg import IcebergLedger
from apportion.model.errors.base import LedgerBusyError
from apportion.model.retention import EvidenceKind
from apportion.usecases.journal.records import mark_sent, record_batch, recorded_batches
from apportion.usecases.retention.evidence import noted
from journal_ledger import CHART, OWNERS, RULEBOOK, make_journal_ledger
from larkmoor import Typed
from read_journals import Account, read_journals


@pytest.fixture(scope="module")
def unsent(tmp_path_factory: pytest.TempPathFactory) -> Typed:
    return make_journal_ledger(tmp_path_factory.mktemp("unsent"))


def exported(prompt: Typed, name: str, *options: str) -> bytes:
    file = prompt.folder / name
    prompt("journal", "export", "--to", str(file), *options)
    assert prompt.code == 0, prompt.err
    return file.read_bytes() if file.exists() else b""


def batches(prompt: Typed) -> list[tuple[str, str]]:
    """List each batch with its status, in order."""
    rows = prompt("journal", "list", "--output", "json").rows
    return list(dict.fromkeys((row["batch"], row["status"]) for row in rows))


def added(*files: bytes) -> dict[Account, Decimal]:
    sums: dict[Account, Decimal] = {}
    for raw in files:
        for account, amount in read_journals("csv", raw).items():
            sums[account] = sums.get(account, Decimal()) + amount
    return {account: amount for account, amount in sums.items() if amount}


def test_a_sent_month_is_continued_by_the_difference(tmp_path: Path) -> None:
    prompt = make_journal_ledger(tmp_path)
    first = exported(prompt, "first.csv")
    assert exported(prompt, "again.csv") == first
    competitor = exported(prompt, "netsuite.csv", "--template", "netsuite")
    assert competitor
    [(batch, _), (other, _)] = sorted(batches(prompt), key=lambda pair: pair[0] not in str(first))

    assert prompt("journal", "mark-sent", batch[:8]).code == 0
    assert f"Journal batch {batch} of 2026-09 is marked as sent." in prompt.err
    assert prompt("journal", "mark-sent", batch).code == 0
    assert "was marked as sent before" in prompt.err
    assert batches(prompt) == [(batch, "sent"), (other, "outdated")]
    [sent] = noted(IcebergLedger(tmp_path / "ledger"))
    assert (sent.how, sent.where) == (EvidenceKind.SENT, batch), "its run is kept from expiry"
    assert prompt("journal", "mark-sent", other).code == 2
    assert "both would post the same cost" in prompt.err

    assert exported(prompt, "third.csv") == first, "sent, and made of the same inputs"
    assert "J019" in prompt.err
    assert "It was marked as sent." in prompt.err
    assert "After the import" not in prompt.err
    assert prompt("journal", "list", "--period", "latest", "--output", "json").rows
    assert exported(prompt, "none.csv", "--template", "workday") == b""
    assert "J018" in prompt.err
    assert f"the difference to {batch}" in prompt.err

    fixed = RULEBOOK.replace("{proportional: \"ChargeCategory = 'Usage'\"}", "{fixed: {ML: 100}}")
    (tmp_path / "rulebook" / "rules.yaml").write_text(fixed)
    assert prompt("allocate").code == 0
    adjustment = exported(prompt, "adjustment.csv")
    assert f"the difference to {batch}" in prompt.err
    [ml] = [key for key in added(adjustment) if key[:2] == ("1000", "USD") and key[3] == "4712"
            and key[2] == "6500"]  # fmt: skip
    assert added(adjustment)[ml] == Decimal("8.94")  # 10.004 instead of 1.069717
    rows = prompt("journal", "list", "--output", "json").rows
    [adjusting] = {row["batch"] for row in rows if row["after"] == batch}
    assert prompt("journal", "mark-sent", adjusting).code == 0
    assert exported(prompt, "adjusted.csv") == adjustment

    fresh = make_journal_ledger(tmp_path / "fresh", rulebook=fixed)
    assert added(first, adjustment) == added(exported(fresh, "whole.csv"))


def test_an_adjustment_posts_to_no_account_that_was_closed_since(tmp_path: Path) -> None:
    prompt = make_journal_ledger(tmp_path)
    exported(prompt, "first.csv")
    [(batch, _)] = batches(prompt)
    assert prompt("journal", "mark-sent", batch).code == 0
    remapped = CHART.replace('account: "6500"', 'account: "6501"')
    file, october = tmp_path / "adjustment.csv", ("--date", "2026-10-31")

    (tmp_path / "chart.yaml").write_text(f'{remapped}closed_accounts: {{"6500": 2026-10}}\n')
    assert prompt("journal", "export", "--to", str(file), *october).code == 1
    assert "J015" in prompt.err
    assert "account 6500, expected an account that is open on 2026-10-31" in prompt.err
    assert not file.exists()
    assert batches(prompt) == [(batch, "sent")]

    # Account 6510 has lines of the month, but none that changed.
    (tmp_path / "chart.yaml").write_text(f'{remapped}closed_accounts: {{"6510": 2026-10}}\n')
    exported(prompt, "adjustment.csv", *october)
    rows = csv.DictReader(file.read_text().splitlines())
    assert {row["account"] for row in rows} == {"6500", "6501"}


def test_a_company_can_be_sent_alone(unsent: Typed) -> None:
    retail = added(exported(unsent, "retail.csv", "--company", "2000"))
    holding = added(exported(unsent, "holding.csv", "--company", "1000"))
    assert {key[0] for key in retail} == {"2000"}
    assert {**retail, **holding} == added(exported(unsent, "both.csv"))


def test_an_owner_without_a_mapping_stops_with_its_money(unsent: Typed) -> None:
    chart = unsent.folder / "owners.csv"
    chart.write_text(OWNERS.replace("ML,1000,4712", "ML2,1000,4712"))
    before = batches(unsent)
    unsent("journal", "export", "--to", str(unsent.folder / "unmapped.csv"))
    chart.write_text(OWNERS)
    assert unsent.code == 1
    assert "J010 Owner without a mapping chart.yaml owner ML, expected" in unsent.err
    assert "-49.18 USD" in unsent.err
    assert not (unsent.folder / "unmapped.csv").exists()
    assert batches(unsent) == before


def test_a_limit_is_checked_before_anything_is_written(unsent: Typed) -> None:
    own = unsent.folder / "own.yaml"
    unsent("journal", "template", "netsuite", "--to", str(own))
    assert unsent.code == 0
    own.write_text(own.read_text().replace('"{cost_center}"', '"{cost_center}", max_length: 3'))
    before = batches(unsent)
    unsent("journal", "export", "-t", "own.yaml", "--to", str(unsent.folder / "long.csv"))
    assert unsent.code == 1
    assert "J030" in unsent.err
    assert "column Department, expected at most 3 characters, found 4: 4711" in unsent.err
    assert not (unsent.folder / "long.csv").exists()
    assert batches(unsent) == before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--template", "netsuit"), "Did you mean netsuite?"),
        (("--date", "30.9.2026"), "A posting date is written 2026-09-30"),
        (("--period", "2026-08"), "The ledger has no allocation of 2026-08"),
    ],
)
def test_wrong_use_is_reported(unsent: Typed, words: tuple[str, ...], sentence: str) -> None:
    unsent("journal", "export", *words)
    assert unsent.code == 2
    assert sentence in unsent.err


def test_a_batch_that_no_one_exported_cannot_be_sent(unsent: Typed) -> None:
    assert unsent("journal", "mark-sent", "ffff").code == 2
    assert "There is not exactly one exported journal 'ffff'" in unsent.err


def test_without_amounts_there_is_no_file(unsent: Typed) -> None:
    before = batches(unsent)
    assert exported(unsent, "empty.csv", "--currency", "KWD") == b""
    assert "J018 Nothing to post 2026-09" in unsent.err
    assert batches(unsent) == before


class KilledLedger(IcebergLedger):
    """A ledger of a process that ends before its next note is written."""

    def add_note(self, content: bytes) -> None:
        raise KeyboardInterrupt(content)


def test_a_kill_leaves_the_state_before(unsent: Typed) -> None:
    first = exported(unsent, "first.csv")
    killed, ledger = (kind(unsent.folder / "ledger") for kind in (KilledLedger, IcebergLedger))
    recorded = recorded_batches(ledger)
    with pytest.raises(KeyboardInterrupt):
        mark_sent(killed, recorded[0].batch.batch, at="2026-11-03T00:00:00Z", wait=0)
    with pytest.raises(KeyboardInterrupt):
        record_batch(killed, replace(recorded[0].batch, batch="another"))
    assert recorded_batches(ledger) == recorded
    assert not any(each.sent_at for each in recorded)
    assert exported(unsent, "again.csv") == first


def test_two_processes_do_not_mark_at_once(unsent: Typed) -> None:
    exported(unsent, "first.csv")
    one, other = (IcebergLedger(unsent.folder / "ledger") for _ in range(2))
    first = recorded_batches(one)[0].batch.batch
    with one.lock(wait=0), pytest.raises(LedgerBusyError):
        mark_sent(other, first, at="2026-11-03T00:00:00Z", wait=0)
    assert not any(each.sent_at for each in recorded_batches(one))


def test_the_adjustment_of_a_closed_month_is_dated_in_the_first_open_one(tmp_path: Path) -> None:
    def dates(raw: bytes) -> set[str]:
        return {row["posting_date"] for row in csv.DictReader(raw.decode().splitlines())}

    prompt = make_journal_ledger(tmp_path)
    first = exported(prompt, "first.csv")
    [(batch, _)] = batches(prompt)
    assert prompt("journal", "mark-sent", batch).code == 0
    decision = ("--period", "2026-09", "--approver", "R. Vega", "--note", "Day 5")
    assert prompt("close", "close", *decision).code == 0
    fixed = RULEBOOK.replace("{proportional: \"ChargeCategory = 'Usage'\"}", "{fixed: {ML: 100}}")
    (tmp_path / "rulebook" / "rules.yaml").write_text(fixed)
    assert prompt("allocate").code == 0
    assert exported(prompt, "same.csv") == first, "what is not adjusted is not booked"
    assert "K005" in prompt.err

    assert prompt("close", "adjust", *decision, "--threshold", "1e9").code == 0
    assert "K006" in prompt.err
    assert prompt("close", "adjust", *decision, "--output", "json").code == 0
    assert any(Decimal(row["rules"]) for row in prompt.rows)
    adjustment = exported(prompt, "adjustment.csv")
    assert (dates(first), dates(adjustment)) == ({"2026-09-30"}, {"2026-10-31"})
    rows = prompt("close", "history", "--output", "json").rows
    assert [row["action"] for row in rows] == ["close", "adjust"]
    assert prompt("close", "status", "--output", "json").rows[0]["state"] == "adjusted"


@pytest.mark.parametrize("written", ["-1", "much", "nan"])
def test_a_threshold_is_an_amount(tmp_path: Path, written: str) -> None:
    prompt = make_journal_ledger(tmp_path)
    words = ("--approver", "R. Vega", "--note", "x", "--threshold", written)
    assert prompt("close", "adjust", *words).code == 2
    assert "expected an amount like 50.00" in prompt.err
