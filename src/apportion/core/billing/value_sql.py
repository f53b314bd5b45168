"""The values of a raw column as what they mean: text, amounts, days, moments, key-value pairs.

A column that the bill lacks (None) reads as NULL of the right type, or as no money.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from functools import cache

import sqlglot
from sqlglot import exp

from apportion.model.invisible_characters import BLANKS, EMPTY_AMOUNT, EMPTY_WORDS, INVISIBLE
from apportion.model.money import SQL_TYPE
from apportion.model.period import Period

from . import tag_shapes
from .raw_columns import RawColumn, RawColumnKind

#: The type of amounts that are known to have ten places: 64 bits, twice as fast to add up.
SHORT_TYPE = "DECIMAL(18, 10)"

_PAIRS = "STRUCT(k TEXT, v TEXT)[]"

#: A DOUBLE means the shortest decimal that reads back as it. Fifteen digits in all, with as many
#: places as the amount leaves, are read through DECIMAL, four times faster than through text, and
#: only if nothing is lost. What is less than a tenth of the smallest unit is zero, which DuckDB 1.5
#: does not know: it reads '9E-20' as a whole unit.
_DOUBLE = f"""
CASE
  WHEN ABS(x) < 1e3 AND CAST(CAST(x AS DECIMAL(18, 12)) AS DOUBLE) = x
    THEN CAST(CAST(x AS DECIMAL(18, 12)) AS {SQL_TYPE})
  WHEN ABS(x) < 1e6 AND CAST(CAST(x AS DECIMAL(18, 9)) AS DOUBLE) = x
    THEN CAST(CAST(x AS DECIMAL(18, 9)) AS {SQL_TYPE})
  WHEN ABS(x) < 1e9 AND CAST(CAST(x AS DECIMAL(18, 6)) AS DOUBLE) = x
    THEN CAST(CAST(x AS DECIMAL(18, 6)) AS {SQL_TYPE})
  WHEN x IS NULL OR ABS(x) < 1e-19 THEN CAST(0 AS {SQL_TYPE})
  ELSE CAST(CAST(x AS TEXT) AS {SQL_TYPE})
END"""
_TEXT = f"""
CASE
  WHEN ABS(TRY_CAST(x AS DOUBLE)) < 1e-19 THEN CAST(0 AS {SQL_TYPE})
  ELSE COALESCE(CAST(written AS {SQL_TYPE}), 0)
END"""
_SHORT = f"COALESCE(CAST(x AS {SHORT_TYPE}), CAST(0 AS {SHORT_TYPE}))"
_EXACT = f"COALESCE(CAST(x AS {SQL_TYPE}), 0)"
_AMOUNTS = {
    RawColumnKind.DOUBLE: _DOUBLE,
    RawColumnKind.FLOAT: _TEXT.replace("written", "CAST(x AS TEXT)"),
    RawColumnKind.CSV_TEXT: _TEXT.replace(
        "written", f"NULLIF(NULLIF(TRIM(x), ''), '{EMPTY_AMOUNT}')"
    ),
    RawColumnKind.TEXT: _TEXT.replace("written", "NULLIF(TRIM(x), '')"),
}
#: Not `x IN (...)`: DuckDB makes a join of a list of six and more, and a bill has sixty columns.
_EMPTY = " ".join(f"WHEN '{word}' THEN NULL" for word in ("", *EMPTY_WORDS))
_TEXTS = {
    RawColumnKind.CSV_TEXT: f"CASE x {_EMPTY} ELSE x END",
    RawColumnKind.TEXT: "NULLIF(CAST(x AS TEXT), '')",
    RawColumnKind.BYTES: "NULLIF(DECODE(x), '')",
    # An id that went through a DOUBLE is written without exponent and point.
    RawColumnKind.DOUBLE: "CASE WHEN ABS(x) < 1e18 AND x = TRUNC(x) "
    "THEN CAST(CAST(x AS HUGEINT) AS TEXT) "
    "ELSE CAST(x AS TEXT) END",
}
#: Text may carry an offset from UTC after the date and time; DuckDB 1.5 and 2.0 read a TIMESTAMP
#: from such a text by ignoring the offset, so it goes through a TIMESTAMPTZ. What begins with no
#: digit is read with care: `epoch` and `infinity` are dates to DuckDB, and ten letters after a tab
#: lack the last of the day.
_DAY_OF_TEXT = """
CASE
  WHEN CONTAINS(SUBSTR(x, 11), '+') OR CONTAINS(SUBSTR(x, 11), '-')
    THEN CAST(MAKE_TIMESTAMP(EPOCH_US(TRY_CAST(x AS TIMESTAMPTZ))) AS DATE)
  WHEN x < '0' OR x >= ':'
    THEN TRY_CAST(REGEXP_EXTRACT(x, '^\\s*(\\d{4}-\\d{2}-\\d{2})', 1) AS DATE)
  ELSE TRY_CAST(LEFT(x, 10) AS DATE)
