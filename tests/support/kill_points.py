"""Copies a ledger before every change of a file, and reads each copy as another machine would.

A killed process leaves its files as they are at that moment. So a command runs once, and its folder
is copied before every change of a file: each copy is what a kill there would leave.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from apportion.app.publishing import forms
from apportion.app.s3_ledger import mirrored
from apportion.app.workspace import Workspace
from apportion.aws.s3_store import S3Store
from apportion.core.billing.retention import expired
from apportion.ledger.iceberg import IcebergLedger
from apportion.model.manifest import RunKind
from apportion.model.question import Question
from apportion.model.retention import Policy
from apportion.model.settings import Settings
from apportion.usecases.publish.notify import Notifications
from crash_program import copies_before_every_change
from mortal import clients_that_look
from moto_world import MotoWorld
from published_months import LINES, ONCE, PERIOD, RULES, allocated, lake_of, seen, store_of
from stories import bill_of, delivered, parquet_bill, reopened, total_of, workspace_in

NOW = "2026-12-01T08:00:00Z"
INGEST, ALLOCATE = ("ingest", "bills"), ("allocate",)
EXPIRE = ("ledger", "expire", "--keep-runs", "0", "--older-than", "2999-01-01", "--yes")

#: What a machine finds: each recorded run, and whether it was expired.
State = tuple[tuple[str, bool], ...]


def kill_through_a_life(
    place: Path, *, version: int, every: int, proved: Callable[[int], bool]
) -> int:
    """Kill a delivery, its allocation and an expiry before every change; count the kills.

    Of every n-th copy, and of those where a command takes effect, the records and every file by
    its hash are read. `proved` chooses those that are also proved and reported from, and in which
    work goes on; so it does where a command has just taken effect.
    """
    work, kills = place / "work", 0
    delivered(work, parquet_bill(bill_of(LINES * version)), name="bill.parquet")
    for step, command in enumerate((INGEST, ALLOCATE, EXPIRE)):
        old = read_whole(work)
        copies = copies_before_every_change(work, *command, to=place / f"{version}-{step}")
        new, stood = read_whole(work), old
        assert new != old
        for number, found in read_every(copies, every):
            assert found in ({old, new} if stood == old else {new}), f"{command} kill {number}"
            if found != stood or proved(number):
                prove_and_go_on(copies[number], version)
            stood = found
        kills += len(copies)
    prove_and_go_on(work, version)
    return kills


def read_every(copies: Sequence[Path], every: int) -> list[tuple[int, State]]:
    """Read every n-th copy and the last one, and all between two that differ; in order."""
    chosen = sorted({*range(0, len(copies), every), len(copies) - 1})
    found = {number: read_whole(copies[number]) for number in chosen}
    for first, last in pairwise(chosen):
        if found[first] != found[last]:
            found |= {number: read_whole(copies[number]) for number in range(first + 1, last)}
    return sorted(found.items())


def read_whole(folder: Path) -> State:
    """Read, as another process, what is recorded: files and kept inputs by their hashes."""
    ledger = IcebergLedger(folder / "ledger")
    return whole(ledger)


def whole(ledger: IcebergLedger) -> State:
    """Read all records, and all that the newest delivery and the newest allocation stand on."""
    runs = ledger.runs()
    gone = expired(runs)
    for run in {run.kind: run for run in runs}.values():
        for table in run.snapshots:
            assert ledger.files(table, run), f"{run.kind} has no file in {table}"
        for file in run.inputs if run.kind is RunKind.ALLOCATE else ():
            assert ledger.read_input(file.sha256)
    return tuple((run.run, number in gone) for number, run in enumerate(runs, start=1))


def prove_and_go_on(folder: Path, version: int) -> None:
    """Prove and report what is there; then do what the killed command was to do."""
    workspace = reopened(folder, now=NOW)
    assert not any(each.code.severity == "error" for each in workspace.prove().findings)
    total = total_of(workspace.report(Question(PERIOD)).rows)
    assert total in ((version - 1) * ONCE, version * ONCE)
    workspace.ingest([folder / "bills"])
    workspace.allocate()
    workspace.expiry.expire(Policy(0, NOW))
    assert total_of(workspace.report(Question(PERIOD)).rows) == version * ONCE
    assert not workspace.prove().findings


def kill_through_a_life_in_s3(world: MotoWorld, place: Path, *, every: int) -> int:
    """Read the ledger with a new copy before every n-th change in S3; count the readings."""
    bucket = world.bucket()
    one = settings(bucket, place / "one")
    read = partial(read_in_s3, world, bucket, place)
    with mirrored(one, world.client):
        take_in(one, place / "one", version=1)
    count = 0
    for work in (take_in, expire):
        old, found = read(), list[State]()
        looking = clients_that_look(world, lambda found=found: found.append(read()), every=every)
        with mirrored(one, looking, removing=True):
            work(one, place / "one", version=2)
        new = read()
        assert new != old
        assert found == sorted(found, key=[old, new].index), "a later kill brought the old back"
        count += len(found)
    return count


def read_in_s3(world: MotoWorld, bucket: str, place: Path) -> State:
    """Read all that is recorded, from a copy that this machine has just made."""
    with TemporaryDirectory(dir=place) as folder:
        own = settings(bucket, Path(folder))
        with mirrored(own, world.client):
            return whole(IcebergLedger(Path(own.ledger)))


def settings(bucket: str, folder: Path) -> Settings:
    workspace_in(folder, RULES)
    remote = f"s3://{bucket}/ledger"
    return Settings("", folder / "copy", folder / "rulebook", folder, remote=remote)


def take_in(own: Settings, folder: Path, *, version: int) -> None:
    workspace = Workspace(own, now=lambda: f"2026-11-0{version}T08:00:00Z")
    bill = parquet_bill(bill_of(LINES * version))
    workspace.ingest(delivered(folder, bill, name="bill.parquet"))
    workspace.allocate()


def expire(own: Settings, _folder: Path, *, version: int) -> None:
    assert version
    Workspace(own, now=lambda: NOW).expiry.expire(Policy(0, NOW))


def kill_while_publishing(world: MotoWorld, place: Path, *, every: int) -> int:
    """Read what is published before every n-th change; readers see one run or the other."""
    bucket = world.bucket()
    workspace = allocated(place / "month")
    workspace.publishing.publish(lake_of(world, bucket))
    allocated(place / "month", version=2, now="2026-11-03T08:00:00Z")
    found: list[Decimal | None] = []

    def look() -> None:
        found.append(seen(world, bucket, place / f"look {len(found)}"))

    looking = clients_that_look(world, look, every=every)
    reopened(place / "month").publishing.publish(lake_of(world, bucket, looking))
    assert found == sorted(found, key=[ONCE, 2 * ONCE].index)
    assert seen(world, bucket, place / "in the end") == 2 * ONCE
    return len(found)


def kill_while_delivering(world: MotoWorld, place: Path) -> int:
    """Follow the pointer before every change: whatever it points to is there whole."""
    workspace, bucket = allocated(place), world.bucket()
    store = store_of(world, bucket, "reports")
    found: list[bool] = []

    def look() -> None:
        pointer = store.read(f"{PERIOD}/latest.json")
        found.append(pointer is not None)
        if pointer is not None:
            folder = f"{PERIOD}/{json.loads(pointer.content)['delivery']}"
            for name, stated in read_json(store, f"{folder}/delivery.json")["files"].items():
                kept = store.read(f"{folder}/{name}")
                assert kept is not None
                assert len(kept.content) == stated["bytes"]

    given = S3Store(clients_that_look(world, look)("s3", ""), f"s3://{bucket}/reports")
    workspace.publishing.deliver(given, forms(["csv"]), PERIOD, Notifications())
    assert found == sorted(found)
    return len(found)


def read_json(store: S3Store, name: str) -> Any:
    kept = store.read(name)
    assert kept is not None
    return json.loads(kept.content)
