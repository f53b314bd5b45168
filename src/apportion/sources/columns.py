"""The columns of a billing file: their names as the engine will call them, and their types."""

from __future__ import annotations

import csv
import gzip
import io
import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq

from apportion.model.delivery import Encoding

#: DuckDB's name for the type of a column that was written without any value.
NO_TYPE = '"NULL"'

_TEXT = "VARCHAR"
#: Whole numbers, and the digits that DuckDB counts them as beside decimals.
_WHOLE = {"TINYINT": 3, "SMALLINT": 5, "INTEGER": 10, "BIGINT": 19}
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_MOST_DIGITS = 38
_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_SIMPLE = {
    pa.bool_(): "BOOLEAN",
    pa.int8(): "TINYINT",
    pa.int16(): "SMALLINT",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.uint8(): "UTINYINT",
    pa.uint16(): "USMALLINT",
    pa.uint32(): "UINTEGER",
    pa.uint64(): "UBIGINT",
    pa.float16(): "FLOAT",
    pa.float32(): "FLOAT",
    pa.float64(): "DOUBLE",
    pa.date32(): "DATE",
    pa.date64(): "DATE",
    pa.null(): NO_TYPE,
}


@dataclass(frozen=True)
class SourceColumn:
    """One column: `name` is the engine's, `raw` the name in the file, `place` counts from zero."""

    name: str
    raw: str
    place: int
    type: str


def read_columns(path: Path, encoding: Encoding) -> tuple[SourceColumn, ...]:
    """Read a file's columns. Its bytes must have been verified before."""
    if encoding is Encoding.PARQUET:
        return _parquet_columns(path)
    raw = next(iter(first_records(path, 1)), [])
    return tuple(
        SourceColumn(name, raw[place], place, _TEXT) for place, name in enumerate(engine_names(raw))
    )


def first_records(path: Path, count: int) -> list[list[str]]:
    """Read the first records of a CSV, empty ones too."""
    csv.field_size_limit(1 << 24)
    with (
        open_bytes(path) as opened,
        io.TextIOWrapper(opened, encoding="utf-8-sig", newline="") as text,
    ):
        return list(islice(csv.reader(text), count))


def open_bytes(path: Path) -> BinaryIO:
    """Open a CSV, unpacking gzip."""
    if path.name.lower().endswith(".gz"):
        return cast("BinaryIO", gzip.open(path))  # it reads like one, but typeshed has another type
    return path.open("rb")


def engine_names(raw: Sequence[str]) -> list[str]:
    """Name columns as DuckDB does: trimmed, nameless ones by their place, doubles with a number.

    DuckDB's names are one where they differ only in the case of ASCII letters: `A,a,a` becomes
    `A, a_1, a_2`.
    """
    times: dict[str, int] = {}
    names = []
    for place, given in enumerate(raw):
        name = given.strip() or f"column{place}"
        while (key := lower(name)) in times:
            times[key] += 1
            name = f"{name}_{times[key]}"
        times[lower(name)] = 0
        names.append(name)
    return names


def lower(name: str) -> str:
    """Write ASCII letters in lower case, as SQL compares names."""
    return name.translate(_ASCII_LOWER)


def common_type(one: str, other: str, *, is_measure: bool) -> str | None:
    """The common type of two columns in DuckDB; None where a value may change by it.

    A measure is a number that is added up, where 1 and 1.0 are the same. Whole numbers with doubles
    are what pandas writes of chunks of which one has no fractions.
    """
    types = {one, other}
    if types <= _WHOLE.keys():
        return max(types, key=lambda each: _WHOLE[each])
    if not is_measure:
        return None
    if "DOUBLE" in types:
        return "DOUBLE" if types - {"DOUBLE"} <= _WHOLE.keys() else None
    sizes = [_decimal(each) for each in types]
    known = [size for size in sizes if size]
    if len(known) < len(sizes):
        return None
    whole, places = max(size[0] for size in known), max(size[1] for size in known)
    return f"DECIMAL({whole + places},{places})" if whole + places <= _MOST_DIGITS else None


def _decimal(sql_type: str) -> tuple[int, int] | None:
    """Count the digits before and behind the point."""
    if sql_type in _WHOLE:
        return _WHOLE[sql_type], 0
    found = _DECIMAL.fullmatch(sql_type)
    return (int(found[1]) - int(found[2]), int(found[2])) if found else None


def duckdb_type(arrow_type: pa.DataType) -> str:
    """Name the type that DuckDB reads a Parquet column as."""
    kinds = pa.types
    if kinds.is_dictionary(arrow_type):
        arrow_type = arrow_type.value_type
    elif isinstance(arrow_type, pa.BaseExtensionType):
        known = {"arrow.json": "JSON", "arrow.uuid": "UUID"}
        return known.get(arrow_type.extension_name) or duckdb_type(arrow_type.storage_type)
    if arrow_type in _SIMPLE:
        return _SIMPLE[arrow_type]
    if kinds.is_string(arrow_type) or kinds.is_large_string(arrow_type):
        return _TEXT
    if kinds.is_decimal(arrow_type):
        exact = f"DECIMAL({arrow_type.precision},{arrow_type.scale})"
        return exact if arrow_type.precision <= 38 else "DOUBLE"
    if kinds.is_time(arrow_type) or kinds.is_timestamp(arrow_type):
        return _time_type(arrow_type)
    return _nested_type(arrow_type)


def _time_type(arrow_type: pa.DataType) -> str:
    kind = "TIME" if pa.types.is_time(arrow_type) else "TIMESTAMP"
    if kind == "TIMESTAMP" and arrow_type.tz:
        return "TIMESTAMP WITH TIME ZONE"
    return f"{kind}_NS" if arrow_type.unit == "ns" else kind


def _nested_type(arrow_type: pa.DataType) -> str:
    kinds = pa.types
    if kinds.is_duration(arrow_type):
        return "BIGINT"
    if kinds.is_map(arrow_type):
        return f"MAP({duckdb_type(arrow_type.key_type)}, {duckdb_type(arrow_type.item_type)})"
    if kinds.is_list(arrow_type) or kinds.is_large_list(arrow_type):
        return f"{duckdb_type(arrow_type.value_type)}[]"
    if kinds.is_struct(arrow_type):
        quoted = (
            '"{}" {}'.format(part.name.replace('"', '""'), duckdb_type(part.type))
            for part in arrow_type
        )
        return f"STRUCT({', '.join(quoted)})"
    return "BLOB"


def _parquet_columns(path: Path) -> tuple[SourceColumn, ...]:
    with pq.ParquetFile(path) as file:
        fields = list(file.schema_arrow)
        # DuckDB reads the old 96-bit time stamps in microseconds, Arrow in nanoseconds.
        old_times = {leaf.path for leaf in file.schema if leaf.physical_type == "INT96"}
    names = engine_names([each.name for each in fields])
    return tuple(
        SourceColumn(
            name,
            each.name,
            place,
            "TIMESTAMP" if each.name in old_times else duckdb_type(each.type),
        )
        for place, (name, each) in enumerate(zip(names, fields, strict=True))
    )
