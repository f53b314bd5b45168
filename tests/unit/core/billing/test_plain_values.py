"""Values read a second time are those of the SQL that an engine runs, or are not compared."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apportion.core.billing import plain_values, value_sql
from apportion.core.billing.plain_values import NotReadError
from apportion.core.billing.raw_columns import RawColumn, RawColumnKind
from apportion.core.billing.tag_shapes import KEY_NAMES, VALUE_NAMES
from apportion.model.invisible_characters import clean
from apportion.model.relation import Query
from read_bills import ENGINE
from soak import examples

TEXT = RawColumn("x", RawColumnKind.TEXT)
CSV = RawColumn("x", RawColumnKind.CSV_TEXT)

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
scalars = st.one_of(st.none(), st.booleans(), st.integers(-(10**17), 10**17), words)
part_names = st.sampled_from((*KEY_NAMES, *VALUE_NAMES, "Name", "tags"))
objects = st.dictionaries(st.one_of(words, part_names), scalars, max_size=4)
lists = st.lists(st.fixed_dictionaries({"Key": words, "Value": words}), max_size=3)


def by_engine(written: Sequence[str]) -> list[tuple[Any, Any]]:
    """The tags of texts, and what of them is not read, by the SQL."""
    ENGINE.load("t", {"n": "BIGINT", "x": "VARCHAR"}, list(enumerate(written)))
    tags = value_sql.json_of(value_sql.pairs(TEXT)).sql("duckdb")
    unread = value_sql.unread_tags(TEXT).sql("duckdb")
    rows = ENGINE.rows(Query(f"SELECT {tags} AS tags, {unread} AS unread FROM t ORDER BY n"))
    return [(row["tags"], row["unread"]) for row in rows]


def a_second_time(written: str) -> tuple[str | None, str | None]:
    tags = plain_values.json_of([plain_values.pairs(TEXT, written)])
    return tags, plain_values.unread_tags(TEXT, written)


@settings(max_examples=examples(15), deadline=None)
@given(st.lists(st.one_of(objects, lists, scalars), min_size=1, max_size=20))
@example([{"b": "1", "a": "2"}, {"a": '"\\\b\f\n\r\t\x01\x1f\x7f/é😀\u2028'}])
@example([{"tags": {"a": "1"}}, {"resource_tags": [{"key": "a", "value": None}]}, '{"a": "1"}'])
@example([{"key": "a", "value": "b"}, {"tags": {"Key": "a", "Value": "b"}}, {"KEY": 1, "x": "y"}])
@example([[{"KEY": "a", "VALUE": "b"}], '{"key": "a", "value": "b"}'])
@example([{"key": "a"}, [{"TagKey": "a", "TagValue": "1"}, {"key": "a"}], [], {}, None, 7, True])
def test_tags_of_json_are_those_of_the_engine(values: list[Any]) -> None:
    written = [json.dumps(value, ensure_ascii=len(str(value)) % 2 == 0) for value in values]
    found = by_engine(written)
    compared = 0
    for text, expected in zip(written, found, strict=True):
        try:
            assert a_second_time(text) == expected, text
        except NotReadError:
            continue
        compared += 1
    assert compared or all(isinstance(value, str) for value in values)


@pytest.mark.parametrize(
    "written",
    [
        '{"a": {"b": 1}}',
        '{"a": [1]}',
        '{"a": 1.50}',
        '{"a": 1e5}',
        '{"a": -0}',
        '{"a": 12345678901234567890}',
        f'{{"a": {"1" * 5000}}}',
        f'{{"a": -{"1" * 5000}.5}}',
        f'{{"a": 1e{"1" * 5000}}}',
        '[["a", "b"]]',
        '["a:b"]',
        "Team=a",
        '{"a": NaN}',
        '{"a": "\\ud800"}',
        "[" * 5000,
    ],
)
def test_forms_that_engines_write_in_their_own_way_are_not_compared(written: str) -> None:
    with pytest.raises(NotReadError):
        a_second_time(written)


def test_pairs_without_braces_are_an_object() -> None:
    assert a_second_time('"a": "1"') == by_engine(['"a": "1"'])[0] == ('{"a":"1"}', None)


@pytest.mark.parametrize("column", [TEXT, CSV])
@pytest.mark.parametrize("value", ["", "NULL", "None", "nan", " ", "x", "<NA>"])
def test_words_for_nothing_are_nothing_in_a_csv_alone(column: RawColumn, value: str) -> None:
    ENGINE.load("t", {"x": "VARCHAR"}, [(value,)])
    read, given = value_sql.text(column).sql("duckdb"), value_sql.has_value(column).sql("duckdb")
    cleaned = value_sql.clean(value_sql.text(column)).sql("duckdb")
    (row,) = ENGINE.rows(Query(f"SELECT {read} AS r, {given} AS g, {cleaned} AS c FROM t"))
    text = plain_values.text(column, value)
    assert (text, clean(text or "") or None) == (row["r"], row["c"])
    assert plain_values.has_value(column, value) == row["g"]


@pytest.mark.parametrize(
    ("kind", "sql_type", "value"),
    [
        (RawColumnKind.DOUBLE, "DOUBLE", 123456789012.0),
        (RawColumnKind.EXACT, "BIGINT", -7),
        (RawColumnKind.EXACT, "DECIMAL(10, 2)", "1.50"),
        (RawColumnKind.FLAG, "BOOLEAN", True),
        (RawColumnKind.BYTES, "BLOB", "é".encode()),
    ],
)
def test_other_kinds_are_written_alike(kind: RawColumnKind, sql_type: str, value: object) -> None:
    column = RawColumn("x", kind)
    ENGINE.load("t", {"x": sql_type}, [(value,)])
    rows = ENGINE.rows(Query(f"SELECT {value_sql.text(column).sql('duckdb')} AS v, x FROM t"))
    assert plain_values.text(column, rows[0]["x"]) == rows[0]["v"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (RawColumnKind.DOUBLE, 0.5),
        (RawColumnKind.DOUBLE, float("nan")),
        (RawColumnKind.DOUBLE, 1e20),
        (RawColumnKind.NESTED, [{"Key": "a"}]),
        (RawColumnKind.TIME, "2026-09-01"),
    ],
)
def test_other_values_are_not_compared(kind: RawColumnKind, value: object) -> None:
    with pytest.raises(NotReadError):
        plain_values.text(RawColumn("x", kind), value)
