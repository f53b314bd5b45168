"""The SQL engine that a run computes with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from apportion.model.delivery import Encoding
from apportion.model.relation import Query, Relation
from apportion.model.row import Row


class Engine(Protocol):
    """A database that runs SQL in DuckDB's dialect.

    Methods that make a table or view return it, for the queries that read it. A query reads only
    the relations that it declares. Files and folders are locations: see `model/location.py`.
    """

    def open_bill(self, view: str, files: Sequence[str], encoding: Encoding) -> Relation:
        """Create a view over a bill's raw files, columns united by name; CSV columns are text."""

    def open_parquet(self, view: str, files: Sequence[str]) -> Relation:
        """Create a view over Parquet files of the ledger, columns united by name."""

    def create_table(self, table: str, query: Query) -> Relation:
        """Create or replace a table from a SELECT."""

    def create_view(self, view: str, query: Query) -> Relation:
        """Create or replace a view of a SELECT, computed when it is read."""

    def load(
        self, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[object]]
    ) -> Relation:
        """Create or replace a table from rows; `columns` maps names to SQL types."""

    def columns(self, relation: Relation) -> tuple[str, ...]:
        """List the columns of a table or view, in order."""

    def rows(self, query: Query) -> list[Row]:
        """Run a SELECT and return all its rows."""

    def progress(self) -> int | None:
        """The percentage of the running query that is done; None if unknown.

        Any thread may call it while another runs the query.
        """

    def write(self, query: Query, folder: str) -> list[str]:
        """Write the rows of a SELECT as Parquet files into a folder; at least one file."""

    def write_parts(self, query: Query, by: str, folder: str) -> Mapping[str | None, list[str]]:
        """Write Parquet files partitioned by the column `by`.

        Returns the files of each value; none where there are no rows.
        """
