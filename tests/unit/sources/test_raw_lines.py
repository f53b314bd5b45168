"""Lines are read by their places, as many as the limit allows."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from apportion.model.delivery import Delivery, LinePlace, ReadLimit
from apportion.model.errors.base import FindingsError
from apportion.sources.local_files import LocalFiles
from apportion.sources.raw_lines import read_lines
from read_bills import cur_line, write_parquet
from stories import bill_of, csv_bill

ALL = ReadLimit(lines=99, decoded=10_000)


def delivery_of(folder: Path, *files: Path) -> Delivery:
    deliveries, _findings = LocalFiles(files, folder / "scratch").deliver()
    (delivery,) = deliveries
    return delivery


def in_groups(folder: Path, *, lines: int, of: int) -> Delivery:
    """A bill of CUR 2.0 whose resources are numbered, in row groups of some lines."""
    charges = [cur_line(line_item_resource_id=f"i-{n}") for n in range(lines)]
    path = write_parquet(folder / "bill.parquet", charges)
    pq.write_table(pq.read_table(path), path, row_group_size=of)
    return delivery_of(folder, path)


def rows_read(delivery: Delivery, rows: Sequence[int], limit: ReadLimit) -> list[object]:
    places = [LinePlace(0, row) for row in rows]
    lines = read_lines(delivery, places, ["line_item_resource_id"], limit)
    return [line.values["line_item_resource_id"] for line in lines]


def test_rows_are_read_in_the_order_of_their_places(tmp_path: Path) -> None:
    delivery = in_groups(tmp_path, lines=10, of=4)
    assert rows_read(delivery, [9, 0, 4, 3, 9], ALL) == ["i-9", "i-0", "i-4", "i-3"]


def test_places_are_read_in_order_within_the_limit(tmp_path: Path) -> None:
    """Row 7 decodes eight lines of a group; 3 is among them; 15 would decode six more."""
    delivery = in_groups(tmp_path, lines=20, of=10)
    assert rows_read(delivery, [7, 15, 3, 10], ReadLimit(9, 8)) == ["i-7", "i-3"]
    assert rows_read(delivery, [7, 15, 3, 10], ReadLimit(9, 9)) == ["i-7", "i-3", "i-10"]
    assert rows_read(delivery, [7, 15, 3, 10], ReadLimit(2, 99)) == ["i-7", "i-15"]


@pytest.mark.parametrize("name", ["bill.parquet", "bill.csv"])
def test_a_line_beyond_the_limit_leaves_it_to_others(tmp_path: Path, name: str) -> None:
    """The largest charge can be far down in a CSV, which is decoded from its start."""
    path = tmp_path / name
    if name == "bill.csv":
        path.write_bytes(csv_bill(bill_of([{"day": "2026-09-01", "cost": "1"}] * 20)))
    else:
        write_parquet(path, [cur_line()] * 20)
    delivery = delivery_of(tmp_path, path)
    limit = ReadLimit(lines=9, decoded=8)
    for rows, read in (([19, 3, 10, 7], [3, 7]), ([19, 10, 12], [10]), ([], [])):
        places = [LinePlace(0, row) for row in rows]
        lines = read_lines(delivery, places, [], limit)
        assert [line.place.row for line in lines] == read


def test_a_record_of_a_csv_over_several_lines_is_one_row(tmp_path: Path) -> None:
    lines = [
        {"day": "2026-09-01", "cost": "1", "ChargeDescription": text}
        for text in ("one", 'a "quoted"\nand broken, text', "three")
    ]
    for number, name in enumerate(("plain.csv", "packed.csv.gz")):
        path = tmp_path / name
        content = csv_bill(bill_of(lines))
        path.write_bytes(gzip.compress(content) if number else content)
        delivery = delivery_of(tmp_path, path)
        places = [LinePlace(0, 2), LinePlace(0, 1)]
        third, second = read_lines(delivery, places, ["ChargeDescription"], ALL)
        assert third.values["ChargeDescription"] == "three"
        assert second.values["ChargeDescription"] == 'a "quoted"\nand broken, text'
        assert (second.name, second.period) == (f"{path} row 2", "2026-09")


def test_the_line_with_the_largest_amount_of_a_csv_is_known(tmp_path: Path) -> None:
    path = tmp_path / "bill.csv"
    costs = ("3", "-70.5", "70.4")
    path.write_bytes(csv_bill(bill_of([{"day": "2026-09-01", "cost": each} for each in costs])))
    (file,) = delivery_of(tmp_path, path).files
    assert (file.largest.row, file.largest.units) == (1, 705 * 10**17)


def test_a_file_without_a_column_has_no_value_of_it(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "bill.parquet", [cur_line()])
    table = pq.read_table(path)
    other = tmp_path / "other.parquet"
    pq.write_table(table.append_column("more", pa.array(["x"])), other)
    delivery = delivery_of(tmp_path, path, other)
    places = [LinePlace(0, 0), LinePlace(1, 0)]
    assert ["more" in line.values for line in read_lines(delivery, places, ["more"], ALL)] == [
        False,
        True,
    ]


@pytest.mark.parametrize("name", ["bill.parquet", "bill.csv"])
def test_a_file_that_is_changed_after_it_was_verified_is_a_finding(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    if name == "bill.csv":
        path.write_bytes(csv_bill(bill_of([{"day": "2026-09-01", "cost": "1"}] * 3)))
    else:
        write_parquet(path, [cur_line()] * 3)
    delivery = delivery_of(tmp_path, path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(FindingsError, match=r"B\d+ .*read a second time.*was changed"):
        read_lines(delivery, [LinePlace(0, 2)], ["Tags"], ALL)
