"""Parquet: exact decimals with the types of a full report, even where there are no rows."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apportion.reports.columns import BinaryFloatError
from apportion.reports.parquet import ParquetReport
from soak import examples


def read(content: bytes) -> Any:
    return pq.read_table(io.BytesIO(content))


def test_types_are_exact() -> None:
    row = {
        "owner": "FIN-100",
        "total": Decimal("1234.500000000000000001"),
        "share": Decimal("0.25"),
        "lines": 3,
        "day": date(2026, 9, 1),
        "at": datetime(2026, 9, 1, 12, tzinfo=UTC),
        "proved": True,
        "facts": {"amount": Decimal(1)},
    }
    table = read(ParquetReport().write([row, dict.fromkeys(row)], list(row)))
    assert {field.name: str(field.type) for field in table.schema} == {
        "owner": "string",
        "total": "decimal128(38, 18)",
        "share": "decimal128(38, 18)",
        "lines": "int64",
        "day": "date32[day]",
        "at": "timestamp[us, tz=UTC]",
        "proved": "bool",
        "facts": "string",
    }
    first, second = table.to_pylist()
    assert first == row | {"facts": '{"amount": "1.00"}'}
    assert second == dict.fromkeys(row)


def test_an_empty_report_has_the_types_of_a_full_one() -> None:
    table = read(ParquetReport().write([], ["owner", "direct", "total", "share", "EffectiveCost"]))
    kinds = [str(field.type) for field in table.schema]
    assert kinds == ["string", *["decimal128(38, 18)"] * 4]
    assert table.num_rows == 0


def test_duckdb_adds_it_up_exactly(tmp_path: Any) -> None:
    path = tmp_path / "report.parquet"
    rows = [{"total": Decimal("0.000000000000000001")}] * 3
    path.write_bytes(ParquetReport().write(rows, ["total"]))
    (found,) = duckdb.sql(f"SELECT SUM(total) FROM '{path}'").fetchall()
    assert found == (Decimal("0.000000000000000003"),)


def test_a_column_of_amounts_and_whole_numbers_is_money() -> None:
    table = read(ParquetReport().write([{"total": 1}, {"total": Decimal("0.5")}], ["total"]))
    assert table.column("total").to_pylist() == [Decimal(1), Decimal("0.5")]


def test_a_binary_float_is_refused() -> None:
    with pytest.raises(BinaryFloatError, match=r"total holds the float 0\.1"):
        ParquetReport().write([{"total": 0.1}], ["total"])


@settings(max_examples=examples(15))
@given(
    st.lists(st.decimals("-1e19", "1e19", places=18), max_size=5),
    st.text(st.characters(exclude_categories=["Cs"])),
)
@example([Decimal("99999999999999999999.999999999999999999")], "\0")
def test_what_is_written_comes_back(amounts: list[Decimal], owner: str) -> None:
    rows = [{"owner": owner, "total": amount} for amount in amounts]
    assert read(ParquetReport().write(rows, ["owner", "total"])).to_pylist() == rows
