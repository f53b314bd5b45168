"""Published months: whole, proved, once, and never half."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.catalog.glue import GlueCatalog

import s3_front
from apportion.app.publishing import open_lake
from apportion.app.workspace import Workspace
from apportion.aws.published_files import planned
from apportion.aws.published_tables import GlueTables
from apportion.model.errors.base import NothingThereError
from apportion.model.errors.publishing import (
    NotWhatArrivedError,
    OthersWroteError,
    TableElsewhereError,
)
from apportion.model.outcome import Outcome
from mortal import died
from moto_world import REGION, SECRET, MotoWorld, serving
from published_months import (
    ONCE,
    PERIOD,
    RULES,
    Clients,
    allocated,
    database,
    lake_of,
    published,
    seen,
    store_of,
)
from stories import reopened, workspace_in

#: At these of its changing calls a publication is killed: while `runs` is replaced, and while the
#: old run is cleared away.
DEATHS = (40, 58)


@pytest.fixture(scope="module")
def world() -> Iterator[MotoWorld]:
    with serving() as running:
        yield running


@dataclass(frozen=True)
class Months:
    """The same month as three bills have it: the second has every line twice, the third thrice."""

    folders: tuple[Path, ...]

    def workspace(self, version: int) -> Workspace:
        """Open one that is allocated."""
        return reopened(self.folders[version - 1])


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Months:
    folders = tuple(tmp_path_factory.mktemp(f"version-{version}") for version in (1, 2, 3))
    for version, folder in enumerate(folders, start=1):
        allocated(folder, version=version)
    return Months(folders)


@pytest.fixture
def bucket(world: MotoWorld) -> str:
    return world.bucket()


@dataclass(frozen=True)
class Publication:
    """The first of the months as it was published."""

    bucket: str
    outcome: Outcome


@pytest.fixture(scope="module")
def publication(world: MotoWorld, months: Months) -> Publication:
    """For those who only read it, or find that there is nothing to do."""
    bucket = world.bucket()
    return Publication(bucket, published(world, bucket, months.workspace(1)))


def test_answers_that_are_lost_on_the_way(months: Months, tmp_path: Path) -> None:
    """Glue does what it is called for and returns an error: tables and views are there already."""
    with s3_front.serving() as front:
        there = MotoWorld(front.endpoint)
        bucket = there.bucket()
        lake = GlueTables(
            there.client("glue"),
            store_of(there, bucket),
            database=database(bucket),
            sleep=lambda _: None,
        )
        for operation in ("CreateDatabase", *["CreateTable"] * 3, *["UpdateTable"] * 2):
            front.faults.append(s3_front.answer_lost("POST", "/", target=f".{operation}"))
        (row,) = months.workspace(1).publishing.publish(lake).rows
        assert (row["status"], front.faults) == ("published", [])
        assert seen(there, bucket, tmp_path) == ONCE


def test_a_month_is_published_whole_and_to_the_last_digit(
    world: MotoWorld, publication: Publication, tmp_path: Path
) -> None:
    (row,) = publication.outcome.rows
    assert (row["status"], row["cost"], row["lines"]) == ("published", ONCE, 4)
    assert seen(world, publication.bucket, tmp_path / "seen") == ONCE


def test_any_reader_of_iceberg_reads_the_tables(world: MotoWorld, publication: Publication) -> None:
    """As Spark and others do: through Glue and the files' own column numbers, nothing of ours."""
    bucket = publication.bucket
    catalog = GlueCatalog(
        "others",
        client=world.client("glue"),
        **{
            "s3.endpoint": world.endpoint,
            "s3.region": REGION,
            "s3.access-key-id": "AKIAIOSFODNN7EXAMPLE",
            "s3.secret-access-key": SECRET,
        },
    )
    daily = catalog.load_table((database(bucket), "daily_by_run")).scan().to_arrow()
    assert daily.schema.field("Cost").type == pa.decimal128(38, 18)
    assert sum(daily["Cost"].to_pylist()) == ONCE
    runs = catalog.load_table((database(bucket), "runs")).scan().to_arrow().to_pylist()
    assert [row["Period"] for row in runs] == [PERIOD]
    assert json.loads(runs[0]["Manifest"])["run"] == runs[0]["RunId"]
    manifest = runs[0]["Manifest"].encode()
    assert sha256(manifest).hexdigest() == runs[0]["ManifestSha256"]


