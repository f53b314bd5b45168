"""SQL files as text, with names and texts put into them safely."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files

from apportion.model.relation import Query, Relation, read_by
from apportion.model.sql_text import name, text

__all__ = ["each", "name", "query", "sql", "text"]


def sql(step: str, **parts: str) -> str:
    """Read a SQL file beside the code that runs it, and fill in its parts.

    `step` is the folder below the package and the file's name: `core/billing/lines` is
    `core/billing/sql/lines.sql`.
    """
    folder, _, file = step.rpartition("/")
    text = files("apportion").joinpath(folder, "sql", f"{file}.sql").read_text("utf-8")
    return text.format(**parts) if parts else text


def query(step: str, **parts: str | Relation | Query) -> Query:
    """Read a SQL file as `sql` does; the query reads the relations and queries in its parts."""
    texts = {key: str(part) for key, part in parts.items()}
    return Query(sql(step, **texts), read_by(parts.values()))


def each(parts: Iterable[str], between: str = ",\n  ") -> str:
    """Join parts of a list."""
    return between.join(parts)
