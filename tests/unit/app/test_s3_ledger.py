"""A ledger that is kept in S3: whole at any moment, and one writer's at a time."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path

import pytest

from apportion.app.s3_ledger import fetch_settings, mirrored, mirrored_to_repair
from apportion.app.workspace import Workspace
from apportion.aws.s3_store import S3Store
from apportion.ledger.catalog import Catalog
from apportion.ledger.iceberg import IcebergLedger
from apportion.ledger.iceberg_catalog import IcebergCatalog
from apportion.ledger.s3_ledger import S3Ledger
from apportion.ledger.unreferenced_files import check_referenced
from apportion.model.errors.base import LedgerDamagedError
from apportion.model.errors.publishing import OthersWroteError
from apportion.model.errors.repair import LedgerForkedError
from apportion.model.finance.close import Decision
from apportion.model.question import Question
from apportion.model.settings import Settings
from apportion.usecases.settings import read
from mortal import died
from moto_world import MotoWorld, serving
from published_months import LINES, ONCE, PERIOD, RULES, Clients, allocated, store_of
from soak import SOAK, every
from stories import bill_of, delivered, parquet_bill, total_of, workspace_in

#: `make soak` kills before each change; test_kill_points.py looks at the store before many more.
UPLOADS, FILES = every(29), every(47)


@pytest.fixture(scope="module")
def world() -> Iterator[MotoWorld]:
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with a delivery and its allocation."""
    folder = tmp_path_factory.mktemp("made")
    allocated(folder)
    return folder / "ledger"


@pytest.fixture(scope="module")
def first_given(world: MotoWorld, made: Path) -> str:
    """A bucket with that ledger, given by a machine that no test asks."""
    name = world.bucket()
    assert S3Ledger(store_of(world, name, "ledger"), made).give_back()
    return name


@pytest.fixture
def given(world: MotoWorld, first_given: str) -> str:
    """A bucket of the test's own with all that was given."""
    return world.bucket_like(first_given)


@pytest.fixture
def bucket(world: MotoWorld) -> str:
    return world.bucket()


def test_another_machine_reads_what_one_has_recorded(
    world: MotoWorld, given: str, tmp_path: Path
) -> None:
    assert total(world, given, tmp_path / "another") == ONCE
    work(world, given, tmp_path / "another", version=2)
    assert total(world, given, tmp_path / "one") == 2 * ONCE


def test_reading_gives_nothing_back(world: MotoWorld, given: str, tmp_path: Path) -> None:
    before = head(world, given)
    assert total(world, given, tmp_path / "two") == ONCE
    assert head(world, given) == before


def test_who_gives_back_second_is_reported_and_changes_nothing(
    world: MotoWorld, given: str, tmp_path: Path
) -> None:
    late = settings(given, tmp_path / "late")
    with pytest.raises(OthersWroteError, match="Another process changed the ledger s3://"):  # noqa: PT012, SIM117 - one story
        with mirrored(late, world.client):
            take_in(late, tmp_path / "late", version=3)
            work(world, given, tmp_path / "one", version=2)
    assert total(world, given, tmp_path / "three") == 2 * ONCE
    assert total(world, given, tmp_path / "late") == 2 * ONCE, "its own state is forgotten"


def test_of_two_approvers_on_two_machines_the_second_is_reported(
    world: MotoWorld, given: str, tmp_path: Path
) -> None:
    def close(own: Settings, approver: str) -> None:
        Workspace(own).close.close(PERIOD, Decision(approver, "Day 5"))

    first, late = (settings(given, tmp_path / name) for name in ("first", "late"))
    with pytest.raises(OthersWroteError):  # noqa: PT012, SIM117 - one story
        with mirrored(late, world.client):
            close(late, "S. Ito")
            with mirrored(first, world.client):
                close(first, "R. Vega")
    third = settings(given, tmp_path / "third")
    with mirrored(third, world.client):
        (row,) = Workspace(third).close.status(PERIOD).rows
        assert (row["state"], row["approver"]) == ("closed", "R. Vega")


