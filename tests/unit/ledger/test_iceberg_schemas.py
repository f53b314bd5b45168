"""The schemas of the ledger's tables, and the types of the columns that files bring."""

from __future__ import annotations

import pyarrow as pa
import pytest
from pyiceberg.io.pyarrow import pyarrow_to_schema
from pyiceberg.table.name_mapping import MappedField, NameMapping

from apportion.ledger import tables
from apportion.ledger.iceberg_schemas import partitioning, schema, sql_name, type_of

FLAT = (
    *(pa.string(), pa.large_string(), pa.binary(), pa.bool_(), pa.int32(), pa.int64()),
    *(pa.float32(), pa.float64(), pa.date32(), pa.timestamp("us"), pa.timestamp("us", tz="UTC")),
    *(pa.decimal128(38, 18), pa.decimal128(9, 2)),
)


@pytest.mark.parametrize("arrow", FLAT, ids=str)
def test_types_are_those_of_pyiceberg(arrow: pa.DataType) -> None:
    mapping = NameMapping([MappedField(field_id=1, names=["a"])])
    known = pyarrow_to_schema(pa.schema([("a", arrow)]), name_mapping=mapping)
    assert type_of(arrow) == known.fields[0].field_type


@pytest.mark.parametrize(
    "arrow", [pa.list_(pa.string()), pa.struct([("a", pa.int64())]), pa.null()], ids=str
)
def test_the_ledger_has_no_nested_columns(arrow: pa.DataType) -> None:
    assert type_of(arrow) is None


@pytest.mark.parametrize("table", tables.COLUMNS)
def test_every_table_has_a_schema(table: str) -> None:
    known = schema(table)
    assert {field.name: sql_name(field.field_type) for field in known.fields} == tables.COLUMNS[
        table
    ]
    names = [field.name for field in partitioning(table).fields]
    assert names == ([] if table == tables.RUNS else list(tables.PARTITION_COLUMNS))