def test_publishing_again_writes_nothing(
    world: MotoWorld, publication: Publication, months: Months
) -> None:
    workspace, bucket = months.workspace(1), publication.bucket
    before = store_of(world, bucket).names()
    (row,) = published(world, bucket, workspace).rows
    assert row["status"] == "unchanged"
    assert store_of(world, bucket).names() == before
    assert len(before) > 30


def test_the_row_of_runs_shows_what_to_verify_it_by(
    world: MotoWorld, publication: Publication
) -> None:
    (row,) = publication.outcome.rows
    assert lake_of(world, publication.bucket).current(PERIOD) == (row["run"], row["manifest"])


def test_glue_is_read_once_where_nothing_changed(
    world: MotoWorld, bucket: str, months: Months
) -> None:
    """A database once; a table before its rows are staged, and before the commit."""
    published(world, bucket, months.workspace(1))
    read: Counter[tuple[str, str]] = Counter()

    def clients(service: str, region: str) -> Any:
        client = world.client(service, region)
        client.meta.events.register("provide-client-params.glue", count)
        return client

    def count(params: Mapping[str, str], model: Any, **_: object) -> None:
        if model.name.startswith("Get"):
            read[model.name, params["Name"]] += 1

    lake = lake_of(world, bucket, clients)
    months.workspace(2).publishing.publish(lake)
    assert read.pop(("GetDatabase", database(bucket))) == 1
    assert read.pop(("GetTable", "runs")) == 3
    assert {name: times for (_, name), times in read.items() if times > 2} == {}
    assert sum(read.values()) <= len(tables(world, bucket)) + 6


def test_what_was_staged_must_be_there_at_the_commit(
    world: MotoWorld, bucket: str, months: Months, tmp_path: Path
) -> None:
    """Another publisher clears a run away that it takes for one of a killed process."""
    published(world, bucket, months.workspace(1))

    def clear() -> None:
        others = lake_of(world, bucket)
        held = planned(others._find("daily_by_run"), (PERIOD,))
        others._drop("daily_by_run", {file.file_path for file in held})

    with pytest.raises(NotWhatArrivedError, match="expected what was staged, found 0 files"):
        months.workspace(2).publishing.publish(Overtaken(lake_of(world, bucket), clear))
    assert lake_of(world, bucket).current(PERIOD) is not None
    published(world, bucket, months.workspace(2))
    assert seen(world, bucket, tmp_path / "seen") == 2 * ONCE


def test_views_show_the_run_that_counts_and_each_dimension(
    world: MotoWorld, publication: Publication
) -> None:
    bucket = publication.bucket
    daily = view(world, bucket, "daily")
    held = f'"{database(bucket)}"."daily_by_run"'
    assert held in daily["originalSql"]
    assert '"daily_by_run"."RunId" = "runs"."RunId"' in daily["originalSql"]
    assert {"name": "cost", "type": "decimal(38,18)"} in daily["columns"]
    by_team = view(world, bucket, "by_team")
    assert [column["name"] for column in by_team["columns"]] == [
        *("period", "team", "billingcurrency", "direct", "shared", "total", "tagged"),
    ]
    assert "by_environment" in tables(world, bucket)


def test_a_new_dimension_becomes_a_column_and_a_view(
    world: MotoWorld, bucket: str, tmp_path: Path
) -> None:
    published(world, bucket, allocated(tmp_path))
    rules = RULES.replace("  environment:", "  size:\n    from: [{tag: Size}]\n  environment:")
    workspace_in(tmp_path, rules)
    published(world, bucket, allocated(tmp_path))
    assert {"by_size", "by_team", "by_environment"} <= tables(world, bucket)
    assert seen(world, bucket, tmp_path / "seen") == ONCE


def test_what_comes_back_otherwise_is_not_shown(
    world: MotoWorld, bucket: str, months: Months, tmp_path: Path
) -> None:
    published(world, bucket, months.workspace(1))
    workspace = months.workspace(2)
    with pytest.raises(NotWhatArrivedError, match=r"daily.*2026-09.*rows, 1 of them others"):
        workspace.publishing.publish(Damaged(lake_of(world, bucket)))
    assert seen(world, bucket, tmp_path / "seen") == ONCE