END"""
#: The month of a billing period is that of its first moment on the clock it is written by; an
#: offset from UTC is not applied. Where only UTC is known, the last hours of a month are the first
#: of the next one in zones up to fourteen hours ahead.
_HOURS_AHEAD = 14
_PERIOD_OF_TEXT = """
CASE
  WHEN x < '0' OR x >= ':'
    THEN TRY_CAST(REGEXP_EXTRACT(x, '^\\s*(\\d{4}-\\d{2}-\\d{2})', 1) AS DATE)
  WHEN SUBSTR(x, 12, 2) BETWEEN '10' AND '23' THEN TRY_CAST(LEFT(x, 10) AS DATE) + 1
  ELSE TRY_CAST(LEFT(x, 10) AS DATE)
END"""
_WITHIN_PERIOD = (
    "CASE WHEN x >= CAST(first AS kind) AND x < CAST(next AS kind) THEN period ELSE other END"
)
_CLEAN = f"""
LIST_TRANSFORM(
  [TRIM(NFC_NORMALIZE(REGEXP_REPLACE(REGEXP_REPLACE(x, invisible, '', 'g'), blanks, ' ', 'g')))],
  LAMBDA c : CASE c {_EMPTY} ELSE c END)[1]"""
_DAYS = {
    RawColumnKind.DATE: "x",
    RawColumnKind.TIME: "CAST(x AS DATE)",
    # Independent of the session's time zone, and of the ICU extension. DuckDB 2.0 has a type of its
    # own for nanoseconds, which pandas writes.
    RawColumnKind.ZONED_TIME: "CAST(MAKE_TIMESTAMP(EPOCH_US(CAST(x AS TIMESTAMPTZ))) AS DATE)",
}
_GIVEN = {
    RawColumnKind.CSV_TEXT: f"NOT CASE x {_EMPTY} ELSE x END IS NULL",
    RawColumnKind.TEXT: "x <> ''",
}
#: One expression, used several times, is worked out once where it is the element of a list.
_LET = "LIST_TRANSFORM([value], LAMBDA j : body)[1]"
_PAIRS_OF_MAP = """
LIST_TRANSFORM(
  MAP_ENTRIES(x), LAMBDA e : {'k': CAST(e.key AS TEXT), 'v': CAST(e.value AS TEXT)})"""
_OBJECT = """
NULLIF('{' || ARRAY_TO_STRING(LIST_TRANSFORM(
  LIST_SORT(LIST_FILTER(pairs, LAMBDA e : NOT e.k IS NULL)),
  LAMBDA e : CAST(TO_JSON(e.k) AS TEXT) || ':' || COALESCE(CAST(TO_JSON(e.v) AS TEXT), 'null')
), ',') || '}', '{}')"""
_IN_ORDER = "MAP_KEYS(x) = LIST_SORT(MAP_KEYS(x))"


def fill(template: str, **parts: exp.Expr) -> exp.Expr:
    """Put expressions where a template names them; nothing is ever pasted as text."""

    def put(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and not node.table and node.name in parts:
            part = parts[node.name]
            return part.copy() if part.parent else part  # an expression stands in one place
        return node

    return _parsed(template).transform(put)


def raw(column: RawColumn | None) -> exp.Expr:
    """Name a column as it is."""
    if column is None:
        return fill("CAST(NULL AS TEXT)")
    return exp.column(column.name, quoted=True)


def text(column: RawColumn | None) -> exp.Expr:
    """Read a text; empty is NULL, and so are the words for nothing in a CSV."""
    if column is None or column.kind not in _TEXTS:
        if column and (column.is_map or column.kind is RawColumnKind.NESTED):
            return in_order(column, json_of(pairs(column)))
        return fill("CAST(x AS TEXT)", x=raw(column))
    return fill(_TEXTS[column.kind], x=raw(column))


def clean(read: exp.Expr) -> exp.Expr:
    """Take from a text what cannot be seen and the blanks around it; words for nothing are NULL.

    For ids, of which two that look alike are one.
    """
    return fill(
        _CLEAN,
        x=read,
        invisible=exp.Literal.string(INVISIBLE),
        blanks=exp.Literal.string(BLANKS),
    )


def has_value(column: RawColumn | None) -> exp.Expr:
    """Whether a line has a value in a column; cheap, for conditions over every line."""
    if column is None:
        return fill("FALSE")
    return fill(f"({_GIVEN.get(column.kind, 'x IS NOT NULL')})", x=raw(column))


def amount(column: RawColumn | None) -> exp.Expr:
    """Read money exactly; empty is zero, and what is no number stops the engine."""
    if column is None:
        return fill(f"CAST(0 AS {SQL_TYPE})")
    return fill(_AMOUNTS.get(column.kind, _EXACT), x=raw(column))


def short_amount(column: RawColumn | None) -> exp.Expr:
    """Read money that is known to have ten places, as SHORT_TYPE; empty is zero."""
    if column is None:
        return fill(f"CAST(0 AS {SHORT_TYPE})")
    assert column.ten_places
    return fill(_SHORT, x=raw(column))


def quantity(column: RawColumn | None) -> exp.Expr:
    """Read a quantity like money, but let what is no number, or too large, be zero."""
    tolerant = amount(column).transform(_trying)
    if column is not None and column.kind is RawColumnKind.DOUBLE:
        return fill("COALESCE(q, 0)", q=tolerant)
    return tolerant


def day(column: RawColumn | None) -> exp.Expr:
    """Read the day, in UTC, on which a time lies; NULL where it cannot be read."""
    if column is None:
        return fill("CAST(NULL AS DATE)")
    if column.kind in _DAYS:
        return fill(_DAYS[column.kind], x=raw(column))
    return fill(_DAY_OF_TEXT, x=_written(column))


def interval_start(column: RawColumn | None) -> exp.Expr:
    """Read the day on which an interval `start/end` begins."""
    return fill("TRY_CAST(LEFT(x, 10) AS DATE)", x=text(column))


def month(of_day: exp.Expr, *, likely: Sequence[str]) -> exp.Expr:
    """Write the month of a day: `2026-09`.

    The months that are likely are compared with, many times faster than writing a text per line.
    """
    month: exp.Expr = fill("LEFT(CAST(d AS TEXT), 7)", d=of_day)
    for one in reversed(likely):
        period = Period.parse(one)
        month = fill(
            f"CASE WHEN d BETWEEN CAST('{period.first_day}' AS DATE) "
            f"AND CAST('{period.last_day}' AS DATE) THEN '{period}' ELSE other END",
            d=of_day,
            other=month,
        )
    return month


def period(column: RawColumn | None, *, likely: Sequence[str]) -> exp.Expr:
    """Write the month of the billing period that begins at a time: `2026-09`.

    A period begins with a month wherever its clock stands: `2026-09-01T00:00:00+02:00` is
    September, and so is `2026-08-31T22:00:00Z`, which is the same moment.
    """
    if column is None:
        return fill("CAST(NULL AS TEXT)")
    if column.kind is RawColumnKind.DATE:
        return month(raw(column), likely=likely)
    if column.kind not in _DAYS:
        return month(fill(_PERIOD_OF_TEXT, x=_written(column)), likely=())
    found: exp.Expr = fill(
        f"LEFT(CAST(CAST(m + INTERVAL {_HOURS_AHEAD} HOUR AS DATE) AS TEXT), 7)",
        m=moment(column),
    )
    kind, time = "TIMESTAMP", raw(column)
    if column.kind is RawColumnKind.ZONED_TIME:  # DuckDB 2.0 compares no TIMESTAMPTZ_NS with it
        kind, time = "TIMESTAMPTZ", fill("CAST(x AS TIMESTAMPTZ)", x=time)
    for one in reversed(likely):
        found = _within(Period.parse(one), kind, time, found)
    return found


def _within(period: Period, kind: str, time: exp.Expr, other: exp.Expr) -> exp.Expr:
    """Compare a time with the bounds of a month, many times faster than writing a text per line."""
    begins, ends = (
        datetime.combine(day, time_of_day(), UTC) - timedelta(hours=_HOURS_AHEAD)
        for day in (period.first_day, period.last_day + timedelta(days=1))
    )
    return fill(
        _WITHIN_PERIOD.replace("kind", kind),
        x=time,
        first=exp.Literal.string(f"{begins:%Y-%m-%d %H:%M:%S+00}"),
        next=exp.Literal.string(f"{ends:%Y-%m-%d %H:%M:%S+00}"),
        period=exp.Literal.string(str(period)),
        other=other,
    )


def moment(column: RawColumn | None) -> exp.Expr:
    """Read a time to the second, to measure from one to another of the same column family."""
    if column is not None and column.kind is RawColumnKind.ZONED_TIME:
        return fill("MAKE_TIMESTAMP(EPOCH_US(CAST(x AS TIMESTAMPTZ)))", x=raw(column))
    if column is not None and column.kind in (RawColumnKind.TIME, RawColumnKind.DATE):
        return fill("CAST(x AS TIMESTAMP)", x=raw(column))
    return fill("TRY_CAST(LEFT(x, 19) AS TIMESTAMP)", x=text(column))


def pairs(column: RawColumn | None) -> exp.Expr:
    """List the keys and values of a map, an object, or a list; see tag_shapes.py."""
    if column is None:
        return fill(f"CAST(NULL AS {_PAIRS})")
    if column.is_map:
        return fill(_PAIRS_OF_MAP, x=raw(column))
    found = _let(_tags(column), fill(tag_shapes.PAIRS))
    if column.kind is RawColumnKind.NESTED:
        # A STRUCT names every key of the file on every line.
        return fill("LIST_FILTER(p, LAMBDA e : NOT e.v IS NULL)", p=found)
    return found


def flat_pairs(columns: Sequence[tuple[str, exp.Expr]]) -> exp.Expr:
    """List names with their texts, leaving out those that a line does not have."""
    listed = [
        fill("{'k': name, 'v': value}", name=exp.Literal.string(name), value=value)
        for name, value in columns
    ]
    return fill("LIST_FILTER(p, LAMBDA e : NOT e.v IS NULL)", p=exp.Array(expressions=listed))


def joined(parts: Sequence[exp.Expr]) -> exp.Expr:
    """Put lists of pairs together; pairs that are equal come once."""
    if len(parts) == 1:
        return parts[0]
    together = exp.Anonymous(this="LIST_CONCAT", expressions=list(parts))
    return fill("LIST_DISTINCT(p)", p=together)


def with_prefix(listed: exp.Expr, prefix: str, *, wanted: bool) -> exp.Expr:
    """Keep the pairs whose key begins with a prefix, or the others."""
    condition = "STARTS_WITH(e.k, prefix)" if wanted else "NOT STARTS_WITH(e.k, prefix)"
    return fill(
        f"LIST_FILTER(p, LAMBDA e : {condition})", p=listed, prefix=exp.Literal.string(prefix)
    )


def json_of(listed: exp.Expr) -> exp.Expr:
    """Write pairs as one canonical JSON object: sorted, keys as they are; NULL if there are none.

    The same key with two values comes twice, sorted by value.
    """
    return fill(_OBJECT, pairs=listed)


def in_order(column: RawColumn, written: exp.Expr, *, without: str = "") -> exp.Expr:
    """Write a map like `json_of` writes its pairs, but at once where that is the same.

    Providers mostly write maps in order; those are written four times faster than by sorting.
    `without` is the beginning of keys that are left out of `written`.
    """
    if column.kind is not RawColumnKind.TEXT_MAP:
        return written
    fast = fill(_IN_ORDER, x=raw(column))
    if without:
        prefix = exp.Literal.string(without)
        none = fill(
            "LEN(LIST_FILTER(MAP_KEYS(x), LAMBDA k : STARTS_WITH(k, prefix))) = 0",
            x=raw(column),
            prefix=prefix,
        )
        fast = exp.And(this=fast, expression=none)
    whole = "CASE WHEN fast THEN NULLIF(CAST(TO_JSON(x) AS TEXT), '{}') ELSE written END"
    return fill(whole, fast=fast, x=raw(column), written=written)


def unread_tags(column: RawColumn) -> exp.Expr:
    """Give the text of what should be tags and is not read; NULL where it is, or is empty."""
    if column.kind is RawColumnKind.NESTED:
        return _let(_tags(column), fill(tag_shapes.UNREAD, t=fill("CAST(j AS TEXT)")))
    if not column.holds_text:
        return fill("CAST(NULL AS TEXT)")
    return _let(_tags(column), fill(tag_shapes.UNREAD, t=text(column)))


def map_value(column: RawColumn | None, key: str) -> exp.Expr:
    """Read one value of a map or a JSON object."""
    if column is None:
        return fill("CAST(NULL AS TEXT)")
    if column.is_map:
        return fill("NULLIF(CAST(x[key] AS TEXT), '')", x=raw(column), key=exp.Literal.string(key))
    assert key.isidentifier()
    return fill(f"NULLIF(JSON_EXTRACT_STRING(j, '$.{key}'), '')", j=_json(column))


def _written(column: RawColumn) -> exp.Expr:
    """A text as it stands, for what reads nothing out of the words for nothing anyway."""
    return (
        raw(column) if column.kind in (RawColumnKind.TEXT, RawColumnKind.CSV_TEXT) else text(column)
    )


def _tags(column: RawColumn) -> exp.Expr:
    """The JSON that tags are read from, without what is around them."""
    once = _let(_json(column), fill(tag_shapes.UNWRAPPED))
    return _let(once, fill(tag_shapes.UNWRAPPED))


def _json(column: RawColumn) -> exp.Expr:
    if column.is_map or column.kind is RawColumnKind.NESTED:
        return fill("TO_JSON(x)", x=raw(column))
    # Azure's older exports write the pairs of an object without its braces.
    return fill("COALESCE(TRY_CAST(t AS JSON), TRY_CAST('{' || t || '}' AS JSON))", t=text(column))


def _let(value: exp.Expr, body: exp.Expr) -> exp.Expr:
    """Work a value out once, under the name `j`, for an expression that uses it several times."""
    return fill(_LET, value=value, body=body)


def _trying(node: exp.Expr) -> exp.Expr:
    if type(node) is exp.Cast:
        return exp.TryCast(**{**node.args, "this": node.this.transform(_trying)})
    return node


@cache
def _parsed(template: str) -> exp.Expr:
    return sqlglot.parse_one(template, read="duckdb")
