"""DuckDB, the default engine."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from apportion.model.delivery import Encoding
from apportion.model.location import local_path
from apportion.model.relation import Query, Relation
from apportion.model.row import Row
from apportion.model.settings import EngineSettings
from apportion.model.sql_text import name as quoted_name
from apportion.model.sql_text import text as quoted_text

from .duckdb_errors import mapped_error

if TYPE_CHECKING:
    import pyarrow as pa

#: How many rows go into DuckDB at once when a table is made from Python values. So many are loaded
#: as Arrow: for fewer, importing it, and pandas with it, takes longer than it saves.
_BATCH = 50_000

#: Of a CSV, in bytes. A record with the tags of a large account is long, but not this long.
_LONGEST_LINE = 4 << 20

#: Columns by their names, and none out of the names of folders.
_NAMED = "union_by_name = true, hive_partitioning = false"

#: The RuntimeError that DuckDB raises when Ctrl-C comes in a query.
_INTERRUPTED = "Query interrupted"

_DECIMAL = re.compile(r"DECIMAL\((\d+), ?(\d+)\)")
_MESSAGE = re.compile(r'"exception_message":("(?:[^"\\]|\\.)*")')


class DuckDB:
    """Tables in one database in memory, which spills to `scratch` beyond `memory`.

    Nothing durable is ever kept here, so the storage format of a DuckDB version does not matter.
    Without `threads` it takes one for each core.
    """

    def __init__(self, scratch: Path, *, memory: str = "600MB", threads: int | None = None) -> None:
        self._connection = duckdb.connect(":memory:")
        for setting, value in {
            "temp_directory": str(scratch),
            "memory_limit": memory,
            "preserve_insertion_order": "false",
            "TimeZone": "UTC",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "enable_progress_bar": "true",  # without it, there is no progress to read
            "enable_progress_bar_print": "false",  # the caller shows it
            **({"threads": str(threads)} if threads else {}),
        }.items():
            self._run(f"SET {setting} = {quoted_text(value)}")

    @classmethod
    def with_settings(cls, scratch: Path, settings: EngineSettings) -> DuckDB:
        """Make an engine that uses what the settings allow."""
        return cls(scratch, memory=settings.memory, threads=settings.threads or None)

    @classmethod
    def closed(cls, folder: Path) -> DuckDB:
        """Make an engine for queries of users: it can read only the files of a folder.

        Its settings are locked, so no statement can change that. It spills to the folder.
        """
        made = cls(folder)
        for setting, value in {
            "allowed_directories": f"[{quoted_text(str(folder))}]",
            "python_enable_replacements": "false",
            "enable_external_access": "false",
            "lock_configuration": "true",
        }.items():
            made._run(f"SET {setting} = {value}")
        return made

    def open_bill(self, view: str, files: Sequence[str], encoding: Encoding) -> Relation:
        rows = _parquet_lines(files) if encoding is Encoding.PARQUET else _csv_lines(files)
        return self._create("VIEW", view, rows)

    def open_parquet(self, view: str, files: Sequence[str]) -> Relation:
        rows = f"SELECT * FROM read_parquet({_paths(files)}, {_NAMED})"
        return self._create("VIEW", view, rows)

    def create_table(self, table: str, query: Query) -> Relation:
        return self._create("TABLE", table, query.sql)

    def create_view(self, view: str, query: Query) -> Relation:
        return self._create("VIEW", view, query.sql)

    def load(
        self, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[object]]
    ) -> Relation:
        made = Relation(table)
        fields = ", ".join(f"{quoted_name(name)} {sql_type}" for name, sql_type in columns.items())
        self._run(f"CREATE OR REPLACE TABLE {made} ({fields})")
        batch: list[Sequence[object]] = []
        for row in rows:
            batch.append(row)
            if len(batch) == _BATCH:
                self._insert_arrow(made, columns, batch)
                batch = []
        if batch:
            self._insert(made, columns, batch)
        return made

    def columns(self, relation: Relation) -> tuple[str, ...]:
        _names, rows = self._fetch(f"DESCRIBE {relation}")
        return tuple(str(row[0]) for row in rows)

    def rows(self, query: Query) -> list[Row]:
        names, values = self._fetch(query.sql)
        return [dict(zip(names, row, strict=True)) for row in values]

    def progress(self) -> int | None:
        percent = int(self._connection.query_progress())
        return percent if percent >= 0 else None

    def write(self, query: Query, folder: str) -> list[str]:
        path = local_path(folder)
        self._copy(query.sql, path, "PER_THREAD_OUTPUT true")
        return sorted(map(str, path.glob("*.parquet")))

    def write_parts(self, query: Query, by: str, folder: str) -> dict[str | None, list[str]]:
        path = local_path(folder)
        options = f"PARTITION_BY ({quoted_name(by)}), WRITE_PARTITION_COLUMNS true"
        self._copy(query.sql, path, options)
        values = self._fetch_parts(by, path)
        return {value: sorted(map(str, part.glob("*.parquet"))) for part, value in values.items()}

    def _create(self, kind: str, name: str, sql: str) -> Relation:
        made = Relation(name)
        self._run(f"CREATE OR REPLACE {kind} {made} AS {sql}")
        return made

    def _copy(self, sql: str, folder: Path, options: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._run(
            f"COPY ({sql}) TO {quoted_text(str(folder))} "
            # Level 1 takes a third off the time of level 3, for files four percent larger.
            f"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, OVERWRITE_OR_IGNORE true, "
            f"{options})"
        )

    def _fetch_parts(self, by: str, folder: Path) -> dict[Path, str | None]:
        """Read each part's value from its files: folder names are escaped, and NULL is a text."""
        parts = sorted({path.parent for path in folder.rglob("*.parquet")})
        values: dict[Path, str | None] = {}
        for part in parts:
            files = [str(path) for path in part.glob("*.parquet")]
            first = f"SELECT {quoted_name(by)} FROM read_parquet({_paths(files)}, {_NAMED}) LIMIT 1"
            _names, rows = self._fetch(first)
            values[part] = None if rows[0][0] is None else str(rows[0][0])
        return values

    def _insert(
        self, table: Relation, columns: Mapping[str, str], rows: Sequence[Sequence[object]]
    ) -> None:
        """Insert rows as a list of texts for each column, many times faster than one by one."""
        texts = [list(map(_text, values)) for values in zip(*rows, strict=True)]
        cells = ", ".join(
            f"CAST(UNNEST(CAST(${number} AS VARCHAR[])) AS {sql_type})"
            for number, sql_type in enumerate(columns.values(), 1)
        )
        self._fetch(f"INSERT INTO {table} SELECT {cells}", texts)

    def _insert_arrow(
        self, table: Relation, columns: Mapping[str, str], rows: Sequence[Sequence[object]]
    ) -> None:
        """Insert rows as Arrow, in half the time that texts take."""
        import pyarrow as pa  # noqa: PLC0415 - most commands load few rows

        arrays = [
            pa.array(values, _arrow_type(sql_type, values))
            for values, sql_type in zip(zip(*rows, strict=True), columns.values(), strict=True)
        ]
        batch = pa.table(arrays, names=list(columns))
        self._connection.register("#batch", batch)
        try:
            self._run(f"INSERT INTO {table} SELECT * FROM {quoted_name('#batch')}")
        finally:
            self._connection.unregister("#batch")

    def _run(self, sql: str) -> None:
        self._fetch(sql)

    def _fetch(
        self, sql: str, parameters: Sequence[object] = ()
    ) -> tuple[list[str], list[tuple[object, ...]]]:
        """Run one statement and drain it: from DuckDB 2.0 on, an undrained one holds the engine."""
        try:
            cursor = self._connection.execute(sql, parameters)
            names = [column[0] for column in cursor.description or ()]
            return names, cursor.fetchall()
        except duckdb.InterruptException as error:
            raise KeyboardInterrupt from error
        except duckdb.Error as error:
            raise mapped_error(error, _message(str(error))) from error
        except RuntimeError as error:
            if str(error) == _INTERRUPTED:
                raise KeyboardInterrupt from error
            raise