def test_of_two_at_once_the_second_is_reported_and_may_replace_the_first(
    world: MotoWorld, bucket: str, months: Months, tmp_path: Path
) -> None:
    published(world, bucket, months.workspace(1))
    other, late = months.workspace(2), months.workspace(3)
    with pytest.raises(OthersWroteError, match="Another process changed what is published of"):
        late.publishing.publish(
            Overtaken(lake_of(world, bucket), lambda: published(world, bucket, other))
        )
    assert seen(world, bucket, tmp_path / "seen") == 2 * ONCE
    published(world, bucket, late)
    assert seen(world, bucket, tmp_path / "seen again") == 3 * ONCE
    for table in ("daily_by_run", "allocations_by_run", "keys_by_run"):
        assert len(runs_in(world, bucket, table)) == 1, "the rows of earlier runs are removed"


def test_a_table_at_another_place_is_not_written_to(
    world: MotoWorld, publication: Publication, months: Months
) -> None:
    workspace, bucket = months.workspace(1), publication.bucket
    elsewhere = open_lake(
        f"s3://{world.bucket()}/x", database=database(bucket), clients=world.client
    )
    with pytest.raises(TableElsewhereError, match=rf"runs is s3://{bucket}/lake/runs\."):
        workspace.publishing.publish(elsewhere)


def test_without_an_allocation_there_is_nothing_to_publish(
    world: MotoWorld, bucket: str, tmp_path: Path
) -> None:
    with pytest.raises(NothingThereError, match="allocat"):
        published(world, bucket, workspace_in(tmp_path, RULES))


def test_killed_while_publishing(
    world: MotoWorld, bucket: str, months: Months, tmp_path: Path
) -> None:
    """Readers see the old month or the new one; the next publication ends with the new one."""
    published(world, bucket, months.workspace(1))
    old, new = 1, 2
    found = set()
    for death in DEATHS:
        folder = months.folders[new - 1]
        assert died(publish_all, world, world, bucket, folder, at=death), "fewer calls than that"
        after = seen(world, bucket, tmp_path / f"after {death}")
        assert after in (old * ONCE, new * ONCE), f"after death {death}"
        found.add(after == new * ONCE)
        published(world, bucket, months.workspace(new))
        assert seen(world, bucket, tmp_path / f"in the end {death}") == new * ONCE
        old, new = new, old
    assert found == {False, True}, "some deaths must be before the commit, and some after it"


class Damaged:
    """A lake from which one amount of `daily` comes back changed by the smallest unit."""

    def __init__(self, lake: GlueTables) -> None:
        self._lake = lake

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lake, name)

    def fetch(self, table: str, folder: Path, *, period: str, run: str) -> list[Path]:
        found = self._lake.fetch(table, folder, period=period, run=run)
        if table == "daily":
            rows = pq.read_table(found[0])
            costs = rows["Cost"].to_pylist()
            costs[0] += Decimal(1).scaleb(-18)
            at = rows.column_names.index("Cost")
            changed = rows.set_column(at, "Cost", pa.array(costs, rows["Cost"].type))
            pq.write_table(changed, found[0])
        return found


class Overtaken:
    """A lake in which someone else publishes just before our commit."""

    def __init__(self, lake: GlueTables, others: Any) -> None:
        self._lake = lake
        self._others = others

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lake, name)

    def commit(self, file: Path, columns: Mapping[str, str], *, period: str, run: str) -> None:
        self._others()
        self._lake.commit(file, columns, period=period, run=run)


def publish_all(clients: Clients, world: MotoWorld, bucket: str, folder: Path) -> None:
    reopened(folder).publishing.publish(lake_of(world, bucket, clients))


def view(world: MotoWorld, bucket: str, name: str) -> Any:
    """Read a view as Athena does."""
    found = world.client("glue").get_table(DatabaseName=database(bucket), Name=name)["Table"]
    assert found["TableType"] == "VIRTUAL_VIEW"
    assert found["Parameters"]["presto_view"] == "true"
    return json.loads(base64.b64decode(found["ViewOriginalText"].split()[3]))


def tables(world: MotoWorld, bucket: str) -> set[str]:
    listed = world.client("glue").get_tables(DatabaseName=database(bucket))["TableList"]
    return {table["Name"] for table in listed}


def runs_in(world: MotoWorld, bucket: str, table: str) -> set[str]:
    """Name the runs that a table holds rows of."""
    held = lake_of(world, bucket)._find(table)
    return {str(file.partition[1]) for file in planned(held, (PERIOD,))}