def test_what_was_recorded_before_an_error_is_kept(
    world: MotoWorld, bucket: str, tmp_path: Path
) -> None:
    own = settings(bucket, tmp_path / "one")
    with pytest.raises(LedgerDamagedError):  # noqa: PT012, SIM117 - one story
        with mirrored(own, world.client):
            take_in(own, tmp_path / "one", version=1)
            raise LedgerDamagedError("a file", "something", "nothing")
    assert total(world, bucket, tmp_path / "two") == ONCE


def test_an_object_that_rotted_is_noticed(world: MotoWorld, given: str, tmp_path: Path) -> None:
    store = store_of(world, given, "ledger")
    rotten = next(name for name in store.names() if "/costs/data/" in name)
    store.write(rotten, b"something else")
    with pytest.raises(LedgerDamagedError, match=r"s3://.*costs/data/.*expected sha256"):
        total(world, given, tmp_path / "two")


@pytest.mark.parametrize("name", ["../../etc/passwd", "warehouse/../../x", "rulebook/x"])
def test_a_head_that_names_other_files_is_refused(
    world: MotoWorld, bucket: str, tmp_path: Path, name: str
) -> None:
    store = store_of(world, bucket, "ledger")
    content = f'{{"format": 1, "files": {{"{name}": [1, "00"]}}}}'
    store.write("head.json", content.encode())
    with pytest.raises(LedgerDamagedError, match=r"head\.json"):
        S3Ledger(store, tmp_path / "copy").fetch()


def test_killed_while_giving_back(world: MotoWorld, given: str, tmp_path: Path) -> None:
    """Before its last write the old state stands, after it the new one."""
    deaths = 0
    while died(
        take_in_again, world, world, given, tmp_path / f"mortal {deaths}", at=1 + UPLOADS * deaths
    ):
        deaths += 1
        assert total(world, given, tmp_path / f"reader {deaths}") == ONCE
    assert deaths > 1
    assert total(world, given, tmp_path / "in the end") == 2 * ONCE


def test_a_first_ledger_is_killed_while_it_is_given_back(
    world: MotoWorld, bucket: str, tmp_path: Path
) -> None:
    """It is no ledger yet, and no damaged one; the next begins it."""
    own = settings(bucket, tmp_path / "one")
    for at in (1, 2, 9):
        assert died(take_in_again, world, world, bucket, tmp_path / f"mortal {at}", at=at)
        with mirrored(own, world.client) as copy:
            assert not Workspace(copy).held().rows
    work(world, bucket, tmp_path / "one", version=1)
    assert total(world, bucket, tmp_path / "two") == ONCE


def test_of_two_first_ledgers_one_is_reported(
    world: MotoWorld, bucket: str, tmp_path: Path
) -> None:
    late = settings(bucket, tmp_path / "late")
    with pytest.raises(OthersWroteError, match="Another process changed the ledger s3://"):  # noqa: PT012, SIM117 - one story
        with mirrored(late, world.client):
            take_in(late, tmp_path / "late", version=2)
            work(world, bucket, tmp_path / "one", version=1)
    assert total(world, bucket, tmp_path / "late") == ONCE


def test_killed_at_changes_of_files_while_fetching(
    world: MotoWorld, given: str, tmp_path: Path
) -> None:
    """The copy before stands, or the new one; the next command has the right one."""
    folder = tmp_path / "one"
    own = settings(given, folder)
    deaths = 0
    while died(read_only, world, given, folder, at=1 + FILES * deaths, below=folder):
        deaths += 1
        assert whole(world, given, folder)
        if deaths % 2:  # sometimes there is no copy before
            shutil.rmtree(own.ledger)
    assert deaths > 3


