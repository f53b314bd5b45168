"""Raw values as what they mean: amounts exact, days in UTC, tags whatever their shape."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Context, Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from apportion.core.billing import value_sql
from apportion.core.billing.raw_columns import RawColumn, RawColumnKind, normal_name
from apportion.model.errors.base import EngineError
from apportion.model.invisible_characters import clean
from apportion.model.money import SQL_TYPE
from apportion.model.relation import Query
from apportion.sources.totals.group_codes import as_period
from read_bills import ENGINE, MAP
from soak import examples

UNIT = Decimal(1).scaleb(-18)
_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)


def evaluate(expression: exp.Expr, values: Sequence[Any], sql_type: str) -> list[Any]:
    """Give the expression's value for each value of the column `x`."""
    rows = [(number, value) for number, value in enumerate(values)]
    ENGINE.load("t", {"n": "BIGINT", "x": sql_type}, rows)
    found = ENGINE.rows(Query(f"SELECT {expression.sql('duckdb')} AS v FROM t ORDER BY n"))
    return [row["v"] for row in found]


def as_json(value: Any) -> Any:
    """Read JSON as pairs, so that a key may come twice."""
    return None if value is None else json.loads(value, object_pairs_hook=lambda pairs: pairs)


def column(kind: RawColumnKind) -> RawColumn:
    return RawColumn("x", kind)


@settings(max_examples=examples(15), deadline=None)
@given(st.lists(st.floats(-1e15, 1e15), min_size=1, max_size=50))
@example([0.1, 0.2, 4.7e-8, 1e-12, 1e-13, 999.999999999999, 1000.1, -0.0, 5e-324, 1e15, 0.1 + 0.2])
@example([0.30000000000000004, 123456.789012345678, 1.2345678901234567e-05, 999.9999999999999])
@example([1000.000000001, -999999.999999999, 999999.9999999999, 1e6, 1000000.000001])
@example([-999999999.999999, 999999999.9999999, 1e9, 1000000000.000001, 1234.0000000001])
def test_a_double_is_its_shortest_decimal(values: list[float]) -> None:
    expected = [Decimal(repr(value)).quantize(UNIT, context=_WIDE) for value in values]
    assert evaluate(value_sql.amount(column(RawColumnKind.DOUBLE)), values, "DOUBLE") == expected


@settings(max_examples=examples(15), deadline=None)
@given(
    st.lists(st.decimals(-(10**19), 10**19, allow_nan=False, places=None), min_size=1),
    st.sampled_from(["f", "E", "e"]),
)
@example([Decimal("4.7E-8"), Decimal("1.5E-18"), Decimal("5E-19"), Decimal("4.9E-19")], "E")
@example([Decimal("12345678901234567890.123456789012345678")], "f")
def test_an_amount_in_text_is_read_to_the_last_digit(values: list[Decimal], form: str) -> None:
    written = [f"{value:{form}}" for value in values]
    expected = [value.quantize(UNIT, context=_WIDE) for value in values]
    assert (
        evaluate(value_sql.amount(column(RawColumnKind.CSV_TEXT)), written, "VARCHAR") == expected
    )


@pytest.mark.parametrize(
    ("kind", "sql_type", "values", "expected"),
    [
        (
            RawColumnKind.CSV_TEXT,
            "VARCHAR",
            ["", "NULL", None, " ", " 1.5 ", "+.5"],
            "0 0 0 0 1.5 0.5",
        ),
        (RawColumnKind.TEXT, "VARCHAR", ["", None, "1E3"], "0 0 1000"),
        (RawColumnKind.EXACT, "BIGINT", [None, 7], "0 7"),
        (RawColumnKind.EXACT, "DECIMAL(20, 4)", [None, Decimal("-1.2345")], "0 -1.2345"),
        (RawColumnKind.FLOAT, "FLOAT", [None, 0.1], "0 0.1"),
        (RawColumnKind.DOUBLE, "DOUBLE", [None, 0.1], "0 0.1"),
    ],
)
def test_no_amount_is_zero(
    kind: RawColumnKind, sql_type: str, values: list[Any], expected: str
) -> None:
    read = evaluate(value_sql.amount(column(kind)), values, sql_type)
    assert read == [Decimal(one) for one in expected.split()]


@pytest.mark.parametrize("text", ["1,5", "$3", "abc", "1.2.3", "1e99"])
def test_what_is_no_amount_stops_the_engine(text: str) -> None:
    with pytest.raises(EngineError):
        evaluate(value_sql.amount(column(RawColumnKind.CSV_TEXT)), [text], "VARCHAR")


