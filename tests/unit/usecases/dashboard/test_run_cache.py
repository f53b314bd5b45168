"""Opened runs for pages: the cost of the report, limited to a scope, unchanged by new runs."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from apportion.core.dashboard import queries
from apportion.core.dashboard.aggregates import group_columns
from apportion.core.dashboard.row_access import REPLACEMENTS, TABLES
from apportion.model.access import EVERYTHING, NOTHING, Scope
from apportion.model.question import Question
from apportion.usecases.dashboard.run_cache import RunCache, ScopedRun
from stories import reopened
from web_ledger import BEFORE, PERIOD, make, run_cache_of

SHOP = Scope(values={"cost_center": frozenset({"SHOP"})})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def runs(folder: Path) -> RunCache:
    return run_cache_of(folder)


@pytest.mark.parametrize("period", [BEFORE, PERIOD])
def test_cost_of_owners_equals_the_report_to_the_last_digit(
    folder: Path, runs: RunCache, period: str
) -> None:
    run = runs.open_run(period, EVERYTHING)
    result = {
        (row["cost_center"], row["currency"]): (row["direct"], row["shared"])
        for row in reopened(folder).report(Question(period)).rows
    }
    found = {
        (row.name, currency): (row.direct, row.shared)
        for currency in ("USD", "EUR")
        for row in run.rows(queries.owners_query(currency))
    }
    assert len(found) > 12
    assert found == result


def test_days_of_every_column_add_up_to_the_whole_bill(runs: RunCache) -> None:
    run = runs.open_run(PERIOD, EVERYTHING)
    totals = {row.name: row.total for row in run.rows(queries.totals_query())}
    for currency in ("USD", "EUR"):
        for column in ("", *group_columns(run.rulebook)):
            rows = run.rows(queries.column_cost_query(column, currency))
            assert sum((row.total for row in rows), Decimal()) == totals[currency], column


def test_a_scope_has_only_its_rows_of_every_table(runs: RunCache) -> None:
    whole, shop = runs.open_run(PERIOD, EVERYTHING), runs.open_run(PERIOD, SHOP)
    for table in TABLES:
        withheld = ", ".join(f'"{column}"' for column in REPLACEMENTS.get(table, ()))
        columns = f"* EXCLUDE ({withheld})" if withheld else "*"
        everything = whole.raw_rows(f'SELECT {columns} FROM "{table}"')
        part = shop.raw_rows(f'SELECT {columns} FROM "{table}"')
        assert all(row in everything for row in part), table
        part = shop.raw_rows(f'SELECT * FROM "{table}"')
        assert {row.get("#owner", "SHOP") for row in part} <= {"SHOP"}, table
    assert {row.name for row in shop.rows(queries.owners_query("USD"))} == {"SHOP"}
    assert shop.raw_rows("SELECT * FROM matched_cost") == []
    for row in shop.raw_rows("SELECT * FROM pools"):
        assert {row[c] for c in ("cost", "kept", "payers", "split", "where")} <= {None, ""}
    assert {row["target"] for row in shop.raw_rows("SELECT * FROM drivers")} <= {
        "SHOP", "platform", "network",
    }  # fmt: skip


def test_a_scope_without_groups_has_no_rows(runs: RunCache) -> None:
    run = runs.open_run(PERIOD, NOTHING)
    for table in TABLES:
        assert table == "status" or run.raw_rows(f'SELECT * FROM "{table}"') == [], table


def test_another_dimension_gives_no_owner(runs: RunCache) -> None:
    scope = Scope(values={"environment": frozenset({"SHOP"})})
    assert runs.open_run(PERIOD, scope).rows(queries.totals_query()) == []


def test_a_query_is_answered_once_for_each_scope(runs: RunCache) -> None:
    sql = queries.owners_query("USD").sql
    whole = runs.open_run(PERIOD, EVERYTHING).raw_rows(sql)
    assert runs.open_run(PERIOD, EVERYTHING).raw_rows(sql) is whole
    assert len(runs.open_run(PERIOD, SHOP).raw_rows(sql)) == 1 < len(whole)
    assert runs.open_run(BEFORE, EVERYTHING).raw_rows(sql) != whole


def test_an_explanation_contains_nothing_of_other_owners(runs: RunCache) -> None:
    def words(run: ScopedRun) -> str:
        return repr(run.explain_owner("SHOP").root)

    assert "FIN-100 50 %" in words(runs.open_run(PERIOD, EVERYTHING))
    message = words(runs.open_run(PERIOD, SHOP))
    assert "FIN-100" not in message
    assert "pool platform" in message


def test_an_open_run_stays_the_same_while_the_ledger_changes(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    folder = tmp_path
    runs = run_cache_of(folder)
    before = runs.open_run(PERIOD, EVERYTHING)
    paid = before.rows(queries.owners_query("USD"))
    rules = folder / "rulebook" / "rules.yaml"
    rules.write_text(rules.read_text().replace("SHOP: 20, FIN-100: 50", "SHOP: 60, FIN-100: 10"))
    reopened(folder).allocate([PERIOD])

    assert before.rows(queries.owners_query("USD")) == paid
    assert runs.open_run(PERIOD, EVERYTHING).manifest == before.manifest  # it did not look yet
    assert runs.refresh()
    after = runs.open_run(PERIOD, EVERYTHING)
    assert after.manifest != before.manifest
    assert after.rows(queries.owners_query("USD")) != paid
    assert (
        runs.open_run(PERIOD, EVERYTHING, as_of=before.manifest.run).rows(
            queries.owners_query("USD")
        )
        == paid
    )
    assert not runs.refresh()


def test_aggregates_are_built_once_and_again_if_deleted(folder: Path) -> None:
    def made() -> dict[str, float]:
        places = (folder / "ledger/aggregates").glob("*/*")
        return {f"{p.parent.name}/{p.name}": p.stat().st_mtime for p in places}

    run_cache_of(folder).prepare()
    first = made()
    assert first
    run_cache_of(folder).prepare()
    assert made() == first
    shutil.rmtree(folder / "ledger" / "aggregates")
    run_cache_of(folder).prepare()
    assert made().keys() == first.keys()


def test_a_flipped_bit_in_the_aggregates_shows_on_no_page(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    paid = run_cache_of(tmp_path).open_run(PERIOD, EVERYTHING).rows(queries.owners_query("USD"))
    for file in tmp_path.glob("ledger/aggregates/*/cells/*.parquet"):
        content = bytearray(file.read_bytes())
        content[len(content) // 3] ^= 1
        file.write_bytes(content)
    runs = run_cache_of(tmp_path)
    assert runs.open_run(PERIOD, EVERYTHING).rows(queries.owners_query("USD")) == paid


def test_aggregates_need_no_write_access_to_the_ledger(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    shutil.rmtree(tmp_path / "ledger" / "aggregates", ignore_errors=True)
    (tmp_path / "ledger" / "aggregates").write_text("here no folder can be made")
    runs = run_cache_of(tmp_path)
    assert runs.open_run(PERIOD, SHOP).rows(queries.owners_query("USD"))
