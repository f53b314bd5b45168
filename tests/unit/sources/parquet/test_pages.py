"""Parquet files of every writer we have pass; a lie in any of their numbers does not."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from apportion.model.delivery import Encoding
from apportion.sources.columns import engine_names, read_columns
from apportion.sources.parquet.footer import read_footer
from apportion.sources.parquet.pages import walk_pages
from apportion.sources.parquet.thrift import DamagedBytesError

LINES = 3_000
TABLE = pa.table(
    {
        "few": pa.array([f"a{i % 17}" if i % 5 else None for i in range(LINES)]),
        "many": pa.array([f"x{i}" for i in range(LINES)]),
        "cost": pa.array([i / 7 if i % 3 else None for i in range(LINES)]),
        "exact": pa.array([Decimal(i) / 100 for i in range(LINES)], pa.decimal128(20, 4)),
        "count": pa.array(range(LINES)),
        "small": pa.array([1] * LINES, pa.int16()),
        "yes": pa.array([i % 2 == 0 for i in range(LINES)]),
        "time": pa.array([datetime(2026, 1, 1, tzinfo=UTC)] * LINES, pa.timestamp("us", "UTC")),
        "nano": pa.array([1_700_000_000_000_000_000] * LINES, pa.timestamp("ns")),
        "day": pa.array([date(2026, 1, 1)] * LINES),
        "none": pa.nulls(LINES, pa.string()),
        "tags": pa.array(
            [[("k", "v"), ("l", str(i % 9))] if i % 4 else None for i in range(LINES)],
            pa.map_(pa.string(), pa.string()),
        ),
        "parts": pa.array([{"a": i, "b": "x"} for i in range(LINES)]),
    }
)


def walked(content: bytes) -> bool:
    return walk_pages(content, read_footer(content))


def by_arrow(table: pa.Table = TABLE, **options: object) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def options_of_arrow() -> Iterator[dict[str, object]]:
    for version, dictionary, pages, rows in product(
        ("1.0", "2.6"), (True, False), ("1.0", "2.0"), (LINES, 700)
    ):
        yield {
            "version": version,
            "use_dictionary": dictionary,
            "data_page_version": pages,
            "row_group_size": rows,
        }
    for compression in ("zstd", "none", "gzip", "lz4", "brotli"):
        yield {"compression": compression, "write_page_index": True, "store_schema": False}
    yield {"data_page_size": 500}
    yield {"use_deprecated_int96_timestamps": True}
    yield {
        "use_dictionary": False,
        "column_encoding": {
            "cost": "BYTE_STREAM_SPLIT",
            "count": "DELTA_BINARY_PACKED",
            "many": "DELTA_BYTE_ARRAY",
            "few": "DELTA_LENGTH_BYTE_ARRAY",
        },
    }


@pytest.mark.parametrize("options", list(options_of_arrow()), ids=str)
def test_arrow_writes(options: dict[str, object]) -> None:
    assert walked(by_arrow(write_page_checksum=True, **options))
    assert not walked(by_arrow(**options))


@pytest.mark.parametrize("compression", ["snappy", "zstd", "uncompressed", "gzip", "brotli"])
@pytest.mark.parametrize("version", ["V1", "V2"])
def test_duckdb_writes(tmp_path: Path, compression: str, version: str) -> None:
    connection = duckdb.connect()
    connection.register("charges", TABLE)
    path = tmp_path / "duck.parquet"
    connection.execute(
        f"COPY charges TO '{path}' (FORMAT parquet, COMPRESSION {compression}, "
        f"PARQUET_VERSION {version}, ROW_GROUP_SIZE 2048)"
    ).fetchall()
    connection.close()
    assert not walked(path.read_bytes())


@pytest.mark.parametrize("compression", ["snappy", "zstd", "uncompressed", "lz4", "gzip"])
@pytest.mark.parametrize("rows", [None, 500])
def test_polars_writes(compression: str, rows: int | None) -> None:
    sink = io.BytesIO()
    frame = pl.from_arrow(TABLE.drop(["tags"]))
    assert isinstance(frame, pl.DataFrame)
    frame.write_parquet(sink, compression=compression, row_group_size=rows, data_page_size=4096)  # type: ignore[arg-type]  # the parameter is one of its literals
    assert not walked(sink.getvalue())


@pytest.mark.parametrize("lines", [0, 1])
def test_the_smallest_files(lines: int) -> None:
    walked(by_arrow(TABLE.slice(0, lines)))


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 4, "begin with PAR1"),
        (-4, None, "end with PAR1"),
        (-8, -4, "exceeds the file|longer than what it says|ends too early"),
    ],
)
def test_the_frame_of_a_file(start: int, end: int | None, expected: str) -> None:
    content = bytearray(by_arrow())
    content[start:end] = b"\xff" * 4
    with pytest.raises(DamagedBytesError, match=expected):
        walked(bytes(content))


def test_a_flipped_bit_in_a_page_breaks_its_checksum() -> None:
    content = bytearray(by_arrow(write_page_checksum=True))
    meta = pq.ParquetFile(io.BytesIO(content)).metadata.row_group(0).column(2)
    content[meta.data_page_offset + meta.total_compressed_size // 4] ^= 1
    with pytest.raises(DamagedBytesError, match="column cost: the checksum of a page is wrong"):
        walked(bytes(content))


@pytest.mark.parametrize("copy", [0, 1])
def test_a_column_renamed_in_one_place_is_reported(copy: int) -> None:
    """The name stands in the schema and in every row group."""
    content = by_arrow(pa.table({"BilledCost": [1.0]}))
    pieces = content.split(b"BilledCost")
    assert len(pieces) == 3, "Arrow's copy is in Base64"
    changed = (
        b"BilledCost".join(pieces[: copy + 1])
        + b"CilledCost"
        + b"BilledCost".join(pieces[copy + 1 :])
    )
    with pytest.raises(DamagedBytesError, match="another name"):
        walked(changed)


def test_types_are_what_duckdb_reads(tmp_path: Path) -> None:
    path = tmp_path / "types.parquet"
    table = TABLE.append_column("Few", TABLE["few"].dictionary_encode()).append_column(
        "large", TABLE["many"].cast(pa.large_string())
    )
    pq.write_table(table, path)
    connection = duckdb.connect()
    described = connection.execute(f"DESCRIBE SELECT * FROM read_parquet('{path}')").fetchall()
    connection.close()
    found = {column.name: column.type for column in read_columns(path, Encoding.PARQUET)}
    wanted = {row[0]: row[1] for row in described}
    assert found.pop("parts") == 'STRUCT("a" BIGINT, "b" VARCHAR)'
    assert wanted.pop("parts") == "STRUCT(a BIGINT, b VARCHAR)"
    assert found == wanted


@pytest.mark.parametrize(
    "header", ["A,a,a,b", "a,a_1,a", " a,b ,a", "a,,b,", "a,a,a_1", "column0,,a", "Ä,ä", "x"]
)
def test_columns_are_named_as_duckdb_does(tmp_path: Path, header: str) -> None:
    path = tmp_path / "bill.csv"
    names = header.split(",")
    path.write_text(f"{header}\n{','.join('1' for _ in names)}\n", encoding="utf-8")
    connection = duckdb.connect()
    described = connection.execute(
        f"DESCRIBE SELECT * FROM read_csv('{path}', header = true, all_varchar = true, delim = ',')"
    ).fetchall()
    connection.close()
    assert engine_names(names) == [row[0] for row in described]
    assert [column.name for column in read_columns(path, Encoding.CSV)] == engine_names(names)
