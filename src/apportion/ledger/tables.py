"""The tables of the ledger: their columns, and how Iceberg is to keep them."""

from __future__ import annotations

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

from apportion.model import focus, money

NAMESPACE = "apportion"

#: The record of runs; the only table that is not replaced by period and bill.
RUNS = "runs"

#: What every replaced table is partitioned by, in this order.
PARTITION_COLUMNS = ("Period", "Bill")

_VARCHAR, _BIGINT, _DATE, _BOOLEAN = "VARCHAR", "BIGINT", "DATE", "BOOLEAN"

_PARTITION = dict.fromkeys(PARTITION_COLUMNS, _VARCHAR)
_COSTS = dict.fromkeys(focus.COST_COLUMNS, money.SQL_TYPE)
_QUANTITIES = dict.fromkeys(focus.QUANTITY_COLUMNS, money.SQL_TYPE)

#: Known columns and their SQL types. A file may lack some, and may bring others: dimensions do.
COLUMNS: dict[str, dict[str, str]] = {
    "keys": {
        **_PARTITION,
        "KeyId": _BIGINT,
        "KeyCheck": _BIGINT,
        **dict.fromkeys(focus.KEY_COLUMNS, _VARCHAR),
    },
    "costs": {
        **_PARTITION,
        "KeyId": _BIGINT,
        "ChargeDay": _DATE,
        **_COSTS,
        **_QUANTITIES,
        "Lines": _BIGINT,
    },
    "months": {
        **_PARTITION,
        "KeyId": _BIGINT,
        "KeyCheck": _BIGINT,
        "FirstDay": _DATE,
        "LastDay": _DATE,
        **_COSTS,
        "Lines": _BIGINT,
        "FirstLine": _BIGINT,
    },
    "allocations": {
        **_PARTITION,
        "KeyId": _BIGINT,
        "FirstDay": _DATE,
        "LastDay": _DATE,
        "BillingAccountId": _VARCHAR,
        "SubAccountId": _VARCHAR,
        "SubAccountName": _VARCHAR,
        "BillingCurrency": _VARCHAR,
        "ServiceName": _VARCHAR,
        "ChargeCategory": _VARCHAR,
        "Pool": _VARCHAR,
    },
    "shares": {
        **_PARTITION,
        "ChargeDay": _DATE,
        "BillingAccountId": _VARCHAR,
        "BillingCurrency": _VARCHAR,
        "Pool": _VARCHAR,
        "Within": _VARCHAR,
        "Owner": _VARCHAR,
        "Ratio": _VARCHAR,
        "Kept": _BOOLEAN,
        **_COSTS,
    },
    "drivers": {
        **_PARTITION,
        "Pool": _VARCHAR,
        "BillingCurrency": _VARCHAR,
        "Within": _VARCHAR,
        "ChargeDay": _DATE,
        "Target": _VARCHAR,
        "TargetIsPool": _BOOLEAN,
        "Weight": _VARCHAR,
        "Ratio": _VARCHAR,
        "Driver": _VARCHAR,
    },
    "accounts": {
        **_PARTITION,
        "SubAccountId": _VARCHAR,
        "SubAccountName": _VARCHAR,
        "x_OrganizationalUnit": _VARCHAR,
        "Tags": _VARCHAR,
        "State": _VARCHAR,
        "ValidFrom": _DATE,
        "ValidTo": _DATE,
        "Synced": _DATE,
    },
    RUNS: {
        "RunId": _VARCHAR,
        "Kind": _VARCHAR,
        "Period": _VARCHAR,
        "Bill": _VARCHAR,
        "At": _VARCHAR,
        "Version": _VARCHAR,
        "Sequence": _BIGINT,
        "Manifest": _VARCHAR,
    },
}

_TYPES: dict[str, IcebergType] = {
    _VARCHAR: StringType(),
    _BIGINT: LongType(),
    _DATE: DateType(),
    _BOOLEAN: BooleanType(),
    money.SQL_TYPE: DecimalType(38, money.PLACES),
}

#: How Iceberg keeps every table, each for a reason:
#: counts alone, because bounds of fifty text columns cost more than they prune, and days do prune;
#: twenty old metadata files, because the newest one knows every snapshot and they grow with it;
#: no retries, because the ledger's lock lets one writer in, so a conflict is a fault to be seen.
PROPERTIES = {
    "write.metadata.metrics.default": "counts",
    "write.metadata.metrics.column.ChargeDay": "full",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "20",
    "write.parquet.compression-codec": "zstd",
    "commit.retry.num-retries": "0",
}


def schema(table: str) -> Schema:
    """Build the Iceberg schema of the known columns; every column is optional."""
    fields = [
        NestedField(number, name, _TYPES[sql_type], required=False)
        for number, (name, sql_type) in enumerate(COLUMNS[table].items(), start=1)
    ]
    return Schema(*fields)


def partitioning(table: str) -> PartitionSpec:
    """The partitioning of a table: period and bill, or none."""
    if table == RUNS:
        return PartitionSpec()
    known = schema(table)
    return PartitionSpec(
        *(
            PartitionField(
                known.find_field(name).field_id, 1000 + number, IdentityTransform(), name
            )
            for number, name in enumerate(PARTITION_COLUMNS)
        )
    )


def sql_name(iceberg_type: IcebergType) -> str:
    """Name a type as SQL names it, for messages."""
    names = {known: name for name, known in _TYPES.items()}
    return names.get(iceberg_type, str(iceberg_type).upper())
