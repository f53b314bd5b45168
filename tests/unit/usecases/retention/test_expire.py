"""Superseded runs expire: their files go, their records stay, and nothing else changes."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from pyiceberg.catalog.sql import SqlCatalog

from apportion.core.billing.retention import expired
from apportion.ledger.iceberg import IcebergLedger
from apportion.model.errors.base import LedgerDamagedError
from apportion.model.errors.retention import ExpiredError
from apportion.model.manifest import Manifest, RunKind
from apportion.model.outcome import Outcome
from apportion.model.question import Question
from apportion.model.retention import EvidenceKind, Policy
from aws_typed import Typed
from crash_program import output_of, start
from ledger_writer import expected_state, read_state, write_state
from published_months import LINES, ONCE, RULES
from soak import every
from stories import bill_of, delivered, parquet_bill, reopened, workspace_in

SEPTEMBER, OCTOBER = "2026-09", "2026-10"
VERSIONS = 3
#: `make soak` kills before every change of a file.
EVERY = every(8)
NOW = "2026-12-01T08:00:00Z"
WORDS = ("ledger", "expire", "--keep-runs", "0", "--older-than", "2026-12-01")


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three deliveries of September, a day apart, and one of October between; all allocated."""
    folder = tmp_path_factory.mktemp("past")
    workspace_in(folder, RULES, {"apportion.toml": ""})
    for version in range(1, VERSIONS + 1):
        work(folder, SEPTEMBER, version=version)
        if version == VERSIONS - 1:
            work(folder, OCTOBER, version=version)
    return folder


@pytest.fixture
def folder(past: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(past, tmp_path / "work"))


def work(folder: Path, period: str, *, version: int, replace: bool = False) -> None:
    """Ingest and allocate a version of a month; every figure shows its version."""
    lines = [{**line, "day": line["day"].replace(SEPTEMBER, period)} for line in LINES * version]
    workspace = reopened(folder, now=f"2026-11-0{version}T08:00:00Z")
    path = delivered(folder, parquet_bill(bill_of(lines)), name="bill.parquet")
    workspace.ingest(path, replace=replace)
    workspace.allocate([period])


def allocations(folder: Path, period: str = SEPTEMBER) -> list[Manifest]:
    runs = IcebergLedger(folder / "ledger").runs()
    return [run for run in runs if run.kind is RunKind.ALLOCATE and run.period == period]


def told(folder: Path, *, as_of: str = "") -> list[object]:
    """What readers of September see, and whether the other month is proved."""
    workspace = reopened(folder, now=NOW)
    return [
        workspace.report(Question(SEPTEMBER, ("team", "ServiceName"), as_of=as_of)),
        workspace.explain_pool("support", SEPTEMBER, as_of=as_of),
        workspace.prove([SEPTEMBER], as_of=as_of, by_account=True),
        *([] if as_of else [workspace.held(), workspace.prove([OCTOBER])]),
    ]


def sizes(folder: Path) -> dict[Path, int]:
    """The files of all tables, and their bytes."""
    files = (folder / "ledger" / "warehouse").rglob("*")
    return {path: path.stat().st_size for path in files if path.is_file()}


def of_data(files: dict[Path, int]) -> int:
    """Add the bytes of data up; of metadata, Iceberg keeps the newest twenty of each table."""
    return sum(size for path, size in files.items() if path.suffix == ".parquet")


def look_with_foreign_eyes(folder: Path) -> dict[str, int]:
    """Read every snapshot whole, by Iceberg's own account and with DuckDB; counts them by table.

    Only the names of places are ours: this ledger lies elsewhere than where it was made.
    """
    own = {
        "py-io-impl": "apportion.ledger.warehouse.WarehouseIO",
        "apportion.folder": str(folder / "ledger"),
    }
    catalog = SqlCatalog("apportion", uri=f"sqlite:///{folder}/ledger/catalog.db", **own)
    counts: dict[str, int] = {}
    for _, name in catalog.list_tables("apportion"):
        table = catalog.load_table(("apportion", name))
        for snapshot in table.snapshots():
            tasks = table.scan(snapshot_id=snapshot.snapshot_id).plan_files()
            ends = [task.file.file_path.rpartition("/warehouse/")[2] for task in tasks]
            rows = sum(
                duckdb.read_parquet(str(folder / "ledger/warehouse" / end)).shape[0] for end in ends
            )
            assert snapshot.summary is not None
            assert rows == int(snapshot.summary["total-records"] or 0)
            counts[name] = counts.get(name, 0) + 1
    return counts


