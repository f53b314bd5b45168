"""Check a Parquet file before it is added to a table, and describe it for Iceberg."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.io.pyarrow import (
    compute_statistics_plan,
    data_file_statistics_from_parquet_metadata,
    parquet_path_to_id_mapping,
    pyarrow_to_schema,
)
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.schema import Schema
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.name_mapping import NameMapping
from pyiceberg.typedef import Record
from pyiceberg.types import IcebergType, NestedField

from apportion.model.errors.base import LedgerRefusesError

from .tables import PARTITION_COLUMNS, sql_name
from .warehouse import location_of


def new_columns(table: str, files: Sequence[Path], *, known: Schema) -> Schema:
    """List the columns that the table does not have yet.

    Refuses a file whose column has another type than the table's, or a name that differs from
    another only in case: Athena, Spark and DuckDB could not tell the two apart.
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
    file's statistics: a file without rows has none, and long texts have them cut.
    """
    found = pq.read_metadata(file)
    schema = metadata.schema()
    statistics = data_file_statistics_from_parquet_metadata(
        parquet_metadata=found,
        stats_columns=compute_statistics_plan(schema, metadata.properties),
        parquet_column_mapping=parquet_path_to_id_mapping(schema),
    )
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
        **statistics.to_serialized_dict(),
    )


def _footer(table: str, file: Path) -> pq.FileMetaData:
    try:
        return pq.read_metadata(file)
    except (OSError, pa.ArrowException) as fault:
        raise LedgerRefusesError(table, str(file), "a Parquet file", str(fault)) from fault


def _iceberg_type(table: str, file: str, column: pa.Field) -> IcebergType:
    """Name the Iceberg type of a flat column; the ledger holds no lists, maps or structs."""
    try:
        mapping = NameMapping.model_validate([{"field-id": 1, "names": [column.name]}])
        schema = pyarrow_to_schema(pa.schema([column]), name_mapping=mapping)
    except (ValueError, TypeError):
        facts = f"column {column.name} with a type of the ledger", str(column.type)
        raise LedgerRefusesError(table, file, *facts) from None
    return schema.fields[0].field_type


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
