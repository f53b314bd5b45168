"""Answer SQL over the ledger, as if it were published: the same tables, the same names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from sqlglot.errors import ParseError

from apportion.core.telling import publish as what
from apportion.model.lake_errors import NotPublishedError, QueryFailedError
from apportion.model.outcome import Outcome
from apportion.ports import Row

from .plugs import Plugs
from .publish import runs_row, write_tables
from .published import Published, allocated_periods, find

_ENGINE = "The ledger"


class LedgerAsking:
    """`ports.Asking` of a ledger: each allocated period's newest run. Nothing is changed by it.

    A query takes what it names out of the ledger into `scratch` first, month by month; where more
    is asked later, `ahead` names what that will be.
    """

    def __init__(
        self,
        plugs: Plugs,
        scratch: Path,
        *,
        periods: Sequence[str] = (),
        ahead: Collection[str] = (),
    ) -> None:
        self._plugs = plugs
        self._scratch = scratch
        self._periods = periods
        self._ahead = set(ahead)
        self._asked = 0
        self._made: set[str] = set()
        self._found: list[Published] = []

    def ask(self, sql: str) -> Outcome:
        wanted = named_tables(sql)
        self._prepare(wanted)
        columns, rows = self._answer(sql)
        return Outcome(columns, rows)

    def _answer(self, sql: str) -> tuple[tuple[str, ...], tuple[Row, ...]]:
        engine = self._plugs.engine
        engine.create("#answer", sql)
        described = engine.rows('DESCRIBE "#answer"')
        columns = tuple(str(row["column_name"]) for row in described)
        return columns, tuple(engine.rows('SELECT * FROM "#answer"'))

    def _prepare(self, wanted: set[str]) -> None:
        """Make the named tables and views, over all periods."""
        engine = self._plugs.engine
        if not self._found:
            periods = self._periods or allocated_periods(self._plugs)
            self._found = [find(self._plugs, period=period) for period in periods]
        dimensions = {
            dimension.name
            for published in self._found
            for dimension in published.rulebook.dimensions
        }
        views = {f"by_{dimension}".lower(): dimension for dimension in sorted(dimensions)}
        if unknown := wanted - {*what.TABLES, what.RUNS, *views}:
            raise NotPublishedError(sorted(unknown), [*what.TABLES, what.RUNS, *sorted(views)])
        tables = {name for name in wanted if name in what.TABLES}
        tables |= {"daily"} if wanted & set(views) else set()
        if not tables <= self._made:
            self._write(self._made | tables | self._ahead)
        engine.load(what.RUNS, what.RUNS_COLUMNS, map(runs_row, self._found))
        for view in wanted & set(views):
            engine.define(view, what.by_dimension(views[view]))

    def _write(self, tables: set[str]) -> None:
        self._asked += 1
        files: dict[str, list[str]] = {table: [] for table in tables}
        for published in self._found:
            period = published.manifest.period
            self._plugs.say(f"reading {period}")
            folder = self._scratch / f"{period}-{self._asked}"
            for table, paths in write_tables(self._plugs, published, folder, tables).items():
                files[table] += map(str, paths)
        for table, every in files.items():
            self._plugs.engine.open_parquet(table, every)
        self._made = set(tables)


def named_tables(sql: str) -> set[str]:
    """Name the tables that a query reads; raises QueryFailedError unless it only reads."""
    try:
        tables = what.tables_in(sql)
    except ParseError as error:
        said = str(error).splitlines()[0]
        raise QueryFailedError(_ENGINE, said) from None
    if tables is None:
        said = "expected one query that reads (SELECT …, WITH …)"
        raise QueryFailedError(_ENGINE, said)
    return tables
