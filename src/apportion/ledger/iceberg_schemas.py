"""How Iceberg keeps the tables of the ledger: types, schemas, partitions, properties."""

from __future__ import annotations

import re

from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import (
    BinaryType,
    BooleanType,
    DateType,
    DecimalType,
    DoubleType,
    FloatType,
    IcebergType,
    IntegerType,
    LongType,
    NestedField,
    StringType,
    TimestampType,
    TimestamptzType,
)

from . import tables

_TYPES: dict[str, IcebergType] = {
    "VARCHAR": StringType(),
    "BIGINT": LongType(),
    "DATE": DateType(),
    "BOOLEAN": BooleanType(),
    "INTEGER": IntegerType(),
    "FLOAT": FloatType(),
    "DOUBLE": DoubleType(),
    "BLOB": BinaryType(),
    "TIMESTAMP": TimestampType(),
    "TIMESTAMP WITH TIME ZONE": TimestamptzType(),
}
_DECIMAL = re.compile(r"DECIMAL\((\d+), ?(\d+)\)")

#: The columns of dates that have bounds in the metadata.
BOUNDED = ("ChargeDay",)

#: How Iceberg keeps every table, each for a reason:
#: counts alone, because bounds of fifty text columns cost more than they prune, and days do prune;
#: twenty old metadata files, because the newest one knows every snapshot and they grow with it;
#: no retries, because the ledger's lock lets one writer in, so a conflict is a fault to be seen.
PROPERTIES = {
    "write.metadata.metrics.default": "counts",
    **{f"write.metadata.metrics.column.{column}": "full" for column in BOUNDED},
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "20",
    "write.parquet.compression-codec": "zstd",
    "commit.retry.num-retries": "0",
}


def schema(table: str) -> Schema:
    """Build the Iceberg schema of the known columns; every column is optional."""
    fields = [
        NestedField(number, name, type_of(sql_type), required=False)
        for number, (name, sql_type) in enumerate(tables.COLUMNS[table].items(), start=1)
    ]
    return Schema(*fields)


def partitioning(table: str) -> PartitionSpec:
    """The partitioning of a table: period and bill, or none."""
    if table == tables.RUNS:
        return PartitionSpec()
    known = schema(table)
    return PartitionSpec(
        *(
            PartitionField(
                known.find_field(name).field_id, 1000 + number, IdentityTransform(), name
            )
            for number, name in enumerate(tables.PARTITION_COLUMNS)
        )
    )


def type_of(sql_type: str) -> IcebergType:
    """The Iceberg type of a flat column; raises LookupError for lists, maps, structs and others."""
    decimal = _DECIMAL.fullmatch(sql_type)
    return DecimalType(int(decimal[1]), int(decimal[2])) if decimal else _TYPES[sql_type]


def sql_name(iceberg_type: IcebergType) -> str:
    """Name a type as SQL names it, for messages."""
    names = {known: name for name, known in _TYPES.items()}
    return names.get(iceberg_type, str(iceberg_type).upper())
