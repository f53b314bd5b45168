"""An engine that describes charges wrongly stops the run, though every total is right."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from apportion.engines.duckdb import DuckDB
from apportion.model.errors.base import FindingsError
from apportion.model.findings.finding import Finding
from apportion.model.focus import KEY_COLUMNS
from apportion.model.manifest import Manifest
from apportion.model.relation import Query
from apportion.sources.local_files import LocalFiles
from apportion.usecases.context import RunContext
from apportion.usecases.ingest.ingest import ingest
from plain_ledger import PlainLedger
from read_bills import cur_line, utc, write_csv, write_parquet
from stories import bill_of, csv_bill

#: Some lines have the tags of one column, some of the other, some of both.
TAGS = [
    {"resource_tags": {"user_Team": "a"}, "tags": {"Env": "prod"}},
    {"resource_tags": {"user_Team": "b"}, "tags": None},
    {"resource_tags": None, "tags": {"Env": "dev"}},
]
LINES = [cur_line(line_item_unblended_cost=1.5, **tags) for tags in TAGS]


class FaultyEngine(DuckDB):
    """DuckDB whose SQL for written tables is changed, as by a translation to another engine."""

    def __init__(self, scratch: Path, change: Callable[[str], str]) -> None:
        super().__init__(scratch)
        self._change = change
        self.rows(
            Query(
                "CREATE MACRO null_concat(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL "
                "ELSE list_concat(a, b) END"
            )
        )

    def write(self, query: Query, folder: str) -> list[str]:
        return super().write(Query(self._change(query.sql), query.reads), folder)


def unchanged(sql: str) -> str:
    return sql


def null_for_a_list_with_null(sql: str) -> str:
    """LIST_CONCAT as Spark has it: NULL where one of the lists is NULL."""
    return sql.replace("LIST_CONCAT(", "null_concat(")


def context_in(folder: Path, engine: DuckDB) -> RunContext:
    ledger = PlainLedger(folder / "ledger")
    return RunContext(ledger, engine, lambda: "2026-11-02T08:00:00Z", lambda _step: None, "1")


def taken_in(folder: Path, bill: Path, change: Callable[[str], str] = unchanged) -> Manifest:
    context = context_in(folder, FaultyEngine(folder / "spill", change))
    try:
        ingest(LocalFiles([bill], folder / "scratch"), context)
    except FindingsError:
        assert context.ledger.runs() == []
        raise
    (run,) = context.ledger.runs()
    return run


def findings_of(folder: Path, bill: Path, change: Callable[[str], str]) -> list[Finding]:
    """Ingest a bill with a faulty engine; nothing may be recorded."""
    with pytest.raises(FindingsError) as stopped:
        taken_in(folder, bill, change)
    return [each for each in stopped.value.findings if each.code.number == "P012"]


def test_an_engine_that_loses_tags_stops_the_run(tmp_path: Path) -> None:
    bill = write_parquet(tmp_path / "bill.parquet", LINES)
    found = findings_of(tmp_path, bill, null_for_a_list_with_null)
    second, third = sorted(found, key=lambda finding: finding.place)
    assert second.place.endswith("bill.parquet row 2")
    assert second.subject == "Tags of the line"
    assert second.expected == """'{"user_Team":"b"}', read without the engine"""
    assert second.found == "nothing in the ledger"
    assert (str(second.amount), second.currency) == (f"1.5{17 * '0'}", "USD")
    assert third.place.endswith("bill.parquet row 3")


def test_a_right_engine_is_recorded_with_what_was_compared(tmp_path: Path) -> None:
    reading = taken_in(tmp_path, write_parquet(tmp_path / "b.parquet", LINES)).second_reading
    assert reading is not None
    assert (reading.keys, reading.not_compared) == (3, {})
    assert reading.values == 3 * len(KEY_COLUMNS)


@pytest.mark.parametrize("tags", ['{"key": "Team", "value": "a"}', '[{"KEY": "a", "VALUE": "b"}]'])
def test_tags_of_any_form_are_described_alike(tmp_path: Path, tags: str) -> None:
    (charge,) = bill_of([{"day": "2026-09-01", "cost": "1"}])
    bill = tmp_path / "bill.csv"
    bill.write_bytes(csv_bill([{**charge, "Tags": tags}]))
    reading = taken_in(tmp_path, bill).second_reading
    assert reading is not None
    assert (reading.keys, reading.not_compared) == (1, {})


def test_the_biggest_key_is_always_compared(tmp_path: Path) -> None:
    lines = [cur_line(line_item_resource_id=f"i-{n}") for n in range(500)]
    lines[321] |= {"line_item_resource_id": "i-biggest", "line_item_unblended_cost": -9.0}
    bill = write_parquet(tmp_path / "bill.parquet", lines)
    (finding,) = findings_of(tmp_path, bill, _renamed("i-biggest"))
    assert finding.place.endswith("row 322")
    assert "i-biggest!" in finding.found


def _renamed(resource: str) -> Callable[[str], str]:
    wrong = f""" || IF("line_item_resource_id" = '{resource}', '!', '') AS "ResourceId\""""
    return lambda sql: sql.replace(' AS "ResourceId"', wrong)


