"""An engine that compares what each query reads with the relations that it declares."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from apportion.core.reporting.query_tree import reads_of
from apportion.core.templates import text
from apportion.model.delivery import Encoding
from apportion.model.relation import Query, Relation
from apportion.model.row import Row
from apportion.ports.engine import Engine

_USE_CASES = "/apportion/usecases/"


class RecordingEngine:
    """A `ports.engine.Engine` in front of a real one.

    A fault is a query that reads a table it does not declare, that declares a table it does not
    read, or that declares a relation in place of which another one was made since, also where a
    view reads it. The real engine parses the queries.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._newest: dict[str, Relation] = {}
        self._below: dict[int, tuple[Relation, ...]] = {}  # what a view reads, by its identity
        self.faults: list[str] = []
        self.checked = 0  # queries

    def open_bill(self, view: str, files: Sequence[str], encoding: Encoding) -> Relation:
        return self._made(self._engine.open_bill(view, files, encoding))

    def open_parquet(self, view: str, files: Sequence[str]) -> Relation:
        return self._made(self._engine.open_parquet(view, files))

    def create_table(self, table: str, query: Query) -> Relation:
        self._check(query)
        return self._made(self._engine.create_table(table, query))

    def create_view(self, view: str, query: Query) -> Relation:
        self._check(query)
        return self._made(self._engine.create_view(view, query), below=query.reads)

    def load(
        self, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[object]]
    ) -> Relation:
        return self._made(self._engine.load(table, columns, rows))

    def columns(self, relation: Relation) -> tuple[str, ...]:
        return self._engine.columns(relation)

    def rows(self, query: Query) -> list[Row]:
        self._check(query)
        return self._engine.rows(query)

    def progress(self) -> int | None:
        return self._engine.progress()

    def write(self, query: Query, folder: str) -> list[str]:
        self._check(query)
        return self._engine.write(query, folder)

    def write_parts(self, query: Query, by: str, folder: str) -> Mapping[str | None, list[str]]:
        self._check(query)
        return self._engine.write_parts(query, by, folder)

    def _made(self, relation: Relation, *, below: tuple[Relation, ...] = ()) -> Relation:
        self._newest[relation.name.lower()] = relation
        self._below[id(relation)] = below
        return relation

    def _check(self, query: Query) -> None:
        self.checked += 1
        declared = {relation.name.lower(): relation for relation in query.reads}
        found = self._tables(query.sql)
        for wrong, names in (
            ("is not declared", found - declared.keys()),
            ("is declared and not read", declared.keys() - found),
            ("was made again since", set(self._replaced(query.reads))),
        ):
            self.faults += [f"{_caller()}: {name} {wrong}" for name in sorted(names)]

    def _replaced(self, reads: Iterable[Relation]) -> Iterator[str]:
        for relation in reads:
            if self._newest.get(relation.name.lower()) is not relation:
                yield relation.name
            yield from self._replaced(self._below.get(id(relation), ()))

    def _tables(self, sql: str) -> set[str]:
        parse = f"SELECT json_serialize_sql(CAST({text(sql)} AS VARCHAR)) AS tree"
        (row,) = self._engine.rows(Query(parse))
        tree = json.loads(str(row["tree"]))
        assert not tree["error"], f"{_caller()}: {tree}"
        return set().union(*(reads_of(statement).tables for statement in tree["statements"]))


def _caller() -> str:
    """The line of the use case that runs the query."""
    for frame in inspect.stack():
        if _USE_CASES in frame.filename:
            return f"{frame.filename.partition(_USE_CASES)[2]}:{frame.lineno} {frame.function}"
    return "a query outside the use cases"