def _arrow_type(sql_type: str, values: Iterable[object]) -> pa.DataType | None:
    """The type of a column of decimals; None for others, whose type Arrow finds in their values.

    Arrow would find the type of decimals, too, but takes twenty times as long.
    """
    import pyarrow as pa  # noqa: PLC0415 - most commands load few rows

    found = _DECIMAL.fullmatch(sql_type)
    if found is None or not all(isinstance(value, Decimal) for value in values):
        return None
    return pa.decimal128(int(found[1]), int(found[2]))


def _parquet_lines(files: Sequence[str]) -> str:
    """Every line with its place, so that a new key is described without reading all again."""
    return (
        f"SELECT *, file_index AS {quoted_name('#file')}, file_row_number AS {quoted_name('#row')} "
        f"FROM read_parquet({_paths(files)}, {_NAMED})"
    )


def _csv_lines(files: Sequence[str]) -> str:
    """Every line as text; a CSV that is read by several threads knows no places."""
    parts = " UNION ALL BY NAME ".join(
        f"SELECT * FROM read_csv({_paths(alike)}, all_varchar = true, header = true, delim = ',', "
        f"quote = '\"', escape = '\"', max_line_size = {_LONGEST_LINE}, "
        f"buffer_size = {2 * _LONGEST_LINE}, hive_partitioning = false)"
        for alike in _with_one_header(files)
    )
    return (
        f"SELECT *, NULL::UBIGINT AS {quoted_name('#file')}, NULL::BIGINT AS {quoted_name('#row')} "
        f"FROM ({parts})"
    )


def _with_one_header(files: Sequence[str]) -> list[list[str]]:
    """Sort CSVs by their header: to unite them by name, DuckDB holds a buffer of each in memory."""
    sorted_out: dict[bytes, list[str]] = {}
    for file in files:
        packed = file.lower().endswith(".gz")
        with gzip.open(file) if packed else Path(file).open("rb") as stream:
            header = stream.readline(_LONGEST_LINE)
        whole = header.count(b'"') % 2 == 0  # otherwise it goes on in the next line
        sorted_out.setdefault(header if whole else file.encode(), []).append(file)
    return list(sorted_out.values())


def _text(value: object) -> str | None:
    """Write a value as DuckDB reads it, with all its digits; NULL is None."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _message(error: str) -> str:
    """Read the message of an error that DuckDB writes as JSON, as its writing threads do."""
    found = _MESSAGE.search(error)
    return str(json.loads(found[1])) if found else error


def _paths(files: Sequence[str]) -> str:
    """Quote files as they are: a bracket or star in a name is not a pattern."""
    return f"[{', '.join(quoted_text(escape(file)) for file in files)}]"
