"""Writes rows as Parquet with exact decimals, for DuckDB, Athena, pandas and polars."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from apportion.model import money
from apportion.model.row import Row

from . import plain
from .columns import ColumnKind, kinds

_DECIMAL = pa.decimal128(38, money.PLACES)
_TYPES = {
    ColumnKind.MONEY: _DECIMAL,
    ColumnKind.EXACT: _DECIMAL,
    ColumnKind.SHARE: _DECIMAL,
    ColumnKind.NUMBER: _DECIMAL,
    ColumnKind.COUNT: pa.int64(),
    ColumnKind.DAY: pa.date32(),
    ColumnKind.TIME: pa.timestamp("us", tz="UTC"),
    ColumnKind.FLAG: pa.bool_(),
    ColumnKind.NESTED: pa.string(),  # JSON
    ColumnKind.TEXT: pa.string(),
}


class ParquetReport:
    """One file; money, shares and other decimals are DECIMAL(38, 18), counts 64-bit integers."""

    def write(self, rows: Sequence[Row], columns: Sequence[str]) -> bytes:
        of = kinds(rows, columns)
        schema = pa.schema([(name, _TYPES[of[name]]) for name in columns])
        arrays = [
            pa.array([_value(row.get(name), of[name]) for row in rows], type=_TYPES[of[name]])
            for name in columns
        ]
        out = io.BytesIO()
        pq.write_table(pa.Table.from_arrays(arrays, schema=schema), out, compression="zstd")
        return out.getvalue()


def _value(value: object, kind: ColumnKind) -> Any:  # noqa: ANN401 - pyarrow takes any of Kind's types
    if value is None or kind not in (ColumnKind.TEXT, ColumnKind.NESTED):
        return value
    return plain.text(value).encode("utf-8", "backslashreplace").decode()
