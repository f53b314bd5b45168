"""The schemas of the ledger's tables, and the types of the columns that files bring."""

from __future__ import annotations

import pyarrow as pa
import pytest
from pyiceberg.io.pyarrow import pyarrow_to_schema
from pyiceberg.table.name_mapping import MappedField, NameMapping

from apportion.ledger import tables
from apportion.ledger.iceberg_schemas import partitioning, schema, sql_name, type_of

FLAT = {
    "VARCHAR": pa.string(),
    "BLOB": pa.binary(),
    "BOOLEAN": pa.bool_(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "FLOAT": pa.float32(),
    "DOUBLE": pa.float64(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "TIMESTAMP WITH TIME ZONE": pa.timestamp("us", tz="UTC"),
    "DECIMAL(38,18)": pa.decimal128(38, 18),
    "DECIMAL(9, 2)": pa.decimal128(9, 2),
}


@pytest.mark.parametrize("sql_type", FLAT)
def test_types_are_those_of_pyiceberg(sql_type: str) -> None:
    mapping = NameMapping([MappedField(field_id=1, names=["a"])])
    known = pyarrow_to_schema(pa.schema([("a", FLAT[sql_type])]), name_mapping=mapping)
    assert type_of(sql_type) == known.fields[0].field_type


@pytest.mark.parametrize("sql_type", ["VARCHAR[]", "STRUCT(a BIGINT)", "MAP(VARCHAR, VARCHAR)"])
def test_the_ledger_has_no_nested_columns(sql_type: str) -> None:
    with pytest.raises(LookupError):
        type_of(sql_type)


@pytest.mark.parametrize("table", tables.COLUMNS)
def test_every_table_has_a_schema(table: str) -> None:
    known = schema(table)
    assert {field.name: sql_name(field.field_type) for field in known.fields} == tables.COLUMNS[
        table
    ]
    names = [field.name for field in partitioning(table).fields]
    assert names == ([] if table == tables.RUNS else list(tables.PARTITION_COLUMNS))
