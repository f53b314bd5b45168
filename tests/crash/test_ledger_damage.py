"""A damaged file of a real ledger is reported by every reader, and the ledger can be repaired."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from apportion.app.workspace import Workspace
from apportion.ledger.iceberg import IcebergLedger
from apportion.model.errors.base import LedgerDamagedError
from apportion.model.manifest import Manifest, RunKind
from apportion.model.question import Granularity, Question
from apportion.model.retention import Policy
from stories import NOW, bill_of, delivered, parquet_bill, reopened, workspace_in

PERIOD = "2026-09"
RULES = """
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  team:
    from: [{tag: Team}]
shared:
  - {name: support, where: "ServiceName = 'Support'", split: proportional}
"""
LINES = (
    {"day": "2026-09-01", "tags": "Team=CX-600", "cost": "1"},
    {"day": "2026-09-02", "tags": "Team=FIN-100", "cost": "3"},
    {"day": "2026-09-02", "service": "Support", "cost": "4"},
)


@pytest.fixture(scope="module")
def allocated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("allocated")
    made = workspace_in(folder, RULES)
    made.ingest(delivered(folder, parquet_bill(bill_of(LINES)), name="bill.parquet"))
    made.allocate()
    return folder


@pytest.fixture
def folder(allocated: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(allocated, tmp_path / "work"))


def run_of(folder: Path, table: str) -> Manifest:
    """The newest run that has files in a table."""
    runs = IcebergLedger(folder / "ledger").runs()
    return next(run for run in reversed(runs) if table in run.snapshots)


def file_of(folder: Path, table: str) -> Path:
    return folder / "ledger" / run_of(folder, table).files_of(table)[0].name


def flip(path: Path, *, at: int = 100) -> None:
    content = bytearray(path.read_bytes())
    content[at % len(content)] ^= 1
    path.write_bytes(content)


READERS: Mapping[str, Callable[[Workspace, Path], object]] = {
    "report": lambda workspace, _: workspace.report(Question(PERIOD)),
    "by day": lambda workspace, _: workspace.report(Question(PERIOD, granularity=Granularity.DAY)),
    "owner": lambda workspace, _: workspace.explain_owner("CX-600", PERIOD),
    "pool": lambda workspace, _: workspace.explain_pool("support", PERIOD),
    "review": lambda workspace, _: workspace.review(PERIOD),
    "meeting": lambda workspace, to: workspace.write_review(PERIOD, folder=to / "review"),
    "workbook": lambda workspace, _: workspace.workbook(PERIOD),
    "focus": lambda workspace, to: workspace.focus(PERIOD, folder=to / "focus"),
    "prove": lambda workspace, _: workspace.prove(),
}


@pytest.mark.parametrize("reader", READERS)
def test_a_flipped_bit_is_reported_to_every_reader(folder: Path, reader: str) -> None:
    """One bit makes CX-600 of shares CX-601: an owner that does not exist."""
    path = file_of(folder, "shares")
    flip(path, at=path.read_bytes().index(b"CX-600") + 5)
    with pytest.raises(
        LedgerDamagedError, match=rf"{path} is damaged: expected sha256 .* Run `app"
    ):
        READERS[reader](reopened(folder), folder)
    assert not (folder / "focus").exists()
    assert not (folder / "review").exists()


def test_a_comparison_reads_no_flipped_bit(folder: Path) -> None:
    flip(path := file_of(folder, "keys"))
    with pytest.raises(
        LedgerDamagedError, match=f"{path} is damaged.* Ingest the files of 2026-09"
    ):
        reopened(folder).compare(PERIOD)


@pytest.mark.parametrize("table", ["allocations", "drivers"])
def test_allocate_makes_a_damaged_allocation_again(folder: Path, table: str) -> None:
    before = reopened(folder).report(Question(PERIOD)).rows
    first = run_of(folder, table)
    flip(path := file_of(folder, table))
    done = reopened(folder).allocate()
    assert [each.code.number for each in done.findings] == ["P009"]
    assert str(path) in str(done.findings[0])
    assert run_of(folder, table).run == first.run
    assert reopened(folder).report(Question(PERIOD)).rows == before
    assert not reopened(folder).prove().findings
    assert not reopened(folder).allocate().findings


@pytest.mark.parametrize("table", ["keys", "costs", "months"])
def test_the_same_bill_makes_a_damaged_delivery_again(folder: Path, table: str) -> None:
    before = reopened(folder).report(Question(PERIOD)).rows
    file_of(folder, table).unlink()
    with pytest.raises(
        LedgerDamagedError, match=r"Ingest the files of 2026-09 bill .* again and run"
    ):
        reopened(folder).allocate()
    done = reopened(folder).ingest([folder / "bills"])
    assert [each.code.number for each in done.findings] == ["P009"]
    allocated = reopened(folder).allocate()
    assert [each.code.number for each in allocated.findings] == ["P009"]
    assert reopened(folder).report(Question(PERIOD)).rows == before
    assert not reopened(folder).prove().findings
    assert not reopened(folder).ingest([folder / "bills"]).findings


def test_a_later_bill_replaces_a_damaged_delivery(folder: Path) -> None:
    flip(file_of(folder, "keys"))
    more = parquet_bill(bill_of((*LINES, LINES[0])))
    done = reopened(folder).ingest(delivered(folder, more, name="bill.parquet"))
    assert "P009" in {each.code.number for each in done.findings}
    reopened(folder).allocate()
    assert not reopened(folder).prove().findings
    assert run_of(folder, "keys").files_of("keys")


def test_an_earlier_allocation_is_shown_where_the_newest_is_damaged(folder: Path) -> None:
    before = reopened(folder).report(Question(PERIOD)).rows
    first = run_of(folder, "shares")
    (folder / "rulebook" / "rules.yaml").write_text(f"{RULES}\n# another\n", "utf-8")
    reopened(folder).allocate()
    flip(file_of(folder, "shares"))
    with pytest.raises(LedgerDamagedError, match="--as-of"):
        reopened(folder).report(Question(PERIOD))
    assert reopened(folder).report(Question(PERIOD, as_of=first.run)).rows == before


def test_nothing_expires_while_a_current_file_is_another(folder: Path) -> None:
    runs = IcebergLedger(folder / "ledger").runs()
    assert [run.kind for run in runs] == [RunKind.INGEST, RunKind.ALLOCATE]
    flip(file_of(folder, "costs"))
    with pytest.raises(LedgerDamagedError, match="sha256"):
        reopened(folder).expiry.expire(Policy(0, NOW))
    assert IcebergLedger(folder / "ledger").runs() == runs
