"""Files are described for Iceberg as pyiceberg describes them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow.parquet as pq
from pyiceberg.io.pyarrow import (
    compute_statistics_plan,
    data_file_statistics_from_parquet_metadata,
    parquet_path_to_id_mapping,
)

from apportion.ledger.catalog import Catalog
from apportion.ledger.iceberg_catalog import IcebergCatalog
from apportion.ledger.iceberg_schemas import PROPERTIES
from apportion.ledger.parquet_import import describe, read_footer
from apportion.model.money import SQL_TYPE

ROWS = f"""
SELECT
  '2026-09' AS Period, 'acme' AS Bill, i AS KeyId,
  if(i % 3 = 0, NULL, DATE '2026-09-01' + CAST(i % 30 AS INTEGER)) AS ChargeDay,
  if(i % 2 = 0, NULL, i)::{SQL_TYPE} AS BilledCost, 1::BIGINT AS Lines
FROM range(5000) AS t(i)
"""


def test_descriptions_are_those_of_pyiceberg(tmp_path: Path) -> None:
    table = IcebergCatalog(Catalog(tmp_path / "ledger")).need("costs")
    file = tmp_path / "a [b].parquet"
    with duckdb.connect() as engine:
        options = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 2048"
        engine.execute(f"COPY ({ROWS}) TO '{file}' ({options})").fetchall()
    footer = pq.read_metadata(file)
    expected = data_file_statistics_from_parquet_metadata(
        footer,
        compute_statistics_plan(table.schema(), PROPERTIES),
        parquet_path_to_id_mapping(table.schema()),
    ).to_serialized_dict()
    found = describe(
        read_footer("costs", file), metadata=table.metadata, values=("2026-09", "acme")
    )
    assert footer.num_row_groups == 3
    assert {name: getattr(found, name) for name in expected} == expected
    assert found.file_size_in_bytes == file.stat().st_size


def test_a_file_without_rows_has_a_description(tmp_path: Path) -> None:
    table = IcebergCatalog(Catalog(tmp_path / "ledger")).need("costs")
    file = tmp_path / "none.parquet"
    with duckdb.connect() as engine:
        engine.execute(f"COPY ({ROWS} WHERE i < 0) TO '{file}' (FORMAT parquet)").fetchall()
    found = describe(
        read_footer("costs", file), metadata=table.metadata, values=("2026-09", "acme")
    )
    assert found.record_count == 0
    assert (found.lower_bounds, found.upper_bounds) == ({}, {})
