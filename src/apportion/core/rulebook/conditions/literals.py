"""Literals in conditions: numbers, dates and patterns, and how they are copied."""

from __future__ import annotations

import re
from datetime import date

from sqlglot import exp

from .functions import Argument, wrong_pattern

#: DuckDB takes no offset beyond 4294967295, and none is needed.
WHOLE_NUMBER = re.compile(r"[0-9]{1,6}")
_MOST_PLACES = 9
#: DuckDB fails where comparing two numbers needs more than 38 digits: 29 before the point, 9 after.
_MOST_DIGITS = 29
NUMBER = re.compile(r"[0-9]{1,18}(\.[0-9]{1,9})?")


def wrong_literal(node: exp.Expr, take: Argument) -> str | None:
    """The problem of a literal; empty if it is of another kind, None if it is correct."""
    literal = node.this if take is Argument.WHOLE and isinstance(node, exp.Neg) else node
    if not isinstance(literal, exp.Literal) or bool(literal.is_string) == (take is Argument.WHOLE):
        return ""
    if take is Argument.PATTERN:
        return wrong_pattern(literal.name) or None
    right = set(literal.name) <= set("cis")
    if take is Argument.WHOLE:
        right = WHOLE_NUMBER.fullmatch(literal.name) is not None
    return None if right else ""


def literal_copy(node: exp.Expr) -> exp.Expr:
    """Rebuild a correct literal."""
    if isinstance(node, exp.Neg):
        return exp.Neg(this=exp.Literal.number(node.this.name))
    if isinstance(node, exp.Literal) and not node.is_string:
        return exp.Literal.number(node.name)
    return exp.Literal.string(node.name)


def is_date(text: str) -> bool:
    """Whether a text is a date in the form of ISO 8601: 2026-01-31."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


_TYPES = {
    **dict.fromkeys(("VARCHAR", "TEXT", "CHAR"), "VARCHAR"),
    **dict.fromkeys(("INT", "BIGINT", "SMALLINT", "TINYINT"), "BIGINT"),
    "DATE": "DATE",
}


def type_written(kind: exp.DataType) -> str:
    """Write a type that conditions may cast to; empty if they may not.

    `DECIMAL` alone is DECIMAL(18, 3), as in DuckDB.
    """
    name = str(getattr(kind.this, "value", ""))
    sizes = [parameter.name for parameter in kind.expressions]
    if name != "DECIMAL":
        return "" if sizes else _TYPES.get(name, "")
    if len(sizes) != 2 or not all(WHOLE_NUMBER.fullmatch(size) for size in sizes):
        return ""
    digits, places = map(int, sizes)
    right = places <= _MOST_PLACES and places <= digits and digits - places <= _MOST_DIGITS
    return f"DECIMAL({digits}, {places})" if right and digits else ""
