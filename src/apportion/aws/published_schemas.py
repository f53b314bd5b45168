"""How Iceberg keeps the published tables."""

from __future__ import annotations

from collections.abc import Mapping

from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import (
    BooleanType,
    DateType,
    DecimalType,
    IcebergType,
    LongType,
    NestedField,
    StringType,
)

from apportion.model import money

#: The table with the run of each period that readers see.
RUNS = "runs"

#: How a table is called whose view shows one run.
BY_RUN = "{}_by_run"

_TYPES: dict[str, IcebergType] = {
    "VARCHAR": StringType(),
    "BIGINT": LongType(),
    "DATE": DateType(),
    "BOOLEAN": BooleanType(),
    money.SQL_TYPE: DecimalType(38, money.PLACES),
}

#: No retries by pyiceberg: whether a commit may be tried again is for the lake to say.
PROPERTIES = {
    "format-version": "2",
    "commit.retry.num-retries": "0",
    "write.metadata.previous-versions-max": "20",
    "write.parquet.compression-codec": "zstd",
}


def schema(columns: Mapping[str, str]) -> Schema:
    """Make the Iceberg schema of columns with SQL types; every column is optional."""
    return Schema(
        *(
            NestedField(number, name, _TYPES[sql_type], required=False)
            for number, (name, sql_type) in enumerate(columns.items(), start=1)
        )
    )


def missing(known: Schema, columns: Mapping[str, str]) -> Schema | None:
    """List the columns that a table does not have yet; a name in another case is there."""
    there = {field.name.lower() for field in known.fields}
    new = {name: kind for name, kind in columns.items() if name.lower() not in there}
    return schema(new) if new else None


def partitioning(columns: Mapping[str, str], table: str) -> PartitionSpec:
    """Partition by period and run, `runs` by period alone: replacing one is a matter of files."""
    by = ("Period",) if table == RUNS else ("Period", "RunId")
    known = schema(columns)
    return PartitionSpec(
        *(
            PartitionField(known.find_field(name).field_id, 1000 + at, IdentityTransform(), name)
            for at, name in enumerate(by)
        )
    )
