"""Each query reads the relations that it was given, and no other: every use case is run to see."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import apportion
from apportion.core.dashboard import queries, row_access
from apportion.core.dashboard.page_rows import PageQuery
from apportion.core.reporting import published_tables
from apportion.engines.duckdb import DuckDB
from apportion.ledger.aggregates_cache import AggregatesCache
from apportion.ledger.iceberg import IcebergLedger
from apportion.model.access import EVERYTHING, Scope
from apportion.model.charges import SplitCost
from apportion.model.delivery import Intent
from apportion.model.errors.base import FindingsError
from apportion.model.finance.invoice import InvoiceDifference
from apportion.model.manifest import RunKind
from apportion.model.period import Period
from apportion.model.question import Granularity, Question
from apportion.model.relation import Query
from apportion.model.retention import Policy
from apportion.model.settings import Settings
from apportion.reports.journal_templates import template_text
from apportion.sources.local_files import LocalFiles
from apportion.usecases.allocate.allocate import allocate
from apportion.usecases.allocate.prove import prove
from apportion.usecases.close.conditions import not_invoiced
from apportion.usecases.context import RunContext
from apportion.usecases.dashboard.run_cache import RunCache
from apportion.usecases.explain.owner import explain_owner, explain_pool, explain_resource
from apportion.usecases.ingest.ingest import ingest
from apportion.usecases.invoices.prove_invoices import prove_invoices
from apportion.usecases.journal.export import Choice, export_journals
from apportion.usecases.journal.load import load_chart_map, load_template
from apportion.usecases.nowcast.backtest import backtest
from apportion.usecases.nowcast.nowcast import nowcast
from apportion.usecases.publish.publish import publish
from apportion.usecases.publish.query import LedgerQueryEngine
from apportion.usecases.reports.compare import allocated, compare, planned
from apportion.usecases.reports.focus_export import focus
from apportion.usecases.reports.month_reports import MonthReports
from apportion.usecases.reports.report import report
from apportion.usecases.reports.review_topics import review
from apportion.usecases.reports.workbook import workbook
from apportion.usecases.retention.expire import expire
from apportion.usecases.runs.load_rules import Rules, rules_for
from apportion.usecases.runs.open_run import find
from apportion.usecases.tags.coverage import CoverageQuery, coverage
from apportion.usecases.tags.generate import GenerateRequest, generate
from apportion.usecases.tags.judge_resources import judged
from apportion.usecases.tags.scan import billed
from apportion.usecases.tags.suggest import suggest
from apportion.usecases.tags.untagged import Wanted, untagged
from explained_ledger import FILES, PERIOD, charges, plugs_for, write_bill
from read_bills import SPLIT, cur_line, write_parquet
from recording_engine import RecordingEngine

SOURCE = Path(apportion.__file__).parent
TODAY = date(2026, 10, 5)
TAGS = """\
apportion: 1
keys:
  CostCenter: {about: Who pays., mandatory: always, values: {dimension: cost_center}}
"""


def recorded(folder: Path) -> tuple[RunContext, RecordingEngine]:
    """A context over the ledger in a folder, with an engine that records."""
    engine = RecordingEngine(DuckDB(folder / "spill"))
    return replace(plugs_for(folder), engine=engine), engine


def settings_of(folder: Path) -> Settings:
    toml = folder / "apportion.toml"
    return Settings(str(toml), folder / "ledger", folder / "rulebook", folder, folder / "tags.yaml")


def rules_of(folder: Path) -> Rules:
    rules, findings = rules_for(Period.parse(PERIOD), folder / "rulebook", folder)
    assert rules is not None, findings
    return rules


def ingest_files(
    folder: Path, context: RunContext, *files: Path, intent: Intent | None = None
) -> None:
    ingest(LocalFiles(files, scratch=folder / "scratch"), context, intent=intent or Intent())


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a month that was delivered and allocated twice."""
    folder = tmp_path_factory.mktemp("month")
    for name, content in {**FILES, "tags.yaml": TAGS}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf-8")
    context, engine = recorded(folder)
    first = charges()
    for lines in (first, [*first, {**first[0], "ResourceId": "i-late"}]):
        ingest_files(folder, context, write_bill(folder / "bill" / "focus.parquet", lines))
        allocate(Period.parse(PERIOD), rules_of(folder), context)
    assert engine.checked > 80
    assert engine.faults == []
    return folder


