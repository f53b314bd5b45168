"""Check a Parquet file before it is added to a table, and describe it for Iceberg."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from glob import escape
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
from pyiceberg.conversions import to_bytes
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.schema import Schema
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.typedef import Record
from pyiceberg.types import DateType, IcebergType, NestedField

from apportion.model.errors.base import LedgerRefusesError
from apportion.model.sql_text import name as quoted_name

from .iceberg_schemas import BOUNDED, sql_name, type_of
from .locations import location_of
from .small_files import open_engine
from .tables import PARTITION_COLUMNS


class _Chunk(NamedTuple):
    """A column of a row group; bounds as text, and None where the file does not state them."""

    group: int
    rows: int
    column: str
    values: int
    nulls: int | None
    lower: str | None
    upper: str | None
    exact: bool
    bytes: int
    dictionary: int | None
    data: int


@dataclass(frozen=True)
class ParquetFile:
    """A file for a table, by its footer: its columns with their SQL types, and its row groups."""

    table: str
    path: Path
    columns: Mapping[str, str]
    chunks: Sequence[_Chunk]

    @property
    def groups(self) -> list[list[_Chunk]]:
        """The chunks of each row group, in the order of the file."""
        return [list(chunks) for _group, chunks in groupby(self.chunks, key=lambda it: it.group)]


_COLUMNS = "SELECT name, duckdb_type, num_children FROM parquet_schema([?])"
_CHUNKS = """\
SELECT
  row_group_id, row_group_num_rows, path_in_schema, num_values, stats_null_count,
  stats_min_value, stats_max_value, COALESCE(min_is_exact AND max_is_exact, FALSE),
  total_compressed_size, dictionary_page_offset, data_page_offset