def test_what_is_no_quantity_is_zero() -> None:
    texts = evaluate(
        value_sql.quantity(column(RawColumnKind.CSV_TEXT)), ["abc", "", "1.5"], "VARCHAR"
    )
    assert texts == [0, 0, Decimal("1.5")]
    doubles = evaluate(
        value_sql.quantity(column(RawColumnKind.DOUBLE)), [1e300, None, 1.5], "DOUBLE"
    )
    assert doubles == [0, 0, Decimal("1.5")]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2023-11-01T00:00:00.000Z", date(2023, 11, 1)),
        ("2023-11-01T00:00:00Z", date(2023, 11, 1)),
        ("2023-11-01T00:00Z", date(2023, 11, 1)),
        ("2018-06-01 00:00:00", date(2018, 6, 1)),
        ("2026-09-01 00:00:00+00:00", date(2026, 9, 1)),
        ("2026-09-01T01:00:00+02:00", date(2026, 8, 31)),
        ("2026-09-01 23:30:00-02:00", date(2026, 9, 2)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2024-02-30", None),
        ("yesterday", None),
        ("", None),
        ("NULL", None),
    ],
)
def test_a_day_is_read_in_every_form_and_in_utc(written: str, day: date | None) -> None:
    assert evaluate(value_sql.day(column(RawColumnKind.CSV_TEXT)), [written], "VARCHAR") == [day]


@pytest.mark.parametrize(
    ("kind", "arrow", "value"),
    [
        (
            RawColumnKind.TIME,
            pa.timestamp("us"),
            datetime(2026, 9, 1, tzinfo=UTC).replace(tzinfo=None),
        ),
        (
            RawColumnKind.TIME,
            pa.timestamp("ns"),
            datetime(2026, 9, 1, tzinfo=UTC).replace(tzinfo=None),
        ),
        (
            RawColumnKind.ZONED_TIME,
            pa.timestamp("us", tz="Asia/Tokyo"),
            datetime(2026, 9, 1, 8, 59, tzinfo=timezone(timedelta(hours=9))) + timedelta(minutes=1),
        ),
        (RawColumnKind.DATE, pa.date32(), date(2026, 9, 1)),
    ],
)
def test_a_time_of_parquet_lies_on_its_day_in_utc(
    kind: RawColumnKind, arrow: pa.DataType, value: Any, tmp_path: Path
) -> None:
    pq.write_table(pa.table({"x": pa.array([value], arrow)}), tmp_path / "t.parquet")
    ENGINE.open_parquet("p", [str(tmp_path / "t.parquet")])
    day = value_sql.day(column(kind))
    (row,) = ENGINE.rows(
        Query(
            f"SELECT {day.sql('duckdb')} AS d, "
            f"{value_sql.month(day, likely=['2026-09']).sql('duckdb')} AS m FROM p"
        )
    )
    assert row == {"d": date(2026, 9, 1), "m": "2026-09"}


PERIODS = {
    "2026-09-01T00:00:00Z": "2026-09",
    "2026-09-01T00:00:00+02:00": "2026-09",
    "2026-09-01T00:00:00-05:00": "2026-09",
    "2026-09-01 00:00:00": "2026-09",
    "2026-09-01": "2026-09",
    "2026-08-31T22:00:00Z": "2026-09",
    "2026-08-31T09:59:00Z": "2026-08",
    "2026-08-31": "2026-08",
    "": None,
    "soon": None,
}


@pytest.mark.parametrize("likely", [(), ("2026-09",), ("2026-08", "2026-09")])
def test_a_period_begins_with_a_month_on_its_own_clock(likely: tuple[str, ...]) -> None:
    texts = value_sql.period(column(RawColumnKind.CSV_TEXT), likely=likely)
    assert evaluate(texts, list(PERIODS), "VARCHAR") == list(PERIODS.values())
    nothing = ("", "NULL")
    assert [as_period(text, nothing=nothing) for text in PERIODS] == [
        "?soon" if text == "soon" else month or "" for text, month in PERIODS.items()
    ]