def test_an_ingest_of_parts_and_split_cost_reads_what_it_declares(tmp_path: Path) -> None:
    context, engine = recorded(tmp_path)
    lines = charges()
    one, other = (
        write_bill(tmp_path / name / "focus.parquet", part)
        for name, part in (("one", lines[::2]), ("other", lines[1::2]))
    )
    ingest_files(tmp_path, context, one)
    (run,) = context.ledger.runs()
    ingest_files(tmp_path, context, other, intent=Intent(together_with=(run.run,)))
    child = {"split_line_item_parent_resource_id": "i-1", "split_line_item_split_cost": 0.5}
    pods = [cur_line(**SPLIT), cur_line(**{**SPLIT, **child, "line_item_resource_id": "pod"})]
    source = LocalFiles([write_parquet(tmp_path / "cur.parquet", pods)], tmp_path / "scratch")
    intent = Intent("pods")
    ingest(source, context, intent=intent, split_cost=SplitCost.CHILDREN)
    assert engine.faults == []
    assert engine.checked > 40


def test_an_ingest_of_csv_reads_what_it_declares(tmp_path: Path) -> None:
    context, engine = recorded(tmp_path)
    csv = tmp_path / "focus.csv"
    csv.write_text(_as_csv(charges()), "utf-8")
    ingest_files(tmp_path, context, csv)
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(csv.read_text("utf-8").replace("2026-09-02", "a day"), "utf-8")
    with pytest.raises(FindingsError, match="time"):
        ingest_files(tmp_path, context, wrong, intent=Intent(replace=True))
    assert engine.faults == []
    assert engine.checked > 10


def test_an_ingest_of_several_files_reads_what_it_declares(tmp_path: Path) -> None:
    context, engine = recorded(tmp_path)
    files = [
        write_bill(tmp_path / f"{name}.parquet", part)
        for name, part in (("one", charges()[::2]), ("other", charges()[1::2]))
    ]
    ingest_files(tmp_path, context, *files)
    assert engine.faults == []
    assert engine.checked > 10


def _as_csv(lines: Sequence[Mapping[str, object]]) -> str:
    columns = [column for column in lines[0] if column != "Tags"]
    rows = [[str(line[column] or "") for column in columns] for line in lines]
    return "\n".join(",".join(row) for row in [columns, *rows]) + "\n"


def _explain_all(context: RunContext, _folder: Path) -> None:
    explain_owner(context, period=PERIOD, owner="CX")
    explain_pool(context, period=PERIOD, pool="platform")
    explain_resource(context, period=PERIOD, resource="log-1")


def _report(context: RunContext, _folder: Path) -> None:
    report(context, Question(PERIOD, ("cost_center",), owners=("CX", "nobody")))
    report(context, Question(PERIOD, ("environment",), granularity=Granularity.DAY))


def _nowcast(context: RunContext, _folder: Path) -> None:
    question = Question(PERIOD, ("cost_center", "environment"))
    assert nowcast(context, question).rows
    assert backtest(context, question).messages


def _compare(context: RunContext, folder: Path) -> None:
    first, *_others = [run for run in context.ledger.runs() if run.kind is RunKind.ALLOCATE]
    now = planned(context, Period.parse(PERIOD), rulebooks=folder / "rulebook", beside=folder)
    compare(context, allocated(context, first.run), now)


def _focus(context: RunContext, folder: Path) -> None:
    focus(context, period=PERIOD, folder=folder / "focus", version="1.2")


class Lake:
    """Published tables in memory: the files of each run, and the run that readers see."""

    def __init__(self) -> None:
        self._files: dict[tuple[str, str, str], Sequence[Path]] = {}
        self._current: dict[str, tuple[str, str]] = {}

    def location(self) -> str:
        return "memory"

    def current(self, period: str) -> tuple[str, str] | None:
        return self._current.get(period)

    def stage(
        self,
        table: str,
        files: Sequence[Path],
        columns: Mapping[str, str],
        *,
        period: str,
        run: str,
    ) -> None:
        assert columns
        self._files[table, period, run] = files

    def fetch(self, table: str, folder: Path, *, period: str, run: str) -> list[Path]:
        return [Path(shutil.copy(file, folder)) for file in self._files[table, period, run]]

    def create_views(self, views: Mapping[str, tuple[str, Mapping[str, str]]]) -> None:
        assert "by_cost_center" in views

    def commit(self, file: Path, columns: Mapping[str, str], *, period: str, run: str) -> None:
        assert file.exists()
        assert columns
        self._current[period] = (run, "")

    def clear(self, period: str, tables: Iterable[str]) -> None:
        assert period in self._current
        assert list(tables)