FROM parquet_metadata([?])
ORDER BY row_group_id, column_id
"""


def read_footer(table: str, path: Path) -> ParquetFile:
    """Read the footer of a file; raises LedgerRefusesError where it cannot be read."""
    place = [escape(str(path))]
    try:
        with open_engine() as engine:
            tree = engine.execute(_COLUMNS, place).fetchall()
            chunks = engine.execute(_CHUNKS, place).fetchall()
    except duckdb.Error as fault:
        raise LedgerRefusesError(table, str(path), "a Parquet file", str(fault)) from fault
    return ParquetFile(table, path, _top_columns(iter(tree)), [_Chunk(*row) for row in chunks])


def new_columns(files: Sequence[ParquetFile], *, known: Schema) -> Schema:
    """List the columns that the table does not have yet.

    Refuses a file whose column has another type than the table's, or a name that differs from
    another only in case: Athena, Spark and DuckDB treat the two as one.
    """
    types = {field.name: field.field_type for field in known.fields}
    names = {name.lower(): name for name in types}
    for file in files:
        for column in file.columns:
            found = _iceberg_type(file, column)
            name = names.setdefault(column.lower(), column)
            if name != column:
                facts = f"column {name}", f"column {column}"
                raise LedgerRefusesError(file.table, file.path.name, *facts)
            if types.setdefault(name, found) != found:
                facts = f"column {name} as {sql_name(types[name])}", sql_name(found)
                raise LedgerRefusesError(file.table, file.path.name, *facts)
    there = {field.name for field in known.fields}
    new = [name for name in types if name not in there]
    return Schema(
        *(NestedField(at, name, types[name], required=False) for at, name in enumerate(new, 1))
    )


def check_partition(file: ParquetFile, *, values: Sequence[str]) -> None:
    """Refuse a file with a row of another period or bill than these."""
    for column, value in zip(PARTITION_COLUMNS, values, strict=True):
        if column not in file.columns:
            raise LedgerRefusesError(
                file.table, file.path.name, f"column {column}", "no such column"
            )
        if all(_proved(chunk, value) for chunk in file.chunks if chunk.column == column):
            continue
        if other := _others(file.path, column=column, value=value):
            facts = f"{column} {value!r} in every row", repr(other[0])
            raise LedgerRefusesError(file.table, file.path.name, *facts)


def describe(file: ParquetFile, *, metadata: TableMetadata, values: Sequence[str]) -> DataFile:
    """Describe a file of the table for a partition.

    Built here and not by pyiceberg's `add_files`, because that infers the partition from the
    file's statistics: a file without rows has none, and long texts have them cut. And because
    `pyiceberg.io.pyarrow`, and pyarrow itself, take longer to import than a commit takes.
    """
    return DataFile.from_args(
        content=DataFileContent.DATA,
        file_path=location_of(file.path),
        file_format=FileFormat.PARQUET,
        partition=Record(*values),
        file_size_in_bytes=file.path.stat().st_size,
        sort_order_id=None,
        spec_id=metadata.default_spec_id,
        equality_ids=None,
        key_metadata=None,
        record_count=sum(chunks[0].rows for chunks in file.groups),
        split_offsets=[_first_page(chunks[0]) for chunks in file.groups],
        **_statistics(file, metadata.schema()),
    )


def _statistics(file: ParquetFile, schema: Schema) -> dict[str, Any]:
    """Add up the sizes and counts of each column; dates have bounds, as `PROPERTIES` state."""
    sizes: dict[int, int] = {}
    values: dict[int, int] = {}
    nulls: dict[int, int] = {}
    bounds: dict[int, list[date]] = {}
    for chunk in file.chunks:
        field = schema.find_field(chunk.column)
        _add(sizes, field.field_id, chunk.bytes)
        _add(values, field.field_id, chunk.values)
        if chunk.nulls is not None:
            _add(nulls, field.field_id, chunk.nulls)
        if field.name in BOUNDED and chunk.lower and chunk.upper:
            days = map(date.fromisoformat, (chunk.lower, chunk.upper))
            bounds.setdefault(field.field_id, []).extend(days)
    return {
        "column_sizes": sizes,
        "value_counts": values,
        "null_value_counts": nulls,
        "nan_value_counts": {},
        "lower_bounds": {field: to_bytes(DateType(), min(days)) for field, days in bounds.items()},
        "upper_bounds": {field: to_bytes(DateType(), max(days)) for field, days in bounds.items()},
    }


def _add(counts: dict[int, int], field: int, number: int) -> None:
    counts[field] = counts.get(field, 0) + number


def _first_page(chunk: _Chunk) -> int:
    """The offset at which readers may begin with a row group, of which this is the first column."""
    if chunk.dictionary is not None and chunk.dictionary < chunk.data:
        return chunk.dictionary
    return chunk.data


def _top_columns(tree: Iterator[tuple[str, str | None, int | None]]) -> dict[str, str]:
    """The columns of a schema, whose elements come each before its children, and their types."""
    _root, _type, columns = next(tree)
    found = {}
    for _ in range(columns or 0):
        name, sql_type, children = next(tree)
        found[name] = sql_type or "a nested type"  # DuckDB 1.5 names only the types inside
        _skip(children or 0, tree)
    return found


def _skip(elements: int, tree: Iterator[tuple[str, str | None, int | None]]) -> None:
    for _ in range(elements):
        _name, _type, children = next(tree)
        _skip(children or 0, tree)


def _iceberg_type(file: ParquetFile, column: str) -> IcebergType:
    """Name the Iceberg type of a flat column; the ledger holds no lists, maps or structs."""
    sql_type = file.columns[column]
    try:
        return type_of(sql_type)
    except LookupError:
        facts = f"column {column} with a type of the ledger", sql_type
        raise LedgerRefusesError(file.table, file.path.name, *facts) from None


def _proved(chunk: _Chunk, value: str) -> bool:
    """Whether the statistics prove that every row has the value; bounds may be truncated."""
    return chunk.exact and chunk.nulls == 0 and chunk.lower == chunk.upper == value


def _others(file: Path, *, column: str, value: str) -> list[str | None]:
    """Find a value of the column that is another one."""
    cell = quoted_name(column)
    query = (
        f"SELECT {cell} FROM read_parquet([?], hive_partitioning = false) "
        f"WHERE {cell} IS DISTINCT FROM ? LIMIT 1"
    )
    with open_engine() as engine:
        return [found for (found,) in engine.execute(query, [escape(str(file)), value]).fetchall()]
