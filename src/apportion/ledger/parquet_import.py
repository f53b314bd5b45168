"""Check a Parquet file before it is added to a table, and describe it for Iceberg."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.conversions import to_bytes
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.schema import Schema
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.typedef import Record
from pyiceberg.types import DateType, IcebergType, NestedField

from apportion.model.errors.base import LedgerRefusesError

from .iceberg_schemas import BOUNDED, sql_name, type_of
from .locations import location_of
from .tables import PARTITION_COLUMNS


def new_columns(table: str, files: Sequence[Path], *, known: Schema) -> Schema:
    """List the columns that the table does not have yet.

    Refuses a file whose column has another type than the table's, or a name that differs from
    another only in case: Athena, Spark and DuckDB treat the two as one.
    """
    types = {field.name: field.field_type for field in known.fields}
    names = {name.lower(): name for name in types}
    for file in files:
        for column in _footer(table, file).schema.to_arrow_schema():
            found = _iceberg_type(table, file.name, column)
            name = names.setdefault(column.name.lower(), column.name)
            if name != column.name:
                facts = f"column {name}", f"column {column.name}"
                raise LedgerRefusesError(table, file.name, *facts)
            if types.setdefault(name, found) != found:
                facts = f"column {name} as {sql_name(types[name])}", sql_name(found)
                raise LedgerRefusesError(table, file.name, *facts)
    there = {field.name for field in known.fields}
    new = [name for name in types if name not in there]
    return Schema(
        *(NestedField(at, name, types[name], required=False) for at, name in enumerate(new, 1))
    )


def check_partition(table: str, file: Path, *, values: Sequence[str]) -> None:
    """Refuse a file with a row of another period or bill than these."""
    metadata = _footer(table, file)
    for column, value in zip(PARTITION_COLUMNS, values, strict=True):
        if column not in metadata.schema.names:
            raise LedgerRefusesError(table, file.name, f"column {column}", "no such column")
        at = metadata.schema.names.index(column)
        for group in range(metadata.num_row_groups):
            if _proved(metadata.row_group(group).column(at), value):
                continue
            other = _others(file, group=group, column=column, value=value)
            if other:
                facts = f"{column} {value!r} in every row", repr(other[0])
                raise LedgerRefusesError(table, file.name, *facts)


def describe(file: Path, *, metadata: TableMetadata, values: Sequence[str]) -> DataFile:
    """Describe a file of the table for a partition.

    Built here and not by pyiceberg's `add_files`, because that infers the partition from the
    file's statistics: a file without rows has none, and long texts have them cut. And because
    `pyiceberg.io.pyarrow` takes longer to import than all the rest of a commit takes.
    """
    found = pq.read_metadata(file)
    return DataFile.from_args(
        content=DataFileContent.DATA,
        file_path=location_of(file),
        file_format=FileFormat.PARQUET,
        partition=Record(*values),
        file_size_in_bytes=file.stat().st_size,
        sort_order_id=None,
        spec_id=metadata.default_spec_id,
        equality_ids=None,
        key_metadata=None,
        record_count=found.num_rows,
        split_offsets=[_first_page(found.row_group(at)) for at in range(found.num_row_groups)],
        **_statistics(found, metadata.schema()),
    )


def _statistics(found: pq.FileMetaData, schema: Schema) -> dict[str, Any]:
    """Add up the sizes and counts of each column; dates have bounds, as `PROPERTIES` state."""
    sizes: dict[int, int] = {}
    values: dict[int, int] = {}
    nulls: dict[int, int] = {}
    bounds: dict[int, list[date]] = {}
    for group, at in product(range(found.num_row_groups), range(found.num_columns)):
        column = found.row_group(group).column(at)
        field = schema.find_field(column.path_in_schema)
        _add(sizes, field.field_id, column.total_compressed_size)
        _add(values, field.field_id, column.num_values)
        if (stated := column.statistics if column.is_stats_set else None) is None:
            continue
        if stated.has_null_count:
            _add(nulls, field.field_id, stated.null_count)
        if field.name in BOUNDED and stated.has_min_max:
            bounds.setdefault(field.field_id, []).extend([stated.min, stated.max])
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


def _first_page(group: pq.RowGroupMetaData) -> int:
    """The offset at which readers may begin with a row group."""
    column = group.column(0)
    if column.has_dictionary_page and column.dictionary_page_offset < column.data_page_offset:
        return int(column.dictionary_page_offset)
    return int(column.data_page_offset)


def _footer(table: str, file: Path) -> pq.FileMetaData:
    try:
        return pq.read_metadata(file)
    except (OSError, pa.ArrowException) as fault:
        raise LedgerRefusesError(table, str(file), "a Parquet file", str(fault)) from fault


def _iceberg_type(table: str, file: str, column: pa.Field) -> IcebergType:
    """Name the Iceberg type of a flat column; the ledger holds no lists, maps or structs."""
    found = type_of(column.type)
    if found is None:
        facts = f"column {column.name} with a type of the ledger", str(column.type)
        raise LedgerRefusesError(table, file, *facts)
    return found


def _proved(chunk: pq.ColumnChunkMetaData, value: str) -> bool:
    """Whether the statistics prove that every row has the value; bounds may be truncated."""
    stated = chunk.statistics if chunk.is_stats_set else None
    return (
        stated is not None
        and stated.has_min_max
        and stated.has_null_count
        and stated.null_count == 0
        and stated.min == stated.max == value
    )


def _others(file: Path, *, group: int, column: str, value: str) -> list[str | None]:
    reader = pq.ParquetFile(file, read_dictionary=[column])
    found = reader.read_row_group(group, columns=[column], use_threads=False)[column].unique()
    return [each for each in found.to_pylist() if each != value]
