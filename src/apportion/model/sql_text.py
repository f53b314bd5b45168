"""Names and texts as SQL writes them, in DuckDB's dialect."""

from __future__ import annotations


def name(identifier: str) -> str:
    """Quote a column or table name."""
    doubled = identifier.replace('"', '""')
    return f'"{doubled}"'


def text(value: str) -> str:
    """Quote a text; the only way for a user's text into a query."""
    doubled = value.replace("'", "''")
    return f"'{doubled}'"
