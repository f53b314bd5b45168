"""A ledger that is kept in S3: whole at any moment, and one writer's at a time."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from apportion.ledger.remote import RemoteLedger
from apportion.model.errors import LedgerDamagedError
from apportion.model.lake_errors import OthersWroteError
from apportion.model.question import Question
from apportion.model.settings import Settings
from apportion.run.settings import read
from apportion.wiring.remote import fetch_settings, mirrored
from apportion.wiring.workspace import Workspace
from mortal import died
from moto_world import MotoWorld, serving
from published_months import LINES, ONCE, PERIOD, RULES, Clients, store_of
from stories import bill_of, delivered, parquet_bill, total_of, workspace_in


@pytest.fixture(scope="module")
def world() -> Iterator[MotoWorld]:
    with serving() as running:
        yield running


@pytest.fixture
def bucket(world: MotoWorld) -> str:
    return world.bucket()


def test_another_machine_reads_what_one_has_recorded(
    world: MotoWorld, bucket: str, tmp_path: Path
) -> None:
    work(world, bucket, tmp_path / "one", version=1)
    assert total(world, bucket, tmp_path / "another") == ONCE
    work(world, bucket, tmp_path / "another", version=2)
    assert total(world, bucket, tmp_path / "one") == 2 * ONCE


def test_reading_gives_nothing_back(world: MotoWorld, bucket: str, tmp_path: Path) -> None:
    work(world, bucket, tmp_path / "one", version=1)
    before = head(world, bucket)
    assert total(world, bucket, tmp_path / "two") == ONCE
    assert head(world, bucket) == before


def test_who_gives_back_second_is_told_and_changes_nothing(
    world: MotoWorld, bucket: str, tmp_path: Path
) -> None:
    work(world, bucket, tmp_path / "one", version=1)
    late = settings(bucket, tmp_path / "late")
    with pytest.raises(OthersWroteError, match="has changed the ledger s3://"):  # noqa: PT012, SIM117 - one story
        with mirrored(late, world.client):
            take_in(late, tmp_path / "late", version=3)
            work(world, bucket, tmp_path / "one", version=2)
    assert total(world, bucket, tmp_path / "three") == 2 * ONCE
    assert total(world, bucket, tmp_path / "late") == 2 * ONCE, "its own state is forgotten"


def test_what_was_recorded_before_an_error_is_kept(
    world: MotoWorld, bucket: str, tmp_path: Path
) -> None:
    ours = settings(bucket, tmp_path / "one")
    with pytest.raises(LedgerDamagedError):  # noqa: PT012, SIM117 - one story
        with mirrored(ours, world.client):
            take_in(ours, tmp_path / "one", version=1)
            raise LedgerDamagedError("a file", "something", "nothing")
    assert total(world, bucket, tmp_path / "two") == ONCE


def test_an_object_that_rotted_is_noticed(world: MotoWorld, bucket: str, tmp_path: Path) -> None:
    work(world, bucket, tmp_path / "one", version=1)
    store = store_of(world, bucket, "ledger")
    rotten = next(name for name in store.names() if "/costs/data/" in name)
    store.write(rotten, b"something else")
    with pytest.raises(LedgerDamagedError, match=r"s3://.*costs/data/.*expected sha256"):
        total(world, bucket, tmp_path / "two")


@pytest.mark.parametrize("name", ["../../etc/passwd", "warehouse/../../x", "rulebook/x"])
def test_a_head_that_names_other_files_is_refused(
    world: MotoWorld, bucket: str, tmp_path: Path, name: str
) -> None:
    store = store_of(world, bucket, "ledger")
    content = f'{{"format": 1, "files": {{"{name}": [1, "00"]}}}}'
    store.write("head.json", content.encode())
    with pytest.raises(LedgerDamagedError, match=r"head\.json"):
        RemoteLedger(store, tmp_path / "copy").fetch()


def test_killed_while_giving_back(world: MotoWorld, bucket: str, tmp_path: Path) -> None:
    """Before its last write the old state stands, after it the new one."""
    work(world, bucket, tmp_path / "one", version=1)
    deaths = 0
    while died(
        take_in_again, world, world, bucket, tmp_path / f"mortal {deaths}", at=1 + 16 * deaths
    ):
        deaths += 1
        assert total(world, bucket, tmp_path / f"reader {deaths}") == ONCE
    assert deaths > 1
    assert total(world, bucket, tmp_path / "in the end") == 2 * ONCE


def test_settings_may_name_a_ledger_in_s3(tmp_path: Path) -> None:
    (tmp_path / "apportion.toml").write_text('ledger = "s3://acme/ledger"\n')
    found = read(tmp_path, {"APPORTION_CACHE": str(tmp_path / "copies")})
    assert found.remote == "s3://acme/ledger"
    assert Path(found.ledger).parent == tmp_path / "copies"
    assert read(tmp_path, {"APPORTION_LEDGER": "here"}).remote == ""


def test_settings_come_with_the_files_beside_them(
    world: MotoWorld, bucket: str, tmp_path: Path
) -> None:
    store = store_of(world, bucket, "config")
    store.write("apportion.toml", b'ledger = "s3://acme/ledger"\n')
    store.write("rulebook/2026-01.yaml", RULES.encode())
    place = f"s3://{bucket}/config/apportion.toml"
    file = fetch_settings(place, tmp_path / "here", world.client)
    assert (file.parent / "rulebook" / "2026-01.yaml").read_text() == RULES


def settings(bucket: str, folder: Path) -> Settings:
    """Settings of a machine whose copy of the ledger lies in a folder."""
    workspace_in(folder, RULES)
    return Settings(
        "", folder / "copy", folder / "rulebook", folder, remote=f"s3://{bucket}/ledger"
    )


def take_in(ours: Settings, folder: Path, *, version: int) -> None:
    workspace = Workspace(ours, now=lambda: f"2026-11-0{version}T08:00:00Z")
    bill = parquet_bill(bill_of(LINES * version))
    workspace.ingest(delivered(folder, bill, name="bill.parquet"))
    workspace.allocate()


def work(
    world: MotoWorld, bucket: str, folder: Path, *, version: int, clients: Clients | None = None
) -> None:
    """Take a version of the bill in, as one process does."""
    ours = settings(bucket, folder)
    with mirrored(ours, clients or world.client):
        take_in(ours, folder, version=version)


def total(world: MotoWorld, bucket: str, folder: Path) -> Decimal:
    """Read the month's total with a copy of one's own, and prove it."""
    ours = settings(bucket, folder)
    with mirrored(ours, world.client):
        workspace = Workspace(ours)
        assert not workspace.prove([PERIOD]).findings
        return total_of(workspace.report(Question(PERIOD)).rows)


def head(world: MotoWorld, bucket: str) -> str:
    kept = store_of(world, bucket, "ledger").read("head.json")
    assert kept is not None
    return kept.mark


def take_in_again(clients: Clients, world: MotoWorld, bucket: str, folder: Path) -> None:
    work(world, bucket, folder, version=2, clients=clients)