@pytest.mark.parametrize("likely", [(), ("2026-09",), ("2026-08", "2026-09")])
@pytest.mark.parametrize(
    ("kind", "sql_type"),
    [
        (RawColumnKind.TIME, "TIMESTAMP"),
        (RawColumnKind.TIME, "TIMESTAMP_NS"),
        (RawColumnKind.ZONED_TIME, "TIMESTAMPTZ"),
        (RawColumnKind.DATE, "DATE"),
    ],
)
def test_a_period_begins_with_a_month_in_every_type(
    kind: RawColumnKind, sql_type: str, likely: tuple[str, ...]
) -> None:
    moments = [
        datetime(2026, 9, 1, tzinfo=UTC),
        datetime(2026, 8, 31, 9, 59, tzinfo=UTC),
        datetime(2026, 8, 31, 10, tzinfo=UTC),
        datetime(2026, 9, 30, 10, tzinfo=UTC),
    ]
    months = ["2026-09", "2026-08", "2026-09", "2026-10"]
    if kind is RawColumnKind.DATE:
        months = ["2026-09", "2026-08", "2026-08", "2026-09"]
    values = [_as(moment, sql_type) for moment in moments]
    read = evaluate(value_sql.period(column(kind), likely=likely), [*values, None], sql_type)
    assert read == [*months, None]
    assert [as_period(value, nothing=("",)) for value in values] == months


def _as(moment: datetime, sql_type: str) -> date:
    if sql_type == "DATE":
        return moment.date()
    return moment if sql_type == "TIMESTAMPTZ" else moment.replace(tzinfo=None)


UNCLEAN = {
    "\ufeff12": "12",
    "12\u00a0": "12",
    " 1 2 ": "1 2",
    "a\u00ad\u200bb": "ab",
    "a\u3000b": "a b",
    "\ta\r": "a",
    "None": "",
    "NULL": "",
    "\u200b": "",
    "": "",
    "0012": "0012",
    "n\u00fcll": "n\u00fcll",
}


def test_two_ids_that_look_alike_are_one_in_both_ways_of_reading() -> None:
    read = value_sql.clean(value_sql.text(column(RawColumnKind.TEXT)))
    assert evaluate(read, [*UNCLEAN, None], "VARCHAR") == [
        *(text or None for text in UNCLEAN.values()),
        None,
    ]
    assert [clean(text) for text in UNCLEAN] == list(UNCLEAN.values())


@pytest.mark.parametrize("likely", [[], ["2024-02"], ["2024-01", "2024-02", "2024-03"]])
def test_a_month_is_the_same_whether_it_is_likely(likely: list[str]) -> None:
    days = [date(2024, 1, 31), date(2024, 2, 1), date(2024, 2, 29), date(2024, 3, 1), None]
    month = value_sql.month(value_sql.day(column(RawColumnKind.DATE)), likely=likely)
    read = evaluate(month, days, "DATE")
    assert read == ["2024-01", "2024-02", "2024-02", "2024-03", None]


HOSTILE = {
    "plain": "value",
    "'; DROP TABLE bill; --": "$(rm -rf /)",
    'quote " in key': 'quote " in value',
    "back\\slash": "\\u0041",
    "new\nline": "tab\there",
    "unicode é 😀 \u202e": "日本",
    " leading": "space ",
    "long": "x" * 10_000,
    "=cmd|' /C calc'!A0": "{{7*7}}",
    "": "no key",
}


def objects_of(kind: RawColumnKind) -> exp.Expr:
    return value_sql.json_of(value_sql.pairs(column(kind)))


@pytest.mark.parametrize("order", [list, sorted, reversed])
def test_hostile_tags_come_through_a_map_in_any_order(order: Any, tmp_path: Path) -> None:
    tags = list(order(list(HOSTILE.items())))
    pq.write_table(pa.table({"x": pa.array([tags, [], None], MAP)}), tmp_path / "t.parquet")
    ENGINE.open_parquet("p", [str(tmp_path / "t.parquet")])
    tagged = column(RawColumnKind.TEXT_MAP)
    slow = objects_of(RawColumnKind.TEXT_MAP)
    fast = value_sql.in_order(tagged, slow)
    without = value_sql.in_order(
        tagged,
        value_sql.json_of(value_sql.with_prefix(value_sql.pairs(tagged), "p", wanted=False)),
        without="p",
    )
    rows = ENGINE.rows(
        Query(
            f"SELECT {slow.sql('duckdb')} AS slow, {fast.sql('duckdb')} AS fast, "
            f"{without.sql('duckdb')} AS without FROM p ORDER BY slow"
        )
    )
    whole, *empty = rows
    expected = sorted(HOSTILE.items(), key=lambda pair: pair[0].encode())
    assert as_json(whole["slow"]) == as_json(whole["fast"]) == expected
    assert as_json(whole["without"]) == [pair for pair in expected if pair[0] != "plain"]
    assert [tuple(row.values()) for row in empty] == [(None, None, None)] * 2


