"""A damaged file is rejected, or its totals are right; it is never silently wrong.

Measured over 120,000 damaged Parquet files with page checksums, in six ways of writing them: none
silently wrong, 89 to 99 % rejected, below 0.5 % refused by DuckDB, the rest harmless (`make soak`).
Without checksums and without SHA256SUMS one in four is silently wrong, which no reader can notice;
that is what the finding B010 says, and what the last test shows.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from apportion.model.findings import bills
from apportion.sources.local_files import LocalFiles
from corrupt_bills import as_csv, as_gzip, as_parquet, as_zip, sha256sums, try_damage

CASES = 1_000
#: Of each of three ways to write Parquet.
OF_A_WAY = 400


def test_damaged_gzip(tmp_path: Path) -> None:
    outcome = try_damage(tmp_path, "bill.csv.gz", as_gzip(), times=CASES, seed=1)
    assert outcome.counts["wrong"] == 0
    assert outcome.counts["rejected"] > 0.98 * CASES


def test_damaged_zip(tmp_path: Path) -> None:
    outcome = try_damage(tmp_path, "bill.zip", as_zip(), times=CASES, seed=2)
    assert outcome.counts["wrong"] == 0
    assert outcome.counts["rejected"] > 0.95 * CASES


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"store_schema": False, "compression": "zstd", "data_page_version": "2.0"},
        {"store_schema": False, "use_dictionary": False, "row_group_size": 50},
    ],
    ids=["arrow", "bare, pages of version 2", "bare, plain, three row groups"],
)
def test_damaged_parquet_with_page_checksums(tmp_path: Path, options: dict[str, object]) -> None:
    content = as_parquet(write_page_checksum=True, **options)
    outcome = try_damage(tmp_path, "bill.parquet", content, times=OF_A_WAY, seed=3)
    assert outcome.counts["wrong"] == 0
    assert outcome.counts["rejected"] > 0.85 * OF_A_WAY


def test_damaged_parquet_with_sha256sums(tmp_path: Path) -> None:
    content = as_parquet()
    beside = {"SHA256SUMS": sha256sums("bill.parquet", content)}
    outcome = try_damage(tmp_path, "bill.parquet", content, beside=beside, times=100, seed=4)
    assert outcome.counts == {"rejected": 100}


@pytest.mark.parametrize(
    ("name", "content"), [("bill.parquet", as_parquet()), ("bill.csv", as_csv())]
)
def test_what_cannot_be_noticed_is_reported_once(tmp_path: Path, name: str, content: bytes) -> None:
    for number in range(2):
        (tmp_path / f"{number}-{name}").write_bytes(content + b"\n" * number)
    if name.endswith(".parquet"):
        (tmp_path / f"1-{name}").write_bytes(as_parquet(compression="zstd"))
    (delivery,), findings = LocalFiles([tmp_path], tmp_path / "scratch").deliver()
    codes = [finding.code for finding in findings]
    assert codes.count(bills.NOTHING_TO_CHECK_BY) == 1
    assert set(codes) == {bills.NOTHING_TO_CHECK_BY, bills.NO_ACCOUNT, bills.NO_AMOUNT}
    assert {file.checked_by for file in delivery.files} == {"nothing"}


def test_without_checksums_some_damage_cannot_be_noticed(tmp_path: Path) -> None:
    """If this fails, readers have become better than the finding B010 says: then change it."""
    outcome = try_damage(tmp_path, "bill.parquet", as_parquet(), times=100, seed=5)
    assert outcome.counts["wrong"] > 0
