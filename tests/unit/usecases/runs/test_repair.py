"""A ledger without its catalog is damaged, never empty; the catalog is made again and proved."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from apportion.app.workspace import Workspace
from apportion.ledger.catalog import Catalog
from apportion.ledger.iceberg import IcebergLedger
from apportion.model.errors.base import ApportionError, LedgerBusyError, LedgerDamagedError
from apportion.model.errors.repair import NotRepairedError
from apportion.model.question import Question
from apportion.model.retention import Policy
from crash_program import output_of, start
from published_months import LINES, PERIOD, allocated
from soak import SOAK
from stories import bill_of, delivered, parquet_bill, reopened

Damage = Callable[[Path], None]


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two deliveries, each allocated; `older.db` is the catalog between them."""
    folder = tmp_path_factory.mktemp("past")
    allocated(folder, version=1, now="2026-11-01T08:00:00Z")
    shutil.copyfile(folder / "ledger" / "catalog.db", folder / "older.db")
    allocated(folder, version=2, now="2026-11-02T08:00:00Z")
    return folder


@pytest.fixture
def folder(past: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(past, tmp_path / "workspace"))


def lose(catalog: Path) -> None:
    catalog.unlink()


def empty(catalog: Path) -> None:
    catalog.write_bytes(b"")


def scramble(catalog: Path) -> None:
    catalog.write_bytes(bytes(range(256)) * 64)


def cut(catalog: Path) -> None:
    catalog.write_bytes(catalog.read_bytes()[:5000])


def forget(catalog: Path) -> None:
    _execute(catalog, "DELETE FROM iceberg_tables")


def forget_runs(catalog: Path) -> None:
    _execute(catalog, "DELETE FROM iceberg_tables WHERE table_name = 'runs'")


def drop(catalog: Path) -> None:
    _execute(catalog, "DROP TABLE iceberg_tables")


def lead_nowhere(catalog: Path) -> None:
    _execute(catalog, "UPDATE iceberg_tables SET metadata_location = 'file:///x/y'")


def go_back(catalog: Path) -> None:
    shutil.copyfile(catalog.parent.parent / "older.db", catalog)


DAMAGES = (lose, empty, scramble, cut, forget, forget_runs, drop, lead_nowhere, go_back)


def _execute(catalog: Path, sql: str) -> None:
    with closing(sqlite3.connect(catalog)) as connection, connection:
        connection.execute(sql)


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_reported_nothing_goes_and_a_repair_brings_it_back(
    folder: Path, damage: Damage
) -> None:
    report = reopened(folder).report(Question(PERIOD))
    damage(folder / "ledger" / "catalog.db")
    before = files(folder)
    for work in (lists, ingests, expires):
        with pytest.raises(LedgerDamagedError, match=r"damaged: expected .*found "):
            work(reopened(folder), folder)
    assert files(folder) >= before, "nothing is removed from a damaged ledger"
    assert "ledger repair" in told(folder) or damage is lead_nowhere

    outcome = reopened(folder).repair()
    assert [row["status"] for row in outcome.rows] == ["proved"] * 4
    assert reopened(folder).report(Question(PERIOD)) == report
    assert (folder / "ledger" / "catalog.db.damaged").exists() == (damage is not lose)


def test_a_repaired_ledger_takes_in_more(folder: Path) -> None:
    lose(folder / "ledger" / "catalog.db")
    reopened(folder).repair()
    ingests(reopened(folder), folder)
    assert len(IcebergLedger(folder / "ledger").runs()) == 5
    assert not reopened(folder).prove([PERIOD], as_of="2026-11-02").findings


def test_a_whole_catalog_is_left_alone(folder: Path) -> None:
    before = (folder / "ledger" / "catalog.db").read_bytes()
    assert not reopened(folder).repair().rows
    assert (folder / "ledger" / "catalog.db").read_bytes() == before


def test_a_ledger_that_holds_nothing_needs_no_repair(tmp_path: Path) -> None:
    (tmp_path / "apportion.toml").write_text("")
    assert not reopened(tmp_path).repair().rows


def test_proofs_or_inputs_alone_are_damage_that_no_repair_can_heal(folder: Path) -> None:
    shutil.rmtree(folder / "ledger" / "warehouse")
    lose(folder / "ledger" / "catalog.db")
    with pytest.raises(LedgerDamagedError, match=r"expected the catalog that goes with inputs"):
        reopened(folder).held()
    with pytest.raises(NotRepairedError, match="no metadata of the table of runs"):
        reopened(folder).repair()
    shutil.rmtree(folder / "ledger" / "inputs")
    with pytest.raises(LedgerDamagedError, match=r"expected the catalog that goes with proofs"):
        reopened(folder).held()