def test_what_is_kept_reads_as_before_and_what_is_expired_is_gone(folder: Path) -> None:
    first, second, current = allocations(folder)
    manifest = folder / "ledger/proofs" / f"{SEPTEMBER}-{first.run}.json"
    before, kept = told(folder), told(folder, as_of=second.run)
    files = sizes(folder)
    snapshots = look_with_foreign_eyes(folder)
    workspace = reopened(folder, now=NOW)

    planned = workspace.expiry.plan(Policy(1, NOW))
    assert sizes(folder) == files, "looking changes nothing"
    outcome = workspace.expiry.expire(Policy(1, NOW))
    assert figures(outcome) == figures(planned)
    assert {row["action"] for row in outcome.rows} == {"expired"}
    assert [row["run"] for row in outcome.rows if row["kind"] == "allocate"] == [first.run]

    assert told(folder) == before
    assert told(folder, as_of=second.run) == kept
    gone = files.keys() - sizes(folder).keys()
    assert len(gone) == sum(int(str(row["files"])) for row in outcome.rows)
    assert sum(files[path] for path in gone) == sum(int(str(row["bytes"])) for row in outcome.rows)
    emptied = {path.parts[path.parts.index("data") - 1] for path in gone if "data" in path.parts}
    assert emptied == {"costs", "months", "allocations", "shares", "drivers"}  # others are added to
    assert of_data(sizes(folder)) < of_data(files)
    now = look_with_foreign_eyes(folder)
    assert all(now[name] < snapshots[name] for name in ("costs", "allocations", "shares"))
    assert IcebergLedger(folder / "ledger").orphans() == []

    for request in (first.run, "2026-11-01"):
        with pytest.raises(
            ExpiredError, match=rf"was expired at {NOW}.*Still readable: {second.run}"
        ):
            workspace.report(Question(SEPTEMBER, as_of=request))
    for refused in (
        lambda: workspace.compare(first.run, current.run),
        lambda: workspace.explain_owner("a", SEPTEMBER, as_of=first.run),
        lambda: workspace.review(SEPTEMBER, as_of=first.run),
        lambda: workspace.prove([SEPTEMBER], as_of=first.run),
        lambda: workspace.workbook(SEPTEMBER, as_of=first.run),
        lambda: workspace.expiry.protect(first.run, because="audit"),
    ):
        with pytest.raises(ExpiredError):
            refused()
    remains = workspace.prove(manifest=manifest)
    assert [finding.code.number for finding in remains.findings] == ["P008"]
    assert {row["allocated"] for row in remains.rows} == {row["stated"] for row in remains.rows}
    changed = json.loads(manifest.read_text("utf-8"))
    changed["allocation"]["at"] = "2026-11-09T08:00:00Z"
    manifest.write_text(json.dumps(changed), "utf-8")
    codes = [finding.code.number for finding in workspace.prove(manifest=manifest).findings]
    assert codes == ["P005", "P008"], "the record is compared all the same"

    history = workspace.history().rows
    assert [row["expired"] for row in history[:3]] == [NOW, NOW, None]
    assert [row["expired"] for row in history if row["expired"]] == [NOW, NOW]
    assert [row["EffectiveCost"] for row in history[:2]] == [ONCE, ONCE]
    assert (history[-1]["kind"], history[-1]["lines"]) == ("expire", 2)

    again = workspace.expiry.expire(Policy(1, NOW))
    assert again.rows == ()
    assert len(workspace.history().rows) == len(history), "nothing to expire records nothing"

    work(folder, SEPTEMBER, version=1, replace=True)
    assert allocations(folder)[-1].run == first.run, "the same bill came back"
    findings = workspace.prove([SEPTEMBER], as_of=first.run).findings
    assert [finding.code.number for finding in findings] == ["L012"], "it replaced a larger bill"
    assert look_with_foreign_eyes(folder)


def figures(outcome: Outcome) -> list[tuple[object, ...]]:
    names = [name for name in outcome.columns if name != "action"]
    return [tuple(row[name] for name in names) for row in outcome.rows]


def test_killed_before_changes_of_files(tmp_path: Path) -> None:
    """Everything is readable, or the expiry is recorded and the next one finishes it."""
    ledger = IcebergLedger(tmp_path / "ledger")
    (tmp_path / "apportion.toml").write_text("", "utf-8")
    for number in (1, 2):
        write_state(ledger, number)
    at, left = 1, 2
    while True:
        process = start(tmp_path, *WORDS, "--yes", die_at=at)
        process.join()
        readable = check_readable_runs(tmp_path)
        assert len(readable) in {left, 1}, "neither all nor what was asked for"
        left = len(readable)
        if process.exitcode == 0:
            break
        assert process.exitcode == -9, output_of(tmp_path)
        at += EVERY
    assert left == 1
    assert at > 10, "a record, two tables and their files are more changes than that"
    ledger = IcebergLedger(tmp_path / "ledger")
    assert ledger.orphans() == []
    assert [run.kind for run in ledger.runs()].count(RunKind.EXPIRE) == 1
    there = look_with_foreign_eyes(tmp_path)
    assert (there["costs"], there["allocations"]) == (1, 1)


