"""Reads the lines of a bill with the engine of the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from apportion.model.delivery import Encoding
from apportion.model.lines import LinesQuery
from apportion.model.relation import Query, Relation, everything, union
from apportion.ports.engine import Engine

#: Files that one query fetches lines from: each is a branch of its plan.
_FILES_AT_ONCE = 32


class EngineLines:
    """The lines of one bill, read by an engine that knows the places of Parquet's lines."""

    def __init__(self, engine: Engine, files: Sequence[str], encoding: Encoding) -> None:
        self._engine = engine
        self._files = files
        self._encoding = encoding
        self._bill = engine.open_bill("bill", files, encoding)

    @property
    def bill(self) -> Relation:
        return self._bill

    def add_up(self, query: LinesQuery, folder: str) -> Mapping[str | None, list[str]]:
        """Add the lines up; faster where all of them have one period."""
        period = self._only_period(query)
        if period is None:
            return self._engine.write_parts(query.query, "Period", folder)
        return {period: self._engine.write(query.of_period(period), folder)}

    def fetch(self, places: Relation) -> Iterator[Relation]:
        """Read only the files, and of them the row groups, that have such lines."""
        columns = Query.of(f"SELECT * FROM {self._bill} LIMIT 0", self._bill)
        no_lines = self._engine.create_table("no_lines", columns)
        files = Query.of(f'SELECT DISTINCT "File" FROM {places} ORDER BY 1', places)
        wanted = [int(str(row["File"])) for row in self._engine.rows(files)]
        for start in range(0, max(1, len(wanted)), _FILES_AT_ONCE):
            lines = [
                self._lines_of(file, places) for file in wanted[start : start + _FILES_AT_ONCE]
            ]
            all_lines = union((everything(no_lines), *lines), "\nUNION ALL BY NAME\n")
            yield self._engine.create_view("fetched_lines", all_lines)

    def _only_period(self, query: LinesQuery) -> str | None:
        """Find the one period of all lines. A CSV would have to be read once more for it."""
        if self._encoding is not Encoding.PARQUET:
            return None
        periods = [row["Period"] for row in self._engine.rows(query.periods)]
        return str(periods[0]) if len(periods) == 1 and periods[0] is not None else None

    def _lines_of(self, file: int, places: Relation) -> Query:
        """Select the lines of one file that are wanted."""
        view = self._engine.open_bill(f"file_{file}", [self._files[file]], self._encoding)
        return Query.of(
            f'SELECT * REPLACE (CAST({file} AS UBIGINT) AS "#file") FROM {view} '
            f'WHERE "#row" IN (SELECT "Row" FROM {places} AS places WHERE "File" = {file})',
            *(view, places),
        )
