"""The corrupted-file suite, many thousand times: `make soak`."""

from __future__ import annotations

from pathlib import Path

import pytest

from corrupt_bills import as_gzip, as_parquet, as_zip, try_damage
from soak import only_in_soak

CASES = 10_000

pytestmark = only_in_soak


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bill.csv.gz", as_gzip()),
        ("bill.zip", as_zip()),
        ("bill.parquet", as_parquet(write_page_checksum=True)),
        ("bill.parquet", as_parquet(write_page_checksum=True, store_schema=False)),
        ("bill.parquet", as_parquet(write_page_checksum=True, version="1.0", compression="gzip")),
        ("bill.parquet", as_parquet(write_page_checksum=True, write_statistics=False)),
        ("bill.parquet", as_parquet(write_page_checksum=True, data_page_size=300)),
        ("bill.parquet", as_parquet(write_page_checksum=True, data_page_version="2.0")),
    ],
    ids=["gzip", "zip", "parquet", "bare", "old", "no statistics", "small pages", "version 2"],
)
@pytest.mark.parametrize("seed", [10, 11])
def test_never_silently_wrong(tmp_path: Path, name: str, content: bytes, seed: int) -> None:
    outcome = try_damage(tmp_path, name, content, times=CASES, seed=seed)
    assert outcome.counts["wrong"] == 0
    assert sum(outcome.counts.values()) == CASES