def test_hostile_tags_come_through_json_text() -> None:
    (read,) = evaluate(objects_of(RawColumnKind.CSV_TEXT), [json.dumps(HOSTILE)], "VARCHAR")
    assert as_json(read) == sorted(HOSTILE.items(), key=lambda pair: pair[0].encode())


def test_hostile_names_of_columns_are_names() -> None:
    name = 'x" FROM t; DROP TABLE t; --'
    expression = value_sql.text(RawColumn(name, RawColumnKind.TEXT)).sql("duckdb")
    ENGINE.load("hostile", {name: "VARCHAR"}, [("value",)])
    assert ENGINE.rows(Query(f"SELECT {expression} AS v FROM hostile")) == [{"v": "value"}]


@settings(max_examples=examples(15), deadline=None)
@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_characters="\0")),
        st.text(st.characters(codec="utf-8", exclude_characters="\0")),
        min_size=1,
    )
)
def test_any_object_comes_through(tags: dict[str, str]) -> None:
    (read,) = evaluate(
        objects_of(RawColumnKind.CSV_TEXT), [json.dumps(tags, ensure_ascii=False)], "VARCHAR"
    )
    assert as_json(read) == sorted(tags.items(), key=lambda pair: pair[0].encode())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('{"b":"2","a":"1"}', '{"a":"1","b":"2"}'),
        ('{"org":"a"," org":"b"}', '{" org":"b","org":"a"}'),
        ('{"a":"2","a":"1"}', '{"a":"1","a":"2"}'),
        ('{"a":true,"b":1.5,"c":null}', '{"a":"true","b":"1.5","c":null}'),
        ('{"a":{"b":[1]}}', '{"a":"{\\"b\\":[1]}"}'),
        ('[{"key":"a","value":"1"},{"key":"b","value":"2"}]', '{"a":"1","b":"2"}'),
        ('[{"Key":"a","Value":"1"}]', '{"a":"1"}'),
        ('[{"KEY":"a","VALUE":"1"}]', '{"a":"1"}'),
        ('[{"TagKey":"a","TagValue":"1"}]', '{"a":"1"}'),
        ('[{"name":"a","value":"1"}]', '{"a":"1"}'),
        ('[{"_1":"a","_2":"1"}]', '{"a":"1"}'),
        ('[{"b":"2"},{"a":"1"}]', '{"a":"1","b":"2"}'),
        ('[["b","2"],["a","1"]]', '{"a":"1","b":"2"}'),
        ('["a:1","user:b:2","c = 3"]', '{"a":"1","c":"3","user:b":"2"}'),
        ('["a:1","nothing"]', '{"a":"1"}'),
        ('{"tags":{"a":"1"}}', '{"a":"1"}'),
        ('{"TagSet":[{"Key":"a","Value":""}]}', '{"a":""}'),
        ('"{\\"a\\":\\"1\\"}"', '{"a":"1"}'),
        ('"{\\"Tags\\":[[\\"a\\",\\"1\\"]]}"', '{"a":"1"}'),
        ('{"tags":"a"}', '{"tags":"a"}'),
        ("null", None),
        ('[{"value":"no key"}]', None),
        ("{}", None),
        ("[]", None),
        ("", None),
        ("NULL", None),
        ("{a: 1}", None),
        ('"text"', None),
        ("7", None),
    ],
)
def test_json_text_becomes_one_canonical_object(written: str, read: str | None) -> None:
    assert evaluate(objects_of(RawColumnKind.CSV_TEXT), [written], "VARCHAR") == [read]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("{a: 1}", "{a: 1}"),
        ("7", "7"),
        ('"text"', '"text"'),
        ('["a:1","nothing"]', '["a:1","nothing"]'),
        ('[{"value":"no key"}]', '[{"value":"no key"}]'),
        ('{"a":{"b":"1"}}', '{"a":{"b":"1"}}'),
        ('{"a":["1"]}', '{"a":["1"]}'),
        ('{"keys":["a"],"values":["1"]}', '{"keys":["a"],"values":["1"]}'),
        ('{"key":"a","value":"1"}', '{"key":"a","value":"1"}'),
        ('{"key":"a","owner":"1"}', None),
        ('[["a",["1"]]]', '[["a",["1"]]]'),
        ('[{"Key":"a","Value":{"b":"1"}}]', '[{"Key":"a","Value":{"b":"1"}}]'),
        ('[{"Key":"a","Value":"1"}]', None),
        ('["a:1"]', None),
        ('[["a","1"]]', None),
        ("{}", None),
        ("[]", None),
        ("null", None),
        ('{"a":"1"}', None),
        ("", None),
    ],
)
def test_what_is_no_json_is_kept_as_it_is(written: str, kept: str | None) -> None:
    unread = value_sql.unread_tags(column(RawColumnKind.CSV_TEXT))
    assert evaluate(unread, [written], "VARCHAR") == [kept]


