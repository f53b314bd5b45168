"""The proof is taken again from the files, and a manifest holds whoever carries it to account."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from apportion.app.workspace import Workspace
from apportion.engines.duckdb import DuckDB
from apportion.ledger.iceberg import IcebergLedger
from apportion.model.errors.base import (
    FindingsError,
    LedgerDamagedError,
    NothingThereError,
    UnreadableManifestError,
)
from apportion.model.findings.proof import OTHER_VERSION
from apportion.model.focus import COST_COLUMNS
from apportion.model.manifest import Manifest
from apportion.model.period import Period
from apportion.sources.local_files import LocalFiles
from apportion.usecases.allocate.allocate import allocate
from apportion.usecases.allocate.generation import RECORDED_AS
from apportion.usecases.allocate.prove import prove
from apportion.usecases.context import RunContext
from apportion.usecases.ingest.ingest import ingest
from apportion.usecases.runs.load_rules import rules_for
from plain_ledger import PlainLedger
from stories import NOW, bill_of, delivered, parquet_bill, reopened, workspace_in

PERIOD = "2026-09"
RULES = """
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  team:
    from: [{lookup: accounts.csv}]
shared:
  - {name: support, where: "ServiceName = 'Support'", split: proportional}
"""
LOOKUP = {"accounts.csv": "SubAccountId,team\n000000000011,a\n000000000012,b\n"}
LINES = (
    {"day": "2026-09-01", "account": "000000000011", "cost": "1"},
    {"day": "2026-09-02", "account": "000000000012", "cost": "3"},
    {"day": "2026-09-02", "account": "000000000013", "service": "Support", "cost": "8"},
    {"day": "2026-09-02", "account": "000000000013", "payer": "2", "currency": "EUR", "cost": "5"},
)


@pytest.fixture(scope="module")
def allocated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("allocated")
    made = workspace_in(folder, RULES, LOOKUP)
    content = parquet_bill(bill_of(LINES))
    made.ingest(delivered(folder, content, name="bill.parquet"), bill="aws")
    made.allocate()
    return folder


@pytest.fixture
def workspace(allocated: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(allocated, tmp_path, dirs_exist_ok=True)
    return reopened(tmp_path)


def test_stages_side_by_side(workspace: Workspace) -> None:
    proof = workspace.prove()
    assert [
        (row["BillingAccountId"], row["currency"], row["stated"], row["allocated"])
        for row in proof.rows
        if row["column"] == "EffectiveCost"
    ] == [("000000000001", "USD", 12, 12), ("2", "EUR", 5, 5)]
    assert [row["column"] for row in proof.rows] == [*COST_COLUMNS, *COST_COLUMNS]
    assert {row["difference"] for row in proof.rows} == {Decimal()}
    assert proof.messages[0].startswith("2026-09 is proved: 4 lines of 4 accounts, stated = ledger")
    again = (
        "4 kinds of charge described a second time at ingest, without the engine; 200 values equal."
    )
    assert proof.messages[1:] == (f"Bill aws: {again}",)


def test_an_account_with_two_currencies_is_counted_once(tmp_path: Path) -> None:
    made = workspace_in(tmp_path, RULES, LOOKUP)
    charge = {"day": "2026-09-01", "account": "000000000011", "cost": "1"}
    content = parquet_bill(bill_of((charge, {**charge, "currency": "EUR"})))
    made.ingest(delivered(tmp_path, content, name="bill.parquet"))
    made.allocate()
    assert "is proved: 2 lines of 1 account, stated" in made.prove().messages[0]


def test_by_account(workspace: Workspace) -> None:
    proof = workspace.prove(by_account=True)
    assert {
        (row["SubAccountId"], row["currency"]): row["derived"]
        for row in proof.rows
        if row["column"] == "ListCost"
    } == {
        ("000000000011", "USD"): 1,
        ("000000000012", "USD"): 3,
        ("000000000013", "USD"): 8,
        ("000000000013", "EUR"): 5,
    }


def test_nothing_is_proved_of_a_month_that_is_not_there(workspace: Workspace) -> None:
    with pytest.raises(NothingThereError, match=r"no allocation of 2026-10\. Available: 2026-09\."):
        workspace.prove(["2026-10"])
    with pytest.raises(NothingThereError, match="no run 123456789abc"):
        workspace.prove(as_of="123456789abc")


def test_a_manifest_is_verified_wherever_it_comes_from(
    workspace: Workspace, tmp_path: Path
) -> None:
    (manifest,) = (tmp_path / "ledger" / "proofs").glob("*.json")
    elsewhere = tmp_path / "from the auditor.json"
    elsewhere.write_bytes(manifest.read_bytes())
    proof = workspace.prove(manifest=elsewhere)
    assert not proof.findings
    assert proof.rows == workspace.prove().rows


def test_a_deleted_manifest_file_is_reported_and_written_again(
    workspace: Workspace, tmp_path: Path
) -> None:
    (manifest,) = (tmp_path / "ledger" / "proofs").glob("*.json")
    content = manifest.read_bytes()
    manifest.unlink()
    proof = workspace.prove()
    assert [finding.code.number for finding in proof.findings] == ["P014"]
    assert "is proved" in proof.messages[0]
    workspace.allocate()
    assert manifest.read_bytes() == content
    assert not workspace.prove().findings


def test_an_old_manifest_holds_after_new_rules(workspace: Workspace, tmp_path: Path) -> None:
    (manifest,) = (tmp_path / "ledger" / "proofs").glob("*.json")
    (tmp_path / "accounts.csv").write_text("SubAccountId,team\n000000000011,z\n", "utf-8")
    fewer = parquet_bill(bill_of(LINES[:2]))
    workspace.ingest(delivered(tmp_path, fewer, name="bill.parquet"), replace=True)
    workspace.allocate()
    assert len(list((tmp_path / "ledger" / "proofs").glob("*.json"))) == 2
    assert not workspace.prove(manifest=manifest).findings


def _cheaper(stated: dict[str, Any]) -> None:
    stated["allocation"]["totals"][-1]["amounts"][0] = "0.01"


def _other_file(stated: dict[str, Any]) -> None:
    stated["deliveries"][0]["inputs"][0]["sha256"] = "0" * 64


def _later(stated: dict[str, Any]) -> None:
    stated["allocation"]["at"] = "2027-01-01T00:00:00Z"


@pytest.mark.parametrize("change", [_cheaper, _other_file, _later])
def test_a_changed_manifest_is_reported(
    workspace: Workspace, tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    (manifest,) = (tmp_path / "ledger" / "proofs").glob("*.json")
    stated = json.loads(manifest.read_text("utf-8"))
    change(stated)
    manifest.write_text(json.dumps(stated), "utf-8")
    found = workspace.prove(manifest=manifest).findings
    assert [finding.code.number for finding in found] == ["P005"]


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"allocation": {}}', "\x00", "{" * 9999])
def test_what_is_no_manifest_is_reported(workspace: Workspace, tmp_path: Path, text: str) -> None:
    file = tmp_path / "no manifest.json"
    file.write_text(text, "utf-8")
    with pytest.raises(UnreadableManifestError, match="is not a manifest"):
        workspace.prove(manifest=file)


def test_a_manifest_of_another_ledger_is_reported(workspace: Workspace, tmp_path: Path) -> None:
    (manifest,) = (tmp_path / "ledger" / "proofs").glob("*.json")
    other = workspace_in(tmp_path / "other", RULES, LOOKUP)
    with pytest.raises(NothingThereError, match="no run"):
        other.prove(manifest=manifest)
    assert workspace.prove(manifest=manifest).rows


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize("table", ["keys", "costs", "months", "allocations", "shares"])
def test_a_file_of_the_ledger_that_was_changed_is_reported(tmp_path: Path, table: str) -> None:
    file = next((tmp_path / "ledger" / "warehouse").rglob(f"{table}/data/**/*.parquet"))
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(LedgerDamagedError, match=file.name):
        reopened(tmp_path).prove()
    file.unlink()
    with pytest.raises(LedgerDamagedError, match="found nothing"):
        reopened(tmp_path).prove()


def test_a_kept_input_that_was_changed_is_reported(workspace: Workspace, tmp_path: Path) -> None:
    kept = [path for path in (tmp_path / "ledger" / "inputs").rglob("*") if path.is_file()]
    assert len(kept) == 2
    for path in kept:
        path.chmod(0o600)
        path.write_bytes(b"x" + path.read_bytes()[1:])
    with pytest.raises(LedgerDamagedError):
        workspace.prove()


def _one_unit_more(table: pa.Table) -> pa.Table:
    values = table["EffectiveCost"].to_pylist()
    values[0] += Decimal("0.000000000000000001")
    return _with(table, "EffectiveCost", values)


def _a_line_lost(table: pa.Table) -> pa.Table:
    return table.slice(1)


def _a_charge_in_the_pool(table: pa.Table) -> pa.Table:
    return _with(table, "Pool", ["support"] * len(table))


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("costs", _one_unit_more),
        ("costs", _a_line_lost),
        ("months", _one_unit_more),
        ("months", _a_line_lost),
        ("keys", _a_line_lost),
        ("shares", _one_unit_more),
        ("shares", _a_line_lost),
        ("allocations", _a_line_lost),
        ("allocations", _a_charge_in_the_pool),
    ],
)
def test_a_change_in_any_file_is_a_difference(
    tmp_path: Path, table: str, change: Callable[[pa.Table], pa.Table]
) -> None:
    """In a ledger that does not look at its files itself, the proof alone finds it."""
    context = plain(tmp_path)
    assert not prove(context, period=PERIOD).findings
    (run,) = [run for run in context.ledger.runs() if table in run.snapshots]
    file = context.ledger.files(table, run)[0]
    pq.write_table(change(pq.ParquetFile(file).read()), file)
    proof = prove(context, period=PERIOD)
    found = {finding.code.number for finding in proof.findings}
    assert found <= {"P001", "P002", "P006", "P007", "P010", "P011"}
    assert any("EffectiveCost of stage" in str(finding) for finding in proof.findings)
    assert "is NOT proved" in proof.messages[0]
    assert any(row["difference"] for row in proof.rows)


def test_owners_exchanged_in_a_published_file_are_found_though_every_sum_holds(
    tmp_path: Path,
) -> None:
    context = plain(tmp_path)
    (run,) = [run for run in context.ledger.runs() if "allocations" in run.snapshots]
    (file,) = context.ledger.files("allocations", run)
    owned = pq.ParquetFile(file).read()
    other = {"a": "b", "b": "a"}
    exchanged = [other.get(team, team) for team in owned["team"].to_pylist()]
    pq.write_table(_with(owned, "team", exchanged), file)
    proof = prove(context, period=PERIOD)
    found, *sums = proof.findings
    assert str(found).startswith(f"P006 {PERIOD} run {run.run}: 2 kinds of charge, ")
    assert [str(each.amount) for each in sums if "EffectiveCost" in each.subject] == [
        "2.00",
        "-2.00",
    ]
    assert (found.amount, found.currency) == (Decimal(4), "USD")
    assert "is NOT proved" in proof.messages[0]
    assert not any(row["difference"] for row in proof.rows)


def _another_owner(table: pa.Table) -> pa.Table:
    owners = ["c" if owner == "a" else owner for owner in table["Owner"].to_pylist()]
    return _with(table, "Owner", owners)


def _owners_exchanged(table: pa.Table) -> pa.Table:
    other = {"a": "b", "b": "a"}
    return _with(table, "Owner", [other[owner] for owner in table["Owner"].to_pylist()])


def _another_fraction(table: pa.Table) -> pa.Table:
    return _with(table, "Ratio", ["1/3"] * len(table))


@pytest.mark.parametrize(
    ("table", "change", "result"),
    [
        ("shares", _another_owner, ["owner a", "owner b", "owner c"]),
        ("shares", _owners_exchanged, ["owner a", "owner b"]),
        ("shares", _another_fraction, ["owner a", "owner b"]),
        ("drivers", _another_fraction, ["4 arrows"]),
    ],
)
@pytest.mark.parametrize("recorded", [True, False])
def test_a_share_of_another_owner_is_found_though_every_pool_is_balanced(
    tmp_path: Path,
    table: str,
    change: Callable[[pa.Table], pa.Table],
    result: list[str],
    recorded: bool,  # noqa: FBT001 - a case, not a switch
) -> None:
    """By the sums that the run recorded, and of an older run by splitting the pools again."""
    context = plain(tmp_path, ledger=None if recorded else WithoutOwners(tmp_path / "older"))
    assert not prove(context, period=PERIOD).findings
    (run,) = [run for run in context.ledger.runs() if table in run.snapshots]
    (file,) = context.ledger.files(table, run)
    pq.write_table(change(pq.ParquetFile(file).read()), file)
    proof = prove(context, period=PERIOD)
    split = [each for each in proof.findings if each.code.number == "P011"]
    assert all(any(word in each.subject for word in result) for each in split)
    assert not any(row["difference"] for row in proof.rows)
    assert "is NOT proved" in proof.messages[0]
    sums = [each for each in proof.findings if each.code.number == "P010"]
    assert bool(sums) == (recorded and change in {_another_owner, _owners_exchanged})
    assert {*proof.findings} == {*split, *sums}


def test_the_proof_shows_that_an_older_delivery_was_described_once(tmp_path: Path) -> None:
    (word,) = [
        word
        for word in prove(
            plain(tmp_path, ledger=DescribedOnce(tmp_path / "l")), period=PERIOD
        ).messages
        if "second time" in word
    ]
    assert word.endswith("version 0 described no charge a second time at ingest.")


class DescribedOnce(PlainLedger):
    """A ledger whose deliveries are of before descriptions were compared."""

    def record(self, manifest: Manifest) -> Manifest:
        return super().record(replace(manifest, second_reading=None))


class WithoutOwners(PlainLedger):
    """A ledger whose runs are of before sums by owner were recorded."""

    def record(self, manifest: Manifest) -> Manifest:
        return super().record(replace(manifest, owners=()))


class WithoutGeneration(PlainLedger):
    """A ledger whose allocations are of before their generation was recorded."""

    def record(self, manifest: Manifest) -> Manifest:
        details = {key: value for key, value in manifest.details.items() if key != RECORDED_AS}
        return super().record(replace(manifest, details=details))


def test_an_allocation_of_another_version_is_refused_with_the_command_to_allocate_it_again(
    tmp_path: Path,
) -> None:
    context = plain(tmp_path, ledger=WithoutGeneration(tmp_path / "ledger"))
    proof = prove(context, period=PERIOD)
    (finding,) = proof.findings
    assert (finding.code, proof.rows) == (OTHER_VERSION, ())
    assert f"apportion allocate --period {PERIOD}" in finding.remedy


def test_of_a_run_whose_files_were_not_hashed_the_proof_reports_it(tmp_path: Path) -> None:
    words = prove(plain(tmp_path), period=PERIOD).messages
    hashes = [word for word in words if "holds no hashes of its files" in word]
    assert len(hashes) == 2, "the delivery and the allocation"


def test_the_record_shows_what_each_owner_pays(workspace: Workspace, tmp_path: Path) -> None:
    assert "hashes" not in str(workspace.prove().messages)
    runs = IcebergLedger(tmp_path / "ledger").runs()
    owners = {(each.owner, each.currency): each for each in runs[-1].owners}
    assert {key: (each.own[0], each.shared[0]) for key, each in owners.items()} == {
        ("a", "USD"): ("1.00", "2.00"),
        ("b", "USD"): ("3.00", "6.00"),
        ("unallocated", "EUR"): ("5.00", "0.00"),
    }


def test_a_month_that_is_not_its_days_is_found_though_every_sum_holds(tmp_path: Path) -> None:
    context = plain(tmp_path)
    (run,) = [run for run in context.ledger.runs() if "months" in run.snapshots]
    for file in context.ledger.files("months", run):
        months = pq.ParquetFile(file).read()
        pq.write_table(_with(months, "FirstDay", [date(2026, 9, 1)] * len(months)), file)
    (found,) = prove(context, period=PERIOD).findings
    assert str(found).startswith(f"P007 {PERIOD}")
    assert "3 kinds of charge" in str(found)


def test_a_delivery_from_before_there_were_months_is_allocated_and_proved(tmp_path: Path) -> None:
    older = plain(tmp_path, ledger=WithoutMonths(tmp_path / "older"))
    proof = prove(older, period=PERIOD)
    assert not proof.findings
    assert proof.rows == prove(plain(tmp_path / "newer"), period=PERIOD).rows


class WithoutMonths(PlainLedger):
    """A ledger as it was before `months` was one of its tables."""

    def record(self, manifest: Manifest) -> Manifest:
        snapshots = {table: at for table, at in manifest.snapshots.items() if table != "months"}
        return super().record(replace(manifest, snapshots=snapshots))


def test_totals_that_differ_at_ingest_record_nothing(tmp_path: Path) -> None:
    """A source that states one unit less than its files hold: nothing is ingested."""
    context = plain(tmp_path / "other", only_plugs=True)
    files = delivered(tmp_path, parquet_bill(bill_of(LINES)), name="bill.parquet")
    source = Misstated(LocalFiles(files, scratch=tmp_path / "scratch"))
    with pytest.raises(FindingsError, match=r"P001 2026-09 account 000000000011: BilledCost"):
        ingest(source, context)
    assert context.ledger.runs() == []


class Misstated:
    """A source whose stated totals are one unit off."""

    def __init__(self, source: LocalFiles) -> None:
        self._source = source

    def deliver(self) -> Any:
        (delivery,), findings = self._source.deliver()
        first, *others = sorted(delivery.stated, key=lambda stated: stated.sub_account)
        wrong = replace(first, units=(first.units[0] - 1, *first.units[1:]))
        return [replace(delivery, stated=(wrong, *others))], findings

    def same_as(self, inputs: Any) -> Any:
        return self._source.same_as(inputs)

    def read_lines(self, *asked: Any) -> Any:
        return self._source.read_lines(*asked)


def plain(
    folder: Path, *, only_plugs: bool = False, ledger: PlainLedger | None = None
) -> RunContext:
    """The bill, ingested and allocated in a plain ledger."""
    workspace_in(folder, RULES, LOOKUP)
    engine = DuckDB(folder / "spill")
    ledger = ledger or PlainLedger(folder / "plain")
    context = RunContext(ledger, engine, lambda: NOW, lambda _step: None, "0")
    if not only_plugs:
        files = delivered(folder, parquet_bill(bill_of(LINES)), name="bill.parquet")
        ingest(LocalFiles(files, scratch=folder / "scratch"), context)
        rules, _ = rules_for(Period.parse(PERIOD), folder / "rulebook", folder)
        assert rules is not None
        allocate(Period.parse(PERIOD), rules, context)
    return context


def _with(table: pa.Table, column: str, values: list[object]) -> pa.Table:
    at = table.column_names.index(column)
    field = table.schema.field(at)
    return table.set_column(at, field, pa.array(values, type=field.type))