def test_what_lay_in_the_copy_does_not_get_into_the_next(
    world: MotoWorld, given: str, tmp_path: Path
) -> None:
    """A journal that a killed run left would be rolled back into the catalog that was fetched."""
    own = settings(given, tmp_path / "one")
    before = head(world, given)
    assert whole(world, given, tmp_path / "one")
    copy = Path(own.ledger)
    leave_a_journal(copy / "catalog.db")
    (copy / "inputs" / "stray").write_bytes(b"x")
    (copy / "downloads").mkdir()
    (copy / "downloads" / "bill.part").write_bytes(b"half")
    assert whole(world, given, tmp_path / "one")
    assert head(world, given) == before, "a reader gives nothing back"
    assert not (copy / "catalog.db-journal").exists()
    assert not (copy / "inputs" / "stray").exists()
    assert (copy / "downloads" / "bill.part").read_bytes() == b"half", "of this machine"
    assert whole(world, given, tmp_path / "fresh")


def test_a_copy_is_compared_by_hash(world: MotoWorld, given: str, tmp_path: Path) -> None:
    own = settings(given, tmp_path / "one")
    assert whole(world, given, tmp_path / "one")
    for path in Path(own.ledger).rglob("*/data/**/*.parquet"):
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    assert whole(world, given, tmp_path / "one")


def test_a_file_that_changed_during_the_work_is_not_given_back(
    world: MotoWorld, given: str, tmp_path: Path
) -> None:
    own = settings(given, tmp_path / "one")
    before = head(world, given)
    with pytest.raises(LedgerDamagedError, match="Nothing was uploaded"):  # noqa: PT012, SIM117 - one story
        with mirrored(own, world.client):
            record_a_note(own)
            path = next(Path(own.ledger).rglob("costs/data/**/*.parquet"))
            path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert head(world, given) == before
    with pytest.raises(LedgerDamagedError, match="a file that the tables reference, found nothing"):  # noqa: PT012, SIM117 - one story
        with mirrored(own, world.client):
            record_a_note(own)
            next(Path(own.ledger).rglob("costs/data/**/*.parquet")).unlink()
    assert whole(world, given, tmp_path / "one")


def test_who_recorded_nothing_gives_nothing_back(
    world: MotoWorld, given: str, tmp_path: Path
) -> None:
    own = settings(given, tmp_path / "one")
    before = head(world, given)
    with mirrored(own, world.client):
        with closing(sqlite3.connect(Path(own.ledger) / "catalog.db")) as catalog, catalog:
            catalog.execute("UPDATE iceberg_tables SET previous_metadata_location = 'file:///x'")
        IcebergLedger(Path(own.ledger)).new_folder("costs")
        (Path(own.ledger) / "proofs" / "another.json").write_text("{}")
    assert head(world, given) == before


def test_readers_and_a_writer_work_side_by_side(
    world: MotoWorld, given: str, tmp_path: Path
) -> None:
    """All on one machine; each has a copy of its own, and the ones beside the first go."""
    own = settings(given, tmp_path)
    with mirrored(own, world.client) as writer, ExitStack() as readers:
        places = [readers.enter_context(mirrored(own, world.client)) for _ in range(3)]
        record_a_note(writer)
        assert len({writer.ledger, *(place.ledger for place in places)}) == 4
        assert [len(Workspace(each).held().rows) for each in (writer, *places)] == [1] * 4
        assert not IcebergLedger(Path(places[0].ledger)).read_notes()
    assert writer.ledger == own.ledger
    assert not any(Path(place.ledger).exists() for place in places)
    with mirrored(own, world.client) as again:
        assert len(IcebergLedger(Path(again.ledger)).read_notes()) == 1