def _publish(context: RunContext, folder: Path) -> None:
    publish(context, Lake(), period=PERIOD, scratch=folder / "publishing")


CHART = """\
apportion: 1
companies: {"1": {clearing: "1590"}}
payers: {"000000000999": "1"}
accounts: [{account: "6500"}]
owners:
"""


def _journals(context: RunContext, folder: Path) -> None:
    owners = ("FIN-100", "CX", "OPS", "PLATFORM", "unallocated")
    rows = "".join(f'  - {{owner: {owner}, company: "1"}}\n' for owner in owners)
    (folder / "chart.yaml").write_text(CHART + rows, "utf-8")
    template = load_template("csv", names=["csv"], read=template_text, folder=folder)
    ledger = IcebergLedger(folder / "ledger")
    done = export_journals(
        context,
        ledger,
        period=PERIOD,
        chart=load_chart_map(folder / "chart.yaml"),
        template=template,
        choice=Choice(),
    )
    assert {row["currency"] for row in done.outcome.rows} == {"EUR", "USD"}


def _invoices(context: RunContext, _folder: Path) -> None:
    done = prove_invoices(
        context, (), period=PERIOD, as_of="", journals={}, allowed=InvoiceDifference()
    )
    assert {finding.code.number for finding in done.findings} <= {"I013", "I014"}


def _tags(context: RunContext, folder: Path) -> None:
    settings = settings_of(folder)
    coverage(context, settings, CoverageQuery(by=("owner", "month")), today=TODAY)
    untagged(context, settings, Wanted(), today=TODAY)
    suggest(context, settings, today=TODAY)
    generate(context, settings, GenerateRequest(), today=TODAY)
    assert list(billed(context, judged(context, settings, period=PERIOD, today=TODAY)))


def _expire(context: RunContext, folder: Path) -> None:
    ledger = IcebergLedger(folder / "ledger")
    done = expire(replace(context, ledger=ledger), ledger, Policy(newest=0, since="9999"))
    assert done.rows


#: What is run over the month, in this order; the expiry comes last, as it removes files.
USE_CASES: Mapping[str, Callable[[RunContext, Path], object]] = {
    "prove": lambda context, _folder: prove(context, period=PERIOD),
    "explain": _explain_all,
    "report": _report,
    "nowcast": _nowcast,
    "review": lambda context, _folder: review(context, period=PERIOD),
    "compare": _compare,
    "focus": _focus,
    "workbook": lambda context, _folder: workbook(MonthReports.open(context, period=PERIOD)),
    "publish": _publish,
    "invoices": _invoices,
    "journals": _journals,
    "tags": _tags,
    "close": lambda context, _folder: not_invoiced(find(context, period=PERIOD), context),
    "expire": _expire,
}


@pytest.mark.parametrize("use_case", USE_CASES)
def test_a_use_case_reads_what_it_declares(month: Path, use_case: str) -> None:
    context, engine = recorded(month)
    USE_CASES[use_case](context, month)
    assert engine.faults == []
    assert engine.checked or use_case == "expire"


def page_queries() -> dict[str, PageQuery[Any]]:
    """Every query of pages, by the function that writes it."""
    column = "ServiceName"
    return {
        "accounts": queries.accounts_query(),
        "arrows": queries.arrows_query("USD"),
        "charge_cells": queries.charge_cells_query("USD", {column: "Amazon EC2"}),
        "column_cost": queries.column_cost_query(column, "USD", owner="CX", pool=""),
        "column_days": queries.column_days_query("", "USD"),
        "coverage": queries.coverage_query("#owner", "USD"),
        "drivers": queries.drivers_query("USD", "platform"),
        "flow_cells": queries.flow_cells_query(column, "USD"),
        "matched_cost": queries.matched_cost_query("USD"),
        "owner_days": queries.owner_days_query("USD"),
        "owners": queries.owners_query("USD"),
        "paid_by_pool": queries.paid_by_pool_query("USD"),
        "paid_days": queries.paid_days_query("USD", "CX"),
        "pool_cells": queries.pool_cells_query("USD"),
        "pool_days": queries.pool_days_query("USD", "CX"),
        "pools": queries.pools_query("USD"),
        "rule_hits": queries.rule_hits_query("USD"),
        "sources": queries.sources_query("USD", owner="CX"),
        "status": queries.status_query(),
        "totals": queries.totals_query(),
        "untagged": queries.untagged_query("USD", tag="CostCenter"),
        "values": queries.values_query("USD"),
    }