@pytest.mark.parametrize("name", ["bill.csv", "bill.csv.gz"])
def test_a_csv_is_compared_line_by_line(tmp_path: Path, name: str) -> None:
    lines = [
        {"day": "2026-09-01", "tags": f"Team=t{n}", "cost": str(n), "ResourceId": f"i-{n}"}
        for n in range(9)
    ]
    bill = tmp_path / name
    content = csv_bill(bill_of(lines))
    bill.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    reading = taken_in(tmp_path / "right", bill).second_reading
    assert reading is not None
    assert reading.keys == 9
    found = findings_of(tmp_path / "wrong", bill, lambda sql: sql.replace("e.v)", "UPPER(e.v))"))
    assert {finding.subject for finding in found} == {"Tags of the line"}
    assert found[0].expected.split(",")[0] == """'{"Team":"t8"}'"""  # the largest charge
    assert found[0].found == """'{"Team":"T8"}' in the ledger"""


def test_lines_of_another_month_are_not_searched_in_this_one(tmp_path: Path) -> None:
    bill = tmp_path / "bill.csv"
    days = [{"day": f"2026-{month}-01", "service": f"S{month}"} for month in ("09", "10")]
    bill.write_bytes(csv_bill(bill_of([{**day, "cost": "1"} for day in days])))
    context = context_in(tmp_path, DuckDB(tmp_path / "spill"))
    ingest(LocalFiles([bill], tmp_path / "scratch"), context)
    readings = [run.second_reading for run in context.ledger.runs()]
    assert [reading and reading.keys for reading in readings] == [1, 1]


@pytest.mark.parametrize("tags", [{"tags": {"nested": [1]}}, [{"Key": {}}], {"Team": 1.23456}])
def test_a_value_that_is_not_read_a_second_time_is_counted(tmp_path: Path, tags: object) -> None:
    (line,) = bill_of([{"day": "2026-09-01", "cost": "1"}])
    bill = write_csv(tmp_path / "bill.csv", [{**line, "Tags": json.dumps(tags)}])
    reading = taken_in(tmp_path, bill).second_reading
    assert reading is not None
    assert reading.keys == 1
    assert reading.not_compared["Tags"] == 1
    assert reading.values + sum(reading.not_compared.values()) == len(KEY_COLUMNS)


def test_a_column_that_can_differ_within_a_key_is_compared_where_the_key_is_new(
    tmp_path: Path,
) -> None:
    """The name of a product is read from a map that is no part of keys."""
    context = context_in(tmp_path, DuckDB(tmp_path / "spill"))
    for day, product in ((1, {"product_name": "One"}), (2, {"product_name": "Other"})):
        line = cur_line(product=product, line_item_usage_start_date=utc(2026, 9, day))
        before = cur_line(product=product)
        bill = write_parquet(tmp_path / f"{day}.parquet", [before, line][:day])
        ingest(LocalFiles([bill], tmp_path / "scratch"), context)
    first, second = (run.second_reading for run in context.ledger.runs())
    assert first
    assert second
    assert first.not_compared == {}
    assert second.not_compared == {"ServiceName": 1}
