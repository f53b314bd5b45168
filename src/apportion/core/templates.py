"""The SQL files, as text, and the ways a name or a text becomes part of one."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files

from sqlglot import exp


def sql(step: str, **parts: str) -> str:
    """Read `sql/<step>.sql` and put SQL parts of our own making where it names them."""
    text = (files(__package__) / "sql" / f"{step}.sql").read_text("utf-8")
    return text.format(**parts) if parts else text


def name(identifier: str) -> str:
    """Quote a column or table name."""
    return exp.to_identifier(identifier, quoted=True).sql("duckdb")


def text(value: str) -> str:
    """Quote a text; the only way in which a user's words enter a query."""
    return exp.Literal.string(value).sql("duckdb")


def each(parts: Iterable[str], between: str = ",\n  ") -> str:
    """Join parts of a list."""
    return between.join(parts)