@pytest.mark.parametrize(
    ("arrow", "value", "read"),
    [
        (pa.struct({"b": pa.string(), "a": pa.string()}), {"b": "2", "a": None}, '{"b":"2"}'),
        (
            pa.list_(pa.struct({"key": pa.string(), "value": pa.string()})),
            [{"key": "b", "value": "2"}, {"key": "a", "value": "1"}],
            '{"a":"1","b":"2"}',
        ),
        (
            pa.list_(pa.struct({"Key": pa.string(), "Value": pa.string()})),
            [{"Key": "a", "Value": "1"}],
            '{"a":"1"}',
        ),
        (pa.struct({"b": pa.string()}), None, None),
        (pa.list_(pa.list_(pa.string())), [["b", "2"], ["a", "1"]], '{"a":"1","b":"2"}'),
        (pa.list_(pa.string()), ["b:2", "a:1"], '{"a":"1","b":"2"}'),
        (
            pa.list_(pa.struct({"_1": pa.string(), "_2": pa.string()})),
            [{"_1": "a", "_2": "1"}],
            '{"a":"1"}',
        ),
        (pa.struct({"Tags": pa.struct({"a": pa.string()})}), {"Tags": {"a": "1"}}, '{"a":"1"}'),
    ],
)
def test_structs_and_lists_become_one_canonical_object(
    arrow: pa.DataType, value: Any, read: str | None, tmp_path: Path
) -> None:
    pq.write_table(pa.table({"x": pa.array([value], arrow)}), tmp_path / "t.parquet")
    ENGINE.open_parquet("p", [str(tmp_path / "t.parquet")])
    (row,) = ENGINE.rows(
        Query(f"SELECT {objects_of(RawColumnKind.NESTED).sql('duckdb')} AS v FROM p")
    )
    assert row["v"] == read


def test_a_column_that_is_not_there_is_nothing_of_its_type() -> None:
    read = [
        value_sql.text(None),
        value_sql.amount(None),
        value_sql.quantity(None),
        value_sql.day(None),
        value_sql.has_value(None),
        value_sql.json_of(value_sql.pairs(None)),
        value_sql.map_value(None, "key"),
    ]
    columns = ", ".join(f"{one.sql('duckdb')} AS c{n}" for n, one in enumerate(read))
    (row,) = ENGINE.rows(Query(f"SELECT {columns}"))
    assert list(row.values()) == [None, 0, 0, None, False, None, None]
    described = ENGINE.rows(Query(f"DESCRIBE SELECT {columns}"))
    assert [one["column_type"] for one in described][:4] == [
        "VARCHAR",
        SQL_TYPE.replace(" ", ""),
        SQL_TYPE.replace(" ", ""),
        "DATE",
    ]


@pytest.mark.parametrize(
    "spellings",
    [
        ("lineItem/UnblendedCost", "line_item_unblended_cost", "LINE_ITEM_UNBLENDED_COST"),
        ("lineItem/LineItemType", "line_item_line_item_type", "line_item_type"),
        (
            "savingsPlan/SavingsPlanARN",
            "savingsPlan/SavingsPlanArn",
            "savings_plan_savings_plan_a_r_n",
            "savings_plan_savings_plan_arn",
        ),
        ("reservation/ReservationARN", "reservation_reservation_a_r_n"),
        ("product/ProductName", "product_product_name"),
        ("x_CostCategories", "X_COSTCATEGORIES"),
        ("pricing/publicOnDemandCost", "pricing_public_on_demand_cost"),
    ],
)
def test_names_are_one_in_every_spelling(spellings: tuple[str, ...]) -> None:
    assert len({normal_name(one) for one in spellings}) == 1
