"""Records of a CSV are counted twice, and no quote hides any of them."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apportion.model.delivery import Delivery
from apportion.model.findings import bills
from apportion.model.findings.finding import Code, Finding, failing
from apportion.model.money import from_units
from apportion.sources.csv_records import QuickCount, count_records
from apportion.sources.local_files import LocalFiles
from soak import examples

COLUMNS = (
    *("BillingAccountId", "ServiceName", "BillingPeriodStart", "ChargePeriodStart"),
    *("BilledCost", "Tags", "ChargeDescription"),
)
LINE = "001,EC2,2026-09-01T00:00:00Z,2026-09-{day:02}T00:00:00Z,10,{tags},words"
TAGS = '"{{""CostCenter"": ""A"", ""Owner"": ""B""}}"'
PRETTY = '"{\n  ""CostCenter"": ""A"",\n  ""Many"": [1, 2, 3, 4, 5, 6, 7]\n}"'


def lines_of(count: int, tags: str = "") -> list[str]:
    return [",".join(COLUMNS)] + [LINE.format(day=day + 1, tags=tags) for day in range(count)]


def deliver(path: Path, content: bytes) -> tuple[list[Delivery], list[Finding]]:
    path.write_bytes(content)
    return LocalFiles([path], path.parent / "scratch").deliver()


def billed(deliveries: Sequence[Delivery]) -> Decimal:
    return from_units(sum(total.units[0] for each in deliveries for total in each.stated))


def refused(path: Path, lines: Sequence[str], code: Code, *, end: str = "\n") -> Finding:
    deliveries, findings = deliver(path, end.join(lines).encode() + end.encode())
    assert deliveries == []
    (finding,) = failing(findings)
    assert finding.code is code
    return finding


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("tags", ["", TAGS.format()])
@pytest.mark.parametrize("last", [3, 6])
def test_lines_between_two_quotes_are_found(tmp_path: Path, end: str, tags: str, last: int) -> None:
    lines = lines_of(10, tags)
    lines[2] = lines[2].replace("EC2", '"big disk')
    lines[last] = lines[last].replace("EC2", 'disk 5"')
    code = bills.QUOTES if tags else bills.RECORDS_IN_A_VALUE
    finding = refused(tmp_path / "bill.csv", lines, code, end=end)
    assert finding.place.endswith("bill.csv:3")
    assert tags or finding.found == f"{last - 1} lines with all 7 fields"


def test_lines_hidden_in_the_last_column_are_found(tmp_path: Path) -> None:
    lines = lines_of(10)
    lines[4] = lines[4].replace("words", '"19')
    lines[5] = lines[5].replace("words", 'rack"')
    assert refused(tmp_path / "bill.csv", lines, bills.RECORDS_IN_A_VALUE).place.endswith(":5")


@pytest.mark.parametrize("position", ["first", "middle", "last"])
def test_values_of_many_lines_are_fine(tmp_path: Path, position: str) -> None:
    """Pretty-printed JSON, wherever it stands, and two such values in one record."""
    rows = [line.split(",") for line in lines_of(3)]
    for row in rows[1:]:
        row[5] = row[6] = PRETTY
    order = {
        "first": [5, 6, 0, 1, 2, 3, 4],
        "middle": [0, 5, 1, 6, 2, 3, 4],
        "last": list(range(7)),
    }
    content = "\n".join(",".join(row[place] for place in order[position]) for row in rows)
    deliveries, findings = deliver(tmp_path / "bill.csv", content.encode())
    assert failing(findings) == []
    assert billed(deliveries) == 30


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_kind_and_empty_lines(tmp_path: Path, end: str) -> None:
    lines = lines_of(3, TAGS.format())
    content = end.join([*lines[:2], "", *lines[2:], "", ""]).encode()
    deliveries, findings = deliver(tmp_path / "bill.csv", content)
    assert failing(findings) == []
    assert (billed(deliveries), deliveries[0].files[0].rows) == (30, 3)


@pytest.mark.parametrize("text", ['19" rack', '19" and 20" racks', 'a ""b'])
def test_a_quote_inside_an_unquoted_value_is_a_sign_like_any_other(
    tmp_path: Path, text: str
) -> None:
    lines = lines_of(4, TAGS.format())
    lines[2] = lines[2].replace("EC2", text)
    deliveries, findings = deliver(tmp_path / "bill.csv", "\n".join(lines).encode())
    assert failing(findings) == []
    assert billed(deliveries) == 40


def test_control_characters_in_a_value_are_signs_like_any_other(tmp_path: Path) -> None:
    lines = lines_of(2)
    lines[1] = lines[1].replace("EC2", "\x01\x02\x1b[31mred\x7f")
    deliveries, findings = deliver(tmp_path / "bill.csv", "\n".join(lines).encode())
    assert failing(findings) == []
    assert billed(deliveries) == 20


@pytest.mark.parametrize(
    ("tags", "shows"),
    [
        (json.dumps(json.dumps({"CostCenter": "A"})), "after a backslash"),
        ('"19" rack"', '19" rack'),
        ('"19" rack, 20" high"', '19" rack'),
    ],
)
def test_quotes_that_are_not_doubled_are_reported_with_their_line(
    tmp_path: Path, tags: str, shows: str
) -> None:
    lines = lines_of(4)
    lines[3] = LINE.format(day=3, tags=tags)
    finding = refused(tmp_path / "bill.csv", lines, bills.QUOTES)
    assert finding.place.endswith("bill.csv:4")
    assert shows in finding.found
    assert "doubled" in finding.remedy
    assert ("Spark" in finding.remedy) == ("backslash" in finding.found)


def test_a_quote_left_open_names_its_line(tmp_path: Path) -> None:
    lines = lines_of(9, TAGS.format())
    lines[5] = lines[5].replace("words", '"words')
    finding = refused(tmp_path / "bill.csv", lines, bills.QUOTES)
    assert finding.place.endswith("bill.csv:6")
    assert "UTF-8" not in finding.remedy


def test_a_record_of_another_width_names_its_line(tmp_path: Path) -> None:
    lines = lines_of(4, PRETTY)
    lines[3] += ",more"
    assert refused(tmp_path / "b.csv", lines, bills.WRONG_WIDTH).place.endswith("b.csv:10")


@pytest.mark.parametrize("cost", ["99999999999999999999", "-99999999999999999999", "1e20"])
def test_an_amount_too_large_to_add_names_its_line(tmp_path: Path, cost: str) -> None:
    lines = lines_of(4, PRETTY)
    lines[2] = lines[2].replace(",10,", f",{cost},")
    lines[3] = lines[3].replace(",10,", f",{cost},")
    finding = refused(tmp_path / "b.csv", lines, bills.NOT_AN_AMOUNT)
    assert finding.place.endswith("b.csv:6")
    assert finding.found.startswith(repr(cost))


@pytest.mark.parametrize(
    ("name", "content", "found", "remedy"),
    [
        ("b.csv", gzip.compress(b"a,b\n", mtime=0), ".csv.gz", "Rename it to end in .csv.gz"),
        ("b.csv", b"PK\x03\x04" + bytes(30) + b"xl/workbook.xml", "workbook", "as CSV UTF-8"),
        ("b.csv", b"PK\x03\x04" + bytes(30) + b"a.csv", ".zip", "end in .zip"),
        ("b.csv", b"\x28\xb5\x2f\xfd" + bytes(9), "zstd", "Unpack"),
        ("b.csv", b"<!DOCTYPE html><html>", "web page", "Fetch the file again"),
        ("b.csv", b'<?xml version="1.0"?><Error><Code>AccessDenied', "error", "Fetch"),
        ("b.csv.gz", ",".join(COLUMNS).encode(), ".csv", "Rename it to end in .csv"),
        ("b.parquet", ",".join(COLUMNS).encode(), ".csv", "Rename it to end in .csv"),
    ],
)
def test_a_file_of_another_kind_is_named(
    tmp_path: Path, name: str, content: bytes, found: str, remedy: str
) -> None:
    deliveries, (finding,) = deliver(tmp_path / name, content)
    assert deliveries == []
    assert finding.code is bills.WRONG_ENDING
    assert found in finding.found
    assert remedy in finding.remedy


@pytest.mark.parametrize("name", ["b.csv", "b.csv.gz", "b.parquet", "b.zip"])
def test_an_empty_file_is_reported(tmp_path: Path, name: str) -> None:
    _, (finding,) = deliver(tmp_path / name, b"")
    assert finding.found == "an empty file"
    assert "UTF-8" not in finding.remedy


CELLS = st.text(st.sampled_from('ab,"\n\r '), max_size=6)


@settings(deadline=None, max_examples=examples(30))
@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=8), st.integers(1, 7))
def test_well_formed_records_are_counted_in_pieces_of_any_size(
    rows: list[list[str]], size: int
) -> None:
    made = io.StringIO(newline="")
    csv.writer(made, quoting=csv.QUOTE_ALL).writerows(rows)
    content = made.getvalue().encode()
    counting = QuickCount()
    stream = io.BytesIO(content)
    while chunk := stream.read(size):
        while chunk.endswith(b'"') and (more := stream.read(1)):
            chunk += more
        counting.look_at(chunk)
    counting.end()
    assert (counting.in_place, counting.is_closed) == (True, True)
    assert counting.count == len(rows)


def test_both_ways_of_counting_agree(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_bytes("\n".join([*lines_of(3, PRETTY), "", *lines_of(2)]).encode())
    counting = QuickCount()
    counting.look_at(path.read_bytes())
    counting.end()
    quick = count_records("b.csv", path, counting)
    counting.in_place = False
    assert count_records("b.csv", path, counting) == quick
    assert (quick.count, quick.over_lines) == (7, True)
