"""JSON: amounts are text with every digit, and nothing in it can speak to a terminal."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apportion.reports.json import JsonLinesReport, JsonReport, document


def test_a_report_is_an_array_with_a_line_for_each_row() -> None:
    rows = [
        {"owner": "FIN-100", "total": Decimal("1234.5"), "lines": 3, "day": date(2026, 9, 1)},
        {"owner": None, "total": Decimal("-0.000000000000000001"), "lines": 0, "day": None},
    ]
    assert JsonReport().write(rows, ["owner", "total", "lines", "day"]).decode() == (
        "[\n"
        '  {"owner": "FIN-100", "total": "1234.50", "lines": 3, "day": "2026-09-01"},\n'
        '  {"owner": null, "total": "-0.000000000000000001", "lines": 0, "day": null}\n'
        "]\n"
    )


def test_an_empty_report_is_an_empty_array() -> None:
    assert json.loads(JsonReport().write([], ["owner"])) == []


def test_columns_choose_and_order_the_keys() -> None:
    (row,) = json.loads(JsonReport().write([{"a": 1, "b": 2, "c": 3}], ["c", "a"]))
    assert list(row.items()) == [("c", 3), ("a", 1)]


def test_what_is_nested_stays_nested() -> None:
    value = {"amount": Decimal(1), "children": [{"at": datetime(2026, 9, 1, tzinfo=UTC)}]}
    assert json.loads(document(value)) == {
        "amount": "1.00",
        "children": [{"at": "2026-09-01T00:00:00+00:00"}],
    }


@pytest.mark.parametrize("text", ["\x1b[31m", "\x9b31m", "\x7f", "\x00", "\u0085"])
def test_control_characters_are_escaped(text: str) -> None:
    content = JsonReport().write([{"owner": text}], ["owner"])
    assert json.loads(content) == [{"owner": text}]
    written = content.decode().replace("\n", "")
    assert not any(ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 for char in written)


@given(st.text(st.characters(exclude_categories=())))
@example("\ud800")
@example('"\\\u2028</script>')
def test_any_text_comes_back(text: str) -> None:
    assert json.loads(JsonReport().write([{"x": text}], ["x"])) == [{"x": text}]


def test_lines_of_json_are_the_same_objects_with_nothing_around_them() -> None:
    rows = [{"a": Decimal("1.5"), "b": "x\ny"}, {"a": None, "b": "\x9b"}]
    written = JsonLinesReport().write(rows, ["a", "b"])
    assert written == b'{"a": "1.50", "b": "x\\ny"}\n{"a": null, "b": "\\u009b"}\n'
    assert JsonLinesReport().write([], ["a"]) == b""
