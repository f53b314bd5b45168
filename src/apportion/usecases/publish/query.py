"""Answer SQL over the ledger, as if it were published: the same tables, the same names."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from apportion.core.reporting import published_tables as what
from apportion.core.reporting.query_tree import reads_of
from apportion.core.templates import text
from apportion.model.errors.base import EngineError
from apportion.model.errors.engine import SqlNotValidError
from apportion.model.errors.publishing import InvalidQueryError, NotPublishedError
from apportion.model.outcome import Outcome
from apportion.model.relation import Query, Relation, everything
from apportion.model.row import Row
from apportion.ports.engine import Engine
from apportion.usecases.context import RunContext
from apportion.usecases.runs.open_run import Published, allocated_periods, find

from .publish import runs_row, write_tables

_SERIALIZE = "SELECT json_serialize_sql(CAST({} AS VARCHAR))"


class LedgerQueryEngine:
    """SQL over a ledger: the newest run of each allocated period. Nothing is changed.

    Implements `ports.published_tables.QueryEngine`.

    A query first copies the tables that it names from the ledger into `scratch`, month by month;
    `ahead` names tables that later queries need. It is answered by an engine of its own, made
    by `closed`, that reaches the files of a folder and nothing else.
    """

    def __init__(
        self,
        context: RunContext,
        scratch: Path,
        *,
        closed: Callable[[Path], Engine],
        periods: Sequence[str] = (),
        ahead: Collection[str] = (),
    ) -> None:
        self._context = context
        self._scratch = scratch
        self._closed = closed
        self._periods = periods
        self._ahead = set(ahead)
        self._asked = 0
        self._made: dict[str, list[str]] = {}
        self._found: list[Published] = []

    def query(self, sql: str) -> Outcome:
        engine = self._closed(self._scratch)
        tables = self._prepare(tables_of(sql, engine), engine)
        try:
            columns, rows = _answer(Query.of(sql, *tables.values()), engine)
        except SqlNotValidError as error:
            known = {table: list(engine.columns(made)) for table, made in tables.items()}
            raise InvalidQueryError(error.message, known) from None
        return Outcome(columns, rows)

    def _prepare(self, wanted: set[str], engine: Engine) -> dict[str, Relation]:
        """Show an engine the tables and views that are wanted, over all periods."""
        if not self._found:
            periods = self._periods or allocated_periods(self._context)
            self._found = [find(self._context, period=period) for period in periods]
        dimensions = {
            dimension.name
            for published in self._found
            for dimension in published.rulebook.dimensions
        }
        views = {f"by_{dimension}".lower(): dimension for dimension in sorted(dimensions)}
        if unknown := wanted - {*what.TABLES, what.RUNS, *views}:
            known = [*what.TABLES, what.RUNS, *sorted(views)]
            raise NotPublishedError(sorted(unknown), known)
        tables = {name for name in wanted if name in what.TABLES}
        tables |= {"daily"} if wanted & set(views) else set()
        if not tables <= set(self._made):
            self._write({*self._made, *tables, *self._ahead})
        made = {table: engine.open_parquet(table, self._made[table]) for table in sorted(tables)}
        runs = map(runs_row, self._found)
        made[what.RUNS] = engine.load(what.RUNS, what.RUNS_COLUMNS, runs)
        for view in sorted(wanted & set(views)):
            query = Query.of(what.by_dimension(views[view]), made["daily"])
            made[view] = engine.create_view(view, query)
        return {table: made[table] for table in sorted(wanted)}

    def _write(self, tables: set[str]) -> None:
        self._asked += 1
        files: dict[str, list[str]] = {table: [] for table in tables}
        for published in self._found:
            period = published.manifest.period
            self._context.say(f"reading {period}")
            folder = self._scratch / f"{period}-{self._asked}"
            for table, paths in write_tables(self._context, published, folder, tables).items():
                files[table] += map(str, paths)
        self._made = files


def tables_of(sql: str, engine: Engine) -> set[str]:
    """Name the tables that a query reads; raises InvalidQueryError for all that does more."""
    read = reads_of(_parsed(sql, engine))
    if read.refused:
        message = (
            f"expected tables, and functions that compute; found {', '.join(sorted(read.refused))}"
        )
        raise InvalidQueryError(message)
    return read.tables


def _parsed(sql: str, engine: Engine) -> object:
    """Let the engine itself parse a query, so that there is only one reading of it."""
    try:
        ((answer,),) = (row.values() for row in engine.rows(Query(_SERIALIZE.format(text(sql)))))
        found = json.loads(str(answer))
    except (EngineError, RecursionError) as error:
        raise InvalidQueryError(str(error).partition("\n")[0]) from None
    if found["error"] and found["error_type"] == "parser":
        raise InvalidQueryError(found["error_message"].partition("\n")[0])
    statements = [] if found["error"] else found["statements"]
    if len(statements) != 1:
        raise InvalidQueryError("expected one query that reads (SELECT …, WITH …)")
    return statements[0]


def _answer(query: Query, engine: Engine) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    answer = engine.create_table("#answer", query)
    return engine.columns(answer), tuple(engine.rows(everything(answer)))