def test_no_query_of_pages_is_left_out_here() -> None:
    written = {name for name in vars(queries) if name.endswith("_query") and name[0] != "_"}
    assert written == {f"{name}_query" for name in page_queries()}


@pytest.mark.parametrize("scope", [EVERYTHING, Scope({"cost_center": frozenset({"CX"})})])
def test_pages_read_what_they_declare(month: Path, tmp_path: Path, scope: Scope) -> None:
    context, building = recorded(month)
    reading = RecordingEngine(DuckDB(tmp_path / "reading"))
    store = AggregatesCache(tmp_path / "aggregates", tmp_path / "scratch")
    run = RunCache(context, reading, store).open_run(PERIOD, scope)
    for query in page_queries().values():
        run.rows(query)
    run.share_of_pool("platform", "USD", Decimal(1))
    run.explain_owner("CX")
    assert building.faults == []
    assert reading.faults == []
    assert reading.checked > 20


def test_sql_of_users_reads_what_it_declares(month: Path, tmp_path: Path) -> None:
    made: list[RecordingEngine] = []

    def closed(folder: Path) -> RecordingEngine:
        made.append(RecordingEngine(DuckDB.closed(folder)))
        return made[-1]

    context, engine = recorded(month)
    asking = LedgerQueryEngine(context, tmp_path, closed=closed)
    found = asking.query('SELECT r."RunId", b.total FROM runs r, by_cost_center b')
    assert found.rows
    assert [*engine.faults, *(fault for each in made for fault in each.faults)] == []


def test_the_engine_that_records_finds_what_is_not_declared(tmp_path: Path) -> None:
    engine = RecordingEngine(DuckDB(tmp_path / "spill"))
    columns = {"x": "BIGINT"}
    old, other = engine.load("t", columns, [(1,)]), engine.load("other", columns, [(1,)])
    view = engine.create_view("v", Query.of(f"SELECT * FROM {old}", old))
    engine.rows(Query.of(f"WITH other AS (SELECT 1 AS x) SELECT * FROM {view}, other", view))
    assert engine.faults == []
    engine.rows(Query.of("SELECT * FROM t, other", old))
    engine.rows(Query.of(f"SELECT * FROM {old}", old, other))
    new = engine.load("T", columns, [(2,)])
    engine.rows(Query.of(f"SELECT * FROM {view}", view))
    engine.rows(Query.of(f"SELECT * FROM {new}", new))
    stated = [re.sub(r".*: ", "", fault) for fault in engine.faults]
    assert stated == [
        "other is not declared",
        "other is declared and not read",
        "t was made again since",
    ]


#: Texts that name tables: those that a query engine or the scope of a page defines.
NAMED = {
    "core/dashboard": {*row_access.TABLES, "paid"},
    "web": set(row_access.TABLES),
    "core/reporting/everyday_queries": {*published_tables.TABLES, published_tables.RUNS},
    "core/reporting/published_tables.py": {*published_tables.TABLES, published_tables.RUNS},
    "usecases/publish/deliver.py": {published_tables.RUNS},
}


def _sql_of(file: Path) -> Iterable[str]:
    """The SQL in a file, with `{}` in place of values; a name in braces is a relation."""
    text = file.read_text("utf-8")
    if file.suffix == ".sql":
        yield re.sub(r"--.*", "", text)
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            yield "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _named_in(sql: str) -> set[str]:
    defined = re.findall(
        r'(?:\bWITH(?: RECURSIVE)?|,)\s*("[^"]+"|\w+) AS (?:MATERIALIZED )?\(', sql
    )
    read = re.findall(r'(?<!DISTINCT )\b(?:FROM|JOIN) +("[^"]+"|[A-Za-z_]\w*)(?! *\()', sql)
    return {name.strip('"') for name in read} - {name.strip('"') for name in defined}


def test_no_text_of_a_query_names_a_table() -> None:
    wrong, named = [], 0
    for file in sorted(SOURCE.rglob("*")):
        place = file.relative_to(SOURCE).as_posix()
        if file.suffix not in {".py", ".sql"} or not place.startswith(
            ("core/", "usecases/", "web/")
        ):
            continue
        known = next((NAMED[part] for part in NAMED if place.startswith(part)), set())
        for sql in _sql_of(file):
            found = _named_in(sql)
            named += len(found & known)
            wrong += [f"{place}: {name}" for name in found - known]
    assert named > 30  # the tables of pages and of published queries are seen
    assert wrong == []
