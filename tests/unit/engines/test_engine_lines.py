"""Lines of a bill, read by the engine of the run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from apportion.engines.duckdb import DuckDB
from apportion.engines.engine_lines import EngineLines
from apportion.model.delivery import Encoding
from apportion.model.lines import LinesQuery
from apportion.model.relation import Query, Relation


@pytest.fixture
def engine(tmp_path: Path) -> DuckDB:
    return DuckDB(tmp_path / "spill")


def files_of(engine: DuckDB, folder: Path, *contents: str) -> list[str]:
    """Write a Parquet file for each SELECT."""
    return [
        file
        for number, sql in enumerate(contents)
        for file in engine.write(Query(sql), str(folder / f"{number}"))
    ]


def unused(_period: str) -> Query:
    raise AssertionError("the lines have several periods")


def added(bill: Relation, of_period: Callable[[str], Query]) -> LinesQuery:
    return LinesQuery(
        query=Query.of(f'SELECT "Period", SUM(cost) AS cost FROM {bill} GROUP BY 1', bill),
        periods=Query.of(f'SELECT DISTINCT "Period" FROM {bill}', bill),
        of_period=of_period,
    )


def test_the_cost_of_each_period_has_its_own_files(engine: DuckDB, tmp_path: Path) -> None:
    files = files_of(
        engine,
        tmp_path,
        "SELECT '2026-08' AS \"Period\", 1 AS cost UNION ALL SELECT '2026-09', 2",
        "SELECT '2026-09' AS \"Period\", 3 AS cost UNION ALL SELECT NULL, 4",
    )
    lines = EngineLines(engine, files, Encoding.PARQUET)
    written = lines.add_up(added(lines.bill, unused), str(tmp_path / "costs"))
    sums = {}
    for period, parts in written.items():
        costs = engine.open_parquet("costs", parts)
        (row,) = engine.rows(Query.of(f"SELECT SUM(cost) AS cost FROM {costs}", costs))
        sums[period] = row["cost"]
    assert sums == {"2026-08": 1, "2026-09": 5, None: 4}


def test_lines_of_one_period_are_added_up_by_the_query_for_it(
    engine: DuckDB, tmp_path: Path
) -> None:
    files = files_of(engine, tmp_path, "SELECT '2026-09' AS \"Period\", 2 AS cost")
    lines = EngineLines(engine, files, Encoding.PARQUET)
    asked = []

    def of_period(period: str) -> Query:
        asked.append(period)
        return Query.of(f"SELECT SUM(cost) AS cost FROM {lines.bill}", lines.bill)

    written = lines.add_up(added(lines.bill, of_period), str(tmp_path / "costs"))
    assert (asked, list(written)) == (["2026-09"], ["2026-09"])


@pytest.mark.parametrize("count", [2, 33])
def test_lines_are_fetched_by_their_places(engine: DuckDB, tmp_path: Path, count: int) -> None:
    """In parts of 32 files, and with the columns of all files in each part."""
    contents = [f"SELECT {n} * 10 + i AS i FROM range(3) AS r(i)" for n in range(count - 1)]
    files = files_of(engine, tmp_path, *contents, "SELECT 7 AS i, 'x' AS \"Tag\"")
    lines = EngineLines(engine, files, Encoding.PARQUET)
    wanted = [(count - 1, 0), *((n, 2) for n in range(count - 1))]
    places = engine.load("places", {"File": "UBIGINT", "Row": "BIGINT"}, wanted)
    found = [
        tuple(row.values())
        for fetched in lines.fetch(places)
        for row in engine.rows(
            Query.of(f'SELECT "#file", "#row", i, "Tag" FROM {fetched} AS fetched', fetched)
        )
    ]
    assert sorted(found, key=repr) == sorted(
        [(count - 1, 0, 7, "x"), *((n, 2, n * 10 + 2, None) for n in range(count - 1))], key=repr
    )


def test_no_places_fetch_no_lines(engine: DuckDB, tmp_path: Path) -> None:
    """Even so there is a relation with the columns, for a table that is known by its files."""
    files = files_of(engine, tmp_path, "SELECT 1 AS i")
    lines = EngineLines(engine, files, Encoding.PARQUET)
    places = engine.load("places", {"File": "UBIGINT", "Row": "BIGINT"}, [])
    (fetched,) = lines.fetch(places)
    assert engine.columns(fetched) == ("i", "#file", "#row")
    assert engine.rows(Query.of(f"SELECT * FROM {fetched} AS fetched", fetched)) == []
