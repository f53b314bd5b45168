"""Expiry of a ledger that is kept in S3, and evidence of what others were given there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from apportion.app.publishing import forms
from apportion.app.retention import delivered_at
from apportion.app.s3_ledger import mirrored
from apportion.app.workspace import Workspace
from apportion.aws.s3_store import S3Store
from apportion.ledger.s3_ledger import S3Ledger
from apportion.model.errors.base import AwsDeniedError, AwsRefusedError
from apportion.model.errors.retention import ExpiredError, NoDeliveriesError, NotADeliveryError
from apportion.model.manifest import RunKind
from apportion.model.outcome import Outcome
from apportion.model.question import Question
from apportion.model.retention import EvidenceKind, Policy
from apportion.model.settings import Settings
from apportion.usecases.publish.notify import Notifications
from mortal import died
from moto_world import MotoWorld, serving
from published_months import PERIOD, RULES, Clients, allocated, lake_of, store_of
from stories import workspace_in

NOW = "2026-12-01T08:00:00Z"
ALL = Policy(0, NOW)


@pytest.fixture(scope="module")
def world() -> Iterator[MotoWorld]:
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of two deliveries, each allocated."""
    folder = tmp_path_factory.mktemp("past")
    for version in (1, 2):
        allocated(folder, version=version, now=f"2026-11-0{version}T08:00:00Z")
    return folder / "ledger"


@pytest.fixture
def bucket(world: MotoWorld, past: Path, tmp_path: Path) -> str:
    """A bucket with that ledger, which the machine `one` has brought there."""
    name = world.bucket()
    copy = Path(shutil.copytree(past, tmp_path / "one" / "copy"))
    S3Ledger(store_of(world, name, "ledger"), copy).give_back()
    return name


def settings(bucket: str, folder: Path) -> Settings:
    workspace_in(folder, RULES)
    return Settings(
        "", folder / "copy", folder / "rulebook", folder, remote=f"s3://{bucket}/ledger"
    )


def expire(bucket: str, folder: Path, clients: Clients) -> Outcome:
    """Expire all that is superseded, as the command does."""
    own = settings(bucket, folder)
    with mirrored(own, clients, removing=True):
        return Workspace(own, now=lambda: NOW).expiry.expire(ALL)


def told(world: MotoWorld, bucket: str, folder: Path) -> tuple[object, int]:
    """Report the month from a copy of one's own, prove it, and count readable allocations."""
    own = settings(bucket, folder)
    with mirrored(own, world.client):
        workspace = Workspace(own)
        assert not workspace.prove([PERIOD]).findings
        rows = workspace.history().rows
        found = [row for row in rows if row["kind"] == RunKind.ALLOCATE and not row["expired"]]
        return workspace.report(Question(PERIOD)).rows, len(found)


def objects(world: MotoWorld, bucket: str) -> set[str]:
    return set(store_of(world, bucket, "ledger").names())


def head(world: MotoWorld, bucket: str) -> dict[str, Any]:
    kept = store_of(world, bucket, "ledger").read("head.json")
    assert kept is not None
    read: dict[str, Any] = json.loads(kept.content)
    return read


def test_objects_of_what_is_expired_are_removed(
    world: MotoWorld, bucket: str, tmp_path: Path
) -> None:
    report, readable = told(world, bucket, tmp_path / "another")
    assert readable == 2
    before = objects(world, bucket)
    outcome = expire(bucket, tmp_path / "one", world.client)
    assert len(outcome.rows) == 3, "a delivery, an allocation, and the rest"
    now = objects(world, bucket)
    assert any("/costs/data/" in name for name in before - now)
    assert not any("inputs" in name or "proofs" in name for name in before - now)
    listed = head(world, bucket)
    named = {f"files/{name}" for name in listed["files"] if name != "catalog.db"}
    catalog = f"catalog/{listed['files']['catalog.db'][1]}"
    assert now == {*named, catalog, "head.json"}, "nothing is there that the ledger does not have"
    assert listed["gone"] == []
    for folder in ("another", "new"):
        assert told(world, bucket, tmp_path / folder) == (report, 1)