def check_readable_runs(folder: Path) -> list[Manifest]:
    """Find the runs that were not expired, and that all their files are what was written."""
    ledger = IcebergLedger(folder / "ledger")
    runs = ledger.runs()
    gone = expired(runs)
    numbered = enumerate(runs, start=1)
    found = [run for number, run in numbered if run.snapshots and number not in gone]
    for run in found:
        assert read_state(ledger, run) == expected_state(int(run.run))
    return found


def test_a_second_writer_gets_the_holder_of_the_ledger(folder: Path) -> None:
    files = sizes(folder)
    with IcebergLedger(folder / "ledger").lock(wait=0):
        process = start(folder, *WORDS, "--yes", "--wait", "0")
        process.join()
        assert process.exitcode == 3
        assert f"is held by process {os.getpid()}" in " ".join(output_of(folder).split())
    assert sizes(folder) == files


@pytest.fixture
def typed(folder: Path) -> Typed:
    return Typed(folder, no_clients, now=datetime(2026, 12, 1, 8, tzinfo=UTC))


def no_clients(service: str, region: str) -> object:
    raise AssertionError(f"nobody asks AWS: {service} {region}")


def test_typed_by_a_user(typed: Typed) -> None:
    first, second, _current = allocations(typed.folder)
    typed.well("ledger", "expire")
    assert "There is nothing to expire" in typed.err, "superseded runs stay unless one asks"
    typed.well("ledger", "expire", "--keep-runs", "0", "--older-than", "28d", "-o", "json")
    assert [row["run"] for row in typed.rows if row["kind"] == "allocate"] == [first.run]
    typed.well("ledger", "protect", second.run[:6], "--reason", "audit of 2026")
    proof = f"ledger/proofs/{SEPTEMBER}-{second.run}.json"
    typed.well("ledger", "protect", proof, "--reason", "audit of 2026")
    assert len(list((typed.folder / "ledger/evidence").rglob("*/*"))) == 1, (
        "the second adds nothing"
    )

    typed.well(*WORDS)
    assert "2 runs of 1 month would be expired" in typed.err
    assert "--as-of could no longer read 1 allocation" in typed.err
    assert "protected audit of 2026 2026-12-01" in typed.out
    typed.well(*WORDS, "--yes", "-o", "json")
    stays = [row["run"] for row in typed.rows if row["action"] == "kept"]
    assert stays == [second.run]
    typed.well("report", "--period", SEPTEMBER, "--as-of", second.run)
    typed.well("prove", "--manifest", proof)
    assert typed("report", "--period", SEPTEMBER, "--as-of", first.run).code == 2
    assert f"Run {first.run} of {SEPTEMBER}" in typed.err
    typed.well("ledger", "history")
    assert "2026-12-01 08:00" in typed.out
    assert typed("ledger", "expire", "--older-than", "3 weeks").code == 2
    assert "Expected an age in days, like 90d" in typed.err

    typed.well(*WORDS, "--include", "protected", "--yes")
    assert typed("prove", "--manifest", proof).code == 1
    assert "P008" in typed.err


def test_nothing_goes_while_what_is_current_is_damaged(folder: Path) -> None:
    ledger = IcebergLedger(folder / "ledger")
    shares = allocations(folder)[-1].snapshots["shares"]
    (file,) = ledger.files_at("shares", snapshot=shares, period=SEPTEMBER, bill="")
    Path(file).unlink()
    before = sizes(folder)
    with pytest.raises(LedgerDamagedError, match="shares"):
        reopened(folder, now=NOW).expiry.expire(Policy(0, NOW))
    assert sizes(folder) == before


def test_aggregates_of_what_is_expired_go(folder: Path) -> None:
    store = folder / "ledger" / "aggregates"
    runs = allocations(folder)
    for run in runs:
        (store / f"{run.run}-1" / "days").mkdir(parents=True)
    reopened(folder, now=NOW).expiry.expire(Policy(0, NOW, also=frozenset(EvidenceKind)))
    assert [path.name for path in store.iterdir()] == [f"{runs[-1].run}-1"]
