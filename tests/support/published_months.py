"""A month that is allocated, published, and looked at as its readers see it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from apportion.app.publishing import open_lake
from apportion.app.workspace import Workspace
from apportion.aws.published_tables import GlueTables
from apportion.aws.s3_store import S3Store
from apportion.model.outcome import Outcome
from moto_world import MotoWorld
from prepared import copied
from stories import bill_of, delivered, parquet_bill, reopened, workspace_in

PERIOD = "2026-09"
RULES = """
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  team:
    from: [{tag: Team}]
  environment:
    from: [{tag: Env}]
    default: none
shared:
  - {name: support, where: "ServiceName = 'Support'", split: proportional}
"""
LINES = (
    {"day": "2026-09-01", "tags": "Team=a;Env=prod", "cost": "1.000000000000000001"},
    {"day": "2026-09-02", "tags": "Team=b;Env=dev", "cost": "3"},
    {"day": "2026-09-02", "service": "Support", "cost": "4"},
    {"day": "2026-09-03", "cost": "5"},
)
ONCE = Decimal("13.000000000000000001")

Clients = Callable[[str, str], Any]


def allocated(folder: Path, *, version: int = 1, now: str = "2026-11-02T08:00:00Z") -> Workspace:
    """Allocate a bill whose lines stand there `version` times over."""
    if (folder / "rulebook").exists():
        return _allocate(folder, version, now)
    copied((__name__, version, now), lambda place: _begin(place, version, now), folder)
    return reopened(folder, now=now)


def _begin(folder: Path, version: int, now: str) -> None:
    workspace_in(folder, RULES, {"apportion.toml": ""})
    _allocate(folder, version, now)


def _allocate(folder: Path, version: int, now: str) -> Workspace:
    workspace = reopened(folder, now=now)
    bill = parquet_bill(bill_of(LINES * version))
    workspace.ingest(delivered(folder, bill, name="bill.parquet"), replace=True)
    workspace.allocate()
    return workspace


def lake_of(world: MotoWorld, bucket: str, clients: Clients | None = None) -> GlueTables:
    """Reach the published tables of a bucket; the database is called like it."""
    lake = open_lake(
        f"s3://{bucket}/lake", database=database(bucket), clients=clients or world.client
    )
    assert isinstance(lake, GlueTables)
    return lake


def published(world: MotoWorld, bucket: str, workspace: Workspace) -> Outcome:
    """Publish all that is allocated."""
    return workspace.publishing.publish(lake_of(world, bucket))


def database(bucket: str) -> str:
    """Name a database after a bucket."""
    return bucket.replace("-", "_")


def seen(world: MotoWorld, bucket: str, folder: Path) -> Decimal | None:
    """Add up what readers see of the month, and check that every table names that run.

    None where nothing is published. `folder` is for what is fetched.
    """
    lake = lake_of(world, bucket)
    current = lake.current(PERIOD)
    if current is None:
        return None
    totals = {
        table: _total(lake, table, current[0], folder / table)
        for table in ("allocations", "daily", "proofs")
    }
    assert totals["allocations"] == totals["daily"] == totals["proofs"]
    return totals["daily"]


def _total(lake: GlueTables, table: str, run: str, folder: Path) -> Decimal:
    files = lake.fetch(table, folder, period=PERIOD, run=run)
    assert files, f"{table} holds nothing of run {run}, which readers are shown"
    where = "WHERE \"Stage\" = 'allocated'" if table == "proofs" else ""
    paths = [str(file) for file in files]
    with duckdb.connect() as connection:
        read = f'SELECT SUM("Cost") FROM read_parquet($1) {where}'
        (total,) = connection.execute(read, [paths]).fetchall()[0]
    return Decimal(total)


def store_of(world: MotoWorld, bucket: str, prefix: str = "lake") -> S3Store:
    """Reach the objects of a bucket."""
    return S3Store(world.client("s3"), f"s3://{bucket}/{prefix}")