def test_killed_at_each_change(world: MotoWorld, bucket: str, tmp_path: Path) -> None:
    """Once the head is written all is recorded, and the next expiry removes what is left.

    Before, the old state stands, as for whatever else is given back: `test_remote_ledger.py`.
    """
    report, _ = told(world, bucket, tmp_path / "reader")
    before = objects(world, bucket)
    states = []
    for number, (at, of) in enumerate([(1, "DeleteObjects"), (2, "")]):
        assert died(expire_all, world, bucket, tmp_path / f"mortal {number}", at=at, of=of)
        now, readable = told(world, bucket, tmp_path / "reader")
        assert now == report
        states.append(
            (readable, before <= objects(world, bucket), bool(head(world, bucket)["gone"]))
        )
    # Killed between head and removal; between removal and the last head, as the one before had
    # left only that to do.
    assert states == [(1, True, True), (1, False, True)]
    expire(bucket, tmp_path / "mortal", world.client)
    assert head(world, bucket)["gone"] == []


def expire_all(clients: Clients, bucket: str, folder: Path) -> None:
    expire(bucket, folder, clients)


class Meanwhile(S3Store):
    """A store where somebody expires the ledger as soon as the first file was fetched."""

    def __init__(self, world: MotoWorld, bucket: str, folder: Path) -> None:
        super().__init__(world.client("s3"), f"s3://{bucket}/ledger")
        self._others: list[tuple[MotoWorld, Path]] = [(world, folder)]

    def fetch(self, name: str, path: Path) -> bool:
        found = super().fetch(name, path)
        while self._others:
            world, folder = self._others.pop()
            expire(self.bucket, folder, world.client)
        return found


def test_who_is_just_fetching_begins_again(world: MotoWorld, bucket: str, tmp_path: Path) -> None:
    there = Meanwhile(world, bucket, tmp_path / "one")
    S3Ledger(there, tmp_path / "slow" / "copy").fetch()
    workspace = Workspace(Settings("", tmp_path / "slow" / "copy", tmp_path, tmp_path))
    assert not workspace.prove([PERIOD]).findings
    with pytest.raises(ExpiredError):
        workspace.report(Question(PERIOD, as_of="2026-11-01"))


class Refusing:
    """A client whose S3 removes nothing, and lists the errors in a response of status 200."""

    def __init__(self, code: str) -> None:
        self.code = code

    def delete_objects(self, **_: object) -> Mapping[str, Any]:
        return {"Errors": [{"Key": "ledger/files/x", "Code": self.code, "Message": "No."}]}


def test_what_may_not_be_removed_is_reported() -> None:
    with pytest.raises(
        AwsDeniedError, match=r"may not call s3:DeleteObject on arn:aws:s3:::acme/l"
    ):
        S3Store(Refusing("AccessDenied"), "s3://acme/ledger").remove(["files/x"])
    with pytest.raises(AwsRefusedError, match=r"s3://acme/ledger/files/x: No"):
        S3Store(Refusing("InternalError"), "s3://acme/ledger").remove(["files/x"])


def test_what_others_were_given_stays(world: MotoWorld, tmp_path: Path) -> None:
    bucket = world.bucket()
    reports = store_of(world, bucket, "reports")
    lake = lake_of(world, bucket)
    workspace = allocated(tmp_path, now="2026-11-01T08:00:00Z")
    (first, *_) = workspace.publishing.publish(lake).rows
    workspace.publishing.deliver(reports, forms(["csv"]), PERIOD, Notifications())
    workspace = allocated(tmp_path, version=2, now="2026-11-02T08:00:00Z")
    (row,) = [row for row in workspace.expiry.plan(ALL).rows if row["action"] == "keep"]
    assert row["run"] == first["run"]
    why = [reason.split(" ")[:2] for reason in str(row["reason"]).split("; ")]
    (found,) = delivered_at(f"s3://{bucket}/reports", clients=world.client)
    assert sorted(why) == [["delivered", found.where], ["published", f"s3://{bucket}/lake/"]]
    assert found.where.startswith(f"s3://{bucket}/reports/{PERIOD}/")
    assert (found.run, found.period, found.how) == (first["run"], PERIOD, EvidenceKind.DELIVERED)

    reports.write(f"{PERIOD}/other/delivery.json", b"[]")
    with pytest.raises(NotADeliveryError, match=r"/other/delivery\.json is not a file of"):
        delivered_at(f"s3://{bucket}/reports", clients=world.client)
    with pytest.raises(
        NoDeliveriesError, match=rf"No report was delivered to s3://{bucket}/report/"
    ):
        delivered_at(f"s3://{bucket}/report", clients=world.client)