def test_three_reports_at_once(world: MotoWorld, given: str, tmp_path: Path) -> None:
    """As processes, on a machine where nothing was fetched yet."""
    workspace_in(tmp_path, RULES, {"apportion.toml": f'ledger = "s3://{given}/ledger"\n'})
    environment = world.environment() | {"APPORTION_CACHE": str(tmp_path / "cache")}
    program = str(Path(sys.executable).with_name("apportion"))
    wanted = [program, "-q", "report", "-p", PERIOD, "--output", "csv"]
    running = [
        subprocess.Popen(wanted, cwd=tmp_path, env=environment, stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    result = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert result[0] == result[1] == result[2]
    assert b"unallocated" in result[0]


DAMAGED_HEADS = [
    None,
    b"",
    b"{",
    b"[]",
    b'{"format": 1}',
    b'{"files": {}}',
    b'{"format": 1, "files": {}}',
    b'{"format": 1, "files": {"catalog.db": [1]}}',
    b'{"format": 1, "files": {"inputs/aa/x": [1, "00"]}}',
    b'{"format": 2, "files": {}}',
]


def test_a_head_that_is_lost_or_cut_off_is_damage(
    world: MotoWorld, given: str, tmp_path: Path
) -> None:
    """It changes nothing, neither in the store nor in the copy that is there."""
    assert whole(world, given, tmp_path / "one")
    store, copy = store_of(world, given, "ledger"), settings(given, tmp_path / "one").ledger
    files = files_of(Path(copy))
    for content in DAMAGED_HEADS:
        replace_object(store, "head.json", content)
        before = store.names()
        for folder in ("one", "new"):
            with pytest.raises(LedgerDamagedError, match=r"head\.json is damaged: .*ledger repair"):  # noqa: SIM117 - one story
                with mirrored(settings(given, tmp_path / folder), world.client):
                    pytest.fail(f"an empty ledger was given for {content!r}")
        assert store.names() == before, content
        assert files_of(Path(copy)) == files, content


@pytest.mark.parametrize("content", DAMAGED_HEADS if SOAK else DAMAGED_HEADS[::4])
def test_a_head_that_is_lost_or_cut_off_is_made_again(
    world: MotoWorld, given: str, tmp_path: Path, content: bytes | None
) -> None:
    assert whole(world, given, tmp_path / "one")
    replace_object(store_of(world, given, "ledger"), "head.json", content)
    with mirrored_to_repair(settings(given, tmp_path / "healer"), world.client) as own:
        assert len(Workspace(own).repair().rows) == 2
    assert whole(world, given, tmp_path / "one")
    assert whole(world, given, tmp_path / "new")


def test_a_bucket_that_was_emptied_is_no_new_ledger(
    world: MotoWorld, given: str, tmp_path: Path
) -> None:
    assert whole(world, given, tmp_path / "one")
    store = store_of(world, given, "ledger")
    store.remove(store.names())
    with pytest.raises(
        LedgerDamagedError, match="is a copy of, found nothing, and no other object"
    ):
        whole(world, given, tmp_path / "one")


@pytest.mark.parametrize("found", [None, b"", b"something else"])
def test_a_catalog_that_is_lost_in_the_store_is_made_again(
    world: MotoWorld, given: str, tmp_path: Path, found: bytes | None
) -> None:
    store = store_of(world, given, "ledger")
    (catalog,) = (name for name in store.names() if name.startswith("catalog/"))
    replace_object(store, catalog, found)
    with pytest.raises(LedgerDamagedError, match=r"/catalog/\w+ is damaged: .*ledger repair"):
        whole(world, given, tmp_path / "one")
    with mirrored_to_repair(settings(given, tmp_path / "healer"), world.client) as own:
        Workspace(own).repair()
    assert whole(world, given, tmp_path / "one")


def test_a_history_that_never_counted_is_reported_from_the_one_that_did(
    world: MotoWorld, given: str, tmp_path: Path
) -> None:
    """The second writer's objects are there, too: without the head nobody can tell."""
    late, first = settings(given, tmp_path / "late"), settings(given, tmp_path / "first")
    with pytest.raises(OthersWroteError):  # noqa: PT012, SIM117 - one story
        with mirrored(late, world.client):
            record_a_run(late, "late")
            with mirrored(first, world.client):
                record_a_run(first, "first")
    store_of(world, given, "ledger").remove(["head.json"])
    with pytest.raises(LedgerForkedError, match="several histories, ending in first and late"):  # noqa: SIM117 - one story
        with mirrored_to_repair(settings(given, tmp_path / "healer"), world.client) as own:
            Workspace(own).repair()


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


def read_only(clients: Clients, bucket: str, folder: Path) -> None:
    with mirrored(settings(bucket, folder), clients) as own:
        Workspace(own).held()


def whole(world: MotoWorld, bucket: str, folder: Path) -> bool:
    """Tell whether a machine reads the ledger that was given, every file of it."""
    with mirrored(settings(bucket, folder), world.client) as own:
        ledger = IcebergLedger(Path(own.ledger))
        catalog = IcebergCatalog(Catalog(Path(own.ledger)))
        check_referenced(catalog, folder=Path(own.ledger))
        total = total_of(Workspace(own).report(Question(PERIOD)).rows)
        return len(ledger.runs()) == 2 and total == ONCE


def record_a_note(own: Settings) -> None:
    IcebergLedger(Path(own.ledger)).add_note(b'{"a": "note"}')


def record_a_run(own: Settings, name: str) -> None:
    ledger = IcebergLedger(Path(own.ledger))
    ledger.record(replace(ledger.runs()[0], run=name))


def leave_a_journal(catalog: Path) -> None:
    """Kill a process inside a commit that has written to the catalog already."""
    process = get_context("forkserver").Process(target=_die_inside, args=(catalog,))
    process.start()
    process.join()
    assert catalog.with_name("catalog.db-journal").stat().st_size > 0


def _die_inside(catalog: Path) -> None:
    connection = sqlite3.connect(catalog, isolation_level=None)
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("CREATE TABLE x (y)")
    connection.executemany("INSERT INTO x VALUES (?)", [("z" * 3000,)] * 200)
    os.kill(os.getpid(), signal.SIGKILL)


def replace_object(store: S3Store, name: str, content: bytes | None) -> None:
    """Put other content in an object's place, or nothing."""
    if content is None:
        store.remove([name])
    else:
        store.write(name, content)


def files_of(folder: Path) -> set[str]:
    return {path.as_posix() for path in folder.rglob("*") if path.is_file()}


def settings(bucket: str, folder: Path) -> Settings:
    """Settings of a machine whose copy of the ledger lies in a folder."""
    workspace_in(folder, RULES)
    return Settings(
        "", folder / "copy", folder / "rulebook", folder, remote=f"s3://{bucket}/ledger"
    )


def take_in(own: Settings, folder: Path, *, version: int) -> None:
    workspace = Workspace(own, now=lambda: f"2026-11-0{version}T08:00:00Z")
    bill = parquet_bill(bill_of(LINES * version))
    workspace.ingest(delivered(folder, bill, name="bill.parquet"), replace=True)
    workspace.allocate()


def work(
    world: MotoWorld, bucket: str, folder: Path, *, version: int, clients: Clients | None = None
) -> None:
    """Take a version of the bill in, as one process does."""
    own = settings(bucket, folder)
    with mirrored(own, clients or world.client):
        take_in(own, folder, version=version)


def total(world: MotoWorld, bucket: str, folder: Path) -> Decimal:
    """Read the month's total with a copy of one's own, and prove it."""
    own = settings(bucket, folder)
    with mirrored(own, world.client):
        workspace = Workspace(own)
        assert not workspace.prove([PERIOD]).findings
        return total_of(workspace.report(Question(PERIOD)).rows)


def head(world: MotoWorld, bucket: str) -> str:
    kept = store_of(world, bucket, "ledger").read("head.json")
    assert kept is not None
    return kept.mark


def take_in_again(clients: Clients, world: MotoWorld, bucket: str, folder: Path) -> None:
    work(world, bucket, folder, version=2, clients=clients)
