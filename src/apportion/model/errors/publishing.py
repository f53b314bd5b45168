"""Errors about published tables, delivered reports and queries.

WrongUseError
├── InvalidQueryError      a query is not valid SQL, or does more than read published tables
└── TableElsewhereError    a published table has another location
OperationError
├── NotWhatArrivedError    published data, read back, differs from the proof
├── OthersWroteError       another writer was first
└── QueryFailedError       a query in Athena or the engine failed
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .base import OperationError, WrongUseError


class NotPublishedError(WrongUseError):
    """A query names a table that is not published."""

    def __init__(self, names: Sequence[str], known: Sequence[str]) -> None:
        super().__init__(
            f"There is no table {', '.join(names) or 'of that form'}. Tables: {', '.join(known)}."
        )


class InvalidQueryError(WrongUseError):
    """A query is not valid SQL, names an unknown column, or does more than read tables.

    `columns` are those of the tables that the query names.
    """

    def __init__(self, message: str, columns: Mapping[str, Sequence[str]] | None = None) -> None:
        listed = [f"{table} has {', '.join(names)}" for table, names in (columns or {}).items()]
        remedy = f" Columns: {'; '.join(listed)}." if listed else ""
        super().__init__(f"The query is not valid: {message.strip().rstrip('.')}.{remedy}")


class NothingToDeliverError(WrongUseError):
    """A period is neither published nor allocated."""

    def __init__(self, period: str) -> None:
        super().__init__(
            f"{f'{period} is not' if period else 'No period is'} published or allocated. Run "
            "`apportion allocate`, and `apportion publish` for reports from Athena."
        )


class WhomError(WrongUseError):
    """A wrong format, sender or recipient of a report."""

    def __init__(self, option: str, expected: str, found: str) -> None:
        super().__init__(f"{option}: expected {expected}, found {found}.")


class TableElsewhereError(WrongUseError):
    """A table of the Glue database has another location."""

    def __init__(self, database: str, table: str, place: str) -> None:
        super().__init__(
            f"The location of table {database}.{table} is {place}. Publish there, or name another "
            "database with --database."
        )


class NotWhatArrivedError(OperationError):
    """Published data, read back, has another total than its proof."""

    def __init__(self, table: str, period: str, expected: str, found: str) -> None:
        super().__init__(
            f"The published table {table} differs from the proof of {period}: expected "
            f"{expected}, found {found}. Readers still see the earlier state. "
            "Publish again; if it happens again, please report it."
        )


class OthersWroteError(OperationError):
    """Another writer was first; nothing was written."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"Another process changed {what} at the same time. Its change is kept, and this run "
            "changed nothing. Run the command again."
        )


class QueryFailedError(OperationError):
    """A query failed."""

    def __init__(self, engine: str, message: str, remedy: str = "") -> None:
        super().__init__(f"{engine} failed: {message.strip().rstrip('.')}. {remedy}".rstrip())