@pytest.mark.parametrize("table", ["costs", "allocations", "shares", "runs"])
def test_a_catalog_is_not_used_where_a_file_is_lost(folder: Path, table: str) -> None:
    lose(folder / "ledger" / "catalog.db")
    newest = max(data(folder, table), key=lambda path: path.stat().st_mtime_ns)
    newest.unlink()
    with pytest.raises(ApportionError, match=r"damaged|cannot be repaired"):
        reopened(folder).repair()
    assert not (folder / "ledger" / "catalog.db").exists()


def test_a_catalog_is_not_used_where_amounts_are_not_what_was_recorded(folder: Path) -> None:
    """A file of the first delivery in the place of one of the second can be read, too."""
    lose(folder / "ledger" / "catalog.db")
    by_age = sorted(data(folder, "costs"), key=lambda path: path.stat().st_mtime_ns)
    shutil.copyfile(by_age[0], by_age[-1])
    with pytest.raises(NotRepairedError, match="cannot be repaired from its files: run "):
        reopened(folder).repair()
    assert not (folder / "ledger" / "catalog.db").exists()


def test_runs_whose_metadata_is_lost_are_missed(folder: Path) -> None:
    """The records beside the tables say that there was more."""
    lose(folder / "ledger" / "catalog.db")
    metadata = folder / "ledger" / "warehouse" / "apportion" / "runs" / "metadata"
    for path in sorted(metadata.glob("*.metadata.json"))[-2:]:
        path.unlink()
    with pytest.raises(NotRepairedError, match="a record of run 4, and the tables lead to 2 runs"):
        reopened(folder).repair()


def test_a_record_that_may_not_have_counted_is_reported(folder: Path) -> None:
    lose(folder / "ledger" / "catalog.db")
    metadata = folder / "ledger" / "warehouse" / "apportion" / "runs" / "metadata"
    newest = max(metadata.glob("*.metadata.json"))
    content = newest.read_bytes()
    newest.unlink()
    outcome = reopened(folder).repair()
    assert len(outcome.rows) == 3
    assert any("also a record of allocate 2026-09" in word for word in outcome.messages)
    lose(folder / "ledger" / "catalog.db")
    newest.write_bytes(content[:100])
    with pytest.raises(NotRepairedError, match="a record of run 4"):
        reopened(folder).repair()


def test_a_journal_that_was_left_is_not_rolled_back_into_the_new_catalog(folder: Path) -> None:
    ledger = folder / "ledger"
    scramble(ledger / "catalog.db")
    (ledger / "catalog.db-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(600))
    reopened(folder).repair()
    assert not (ledger / "catalog.db-journal").exists()
    assert len(IcebergLedger(ledger).runs()) == 4


def test_killed_while_it_is_repaired(folder: Path) -> None:
    """Before the catalog is in place the damage is still reported; after it the ledger is whole."""
    report = reopened(folder).report(Question(PERIOD))
    scramble(folder / "ledger" / "catalog.db")
    kills, at = 0, 1
    while True:
        process = start(folder, "-q", "ledger", "repair", die_at=at)
        process.join()
        if process.exitcode == 0:
            break
        assert process.exitcode == -9, output_of(folder)
        kills, at = kills + 1, at + (2 if SOAK else 8)
    assert kills > 2
    assert reopened(folder).report(Question(PERIOD)) == report


def test_a_locked_catalog_is_reported_once_with_the_time_that_was_waited(folder: Path) -> None:
    file = folder / "ledger" / "catalog.db"
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN EXCLUSIVE")
        catalog = Catalog(folder / "ledger", timeout=0.05)
        with pytest.raises(LedgerBusyError, match=r"catalog\.db is held by .*; waited 0 s"):
            catalog.state("runs")
    assert catalog.state("runs") is not None


def told(folder: Path) -> str:
    try:
        reopened(folder).held()
    except LedgerDamagedError as error:
        return str(error)
    return ""


def files(folder: Path) -> set[str]:
    return {str(path) for path in (folder / "ledger").rglob("*") if path.is_file()}


def data(folder: Path, table: str) -> list[Path]:
    place = folder / "ledger" / "warehouse" / "apportion" / table / "data"
    return list(place.rglob("*.parquet"))


def lists(workspace: Workspace, _folder: Path) -> None:
    workspace.held()


def ingests(workspace: Workspace, folder: Path) -> None:
    workspace.ingest(delivered(folder, parquet_bill(bill_of(LINES * 3)), name="bill.parquet"))


def expires(workspace: Workspace, _folder: Path) -> None:
    workspace.expiry.expire(Policy(0, "2026-12-01T00:00:00Z"))
