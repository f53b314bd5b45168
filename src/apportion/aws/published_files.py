"""Parquet files of published tables: sent with Iceberg's column numbers, found, and read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import file_digest
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.io.pyarrow import (
    compute_statistics_plan,
    data_file_statistics_from_parquet_metadata,
    parquet_path_to_id_mapping,
    schema_to_pyarrow,
)
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.table import Table
from pyiceberg.typedef import Record

from .iceberg_io import Metadata
from .s3_store import S3Store

_ROWS = 1 << 17


def send(
    files: Sequence[Path], table: Table, store: S3Store, *, values: tuple[str, ...]
) -> list[DataFile]:
    """Send files of one partition into a table's folder, each under the sha256 of its bytes."""
    sent = []
    for file in files:
        numbered = _numbered(file, table)
        with numbered.open("rb") as bytes_:
            digest = file_digest(bytes_, "sha256").hexdigest()
        location = "/".join((table.location(), "data", *values, f"{digest}.parquet"))
        store.write(store.name_of(location), numbered)
        sent.append(_described(numbered, location, table, values))
        numbered.unlink()
    return sent


def planned(table: Table | None, values: tuple[str, ...]) -> list[DataFile]:
    """List a table's files of a partition, or of all that begin with these values."""
    if table is None or table.current_snapshot() is None:
        return []
    files = (file for file, _at in entries(table))
    found = [file for file in files if _begins(file, values)]
    return sorted(found, key=lambda file: file.file_path)


def entries(table: Table) -> Iterator[tuple[DataFile, int]]:
    """List a table's files, and when each came in, in milliseconds since 1970."""
    snapshot = table.current_snapshot()
    for manifest in snapshot.manifests(table.io) if snapshot else ():
        for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True):
            came = table.snapshot_by_id(entry.snapshot_id or 0)
            yield entry.data_file, came.timestamp_ms if came else 0


def rows_of(objects: Metadata, file: DataFile) -> list[Mapping[str, object]]:
    """Read a small file."""
    content = objects.read(file.file_path)
    if content is None:
        return []
    rows: list[Mapping[str, object]] = pq.read_table(BytesIO(content)).to_pylist()
    return rows


def _numbered(file: Path, table: Table) -> Path:
    """Write a file again in the table's order of columns, each with its number."""
    schema = schema_to_pyarrow(table.schema(), include_field_ids=True)
    path = file.with_suffix(".numbered")
    source = pq.ParquetFile(file)
    there = {name.lower(): name for name in source.schema_arrow.names}
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in source.iter_batches(batch_size=_ROWS, use_threads=False):
            arrays = [
                batch.column(there[field.name.lower()]).cast(field.type)
                if field.name.lower() in there
                else pa.nulls(batch.num_rows, field.type)
                for field in schema
            ]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema), _ROWS)
    return path


def _described(path: Path, location: str, table: Table, values: tuple[str, ...]) -> DataFile:
    """Describe a file as Iceberg wants it; the partition is known and need not be inferred."""
    schema = table.schema()
    statistics = data_file_statistics_from_parquet_metadata(
        parquet_metadata=pq.read_metadata(path),
        stats_columns=compute_statistics_plan(schema, table.properties),
        parquet_column_mapping=parquet_path_to_id_mapping(schema),
    )
    return DataFile.from_args(
        content=DataFileContent.DATA,
        file_path=location,
        file_format=FileFormat.PARQUET,
        partition=Record(*values),
        file_size_in_bytes=path.stat().st_size,
        sort_order_id=None,
        spec_id=table.metadata.default_spec_id,
        equality_ids=None,
        key_metadata=None,
        **statistics.to_serialized_dict(),
    )


def _begins(file: DataFile, values: tuple[str, ...]) -> bool:
    return all(file.partition[at] == value for at, value in enumerate(values))
