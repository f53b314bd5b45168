"""What can go wrong with published tables, delivered reports and queries.

WrongUseError
├── PublishedNameError     a dimension is called like a published column
├── InvalidQueryError      a query is not valid SQL, or does more than read published tables
└── TableElsewhereError    a published table lies in another place
OperationError
├── NotWhatArrivedError    what was published is not what was proved, once read back
├── OthersWroteError       someone else wrote at the same time, and was first
└── QueryFailedError       Athena, or the engine, did not answer a query
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .base import OperationError, WrongUseError


class PublishedNameError(WrongUseError):
    """A dimension is called like a column that is published beside it."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"The dimensions {', '.join(names)} are called like columns of the published tables. "
            "Give them another name in the rulebook, allocate, and publish again."
        )


class NotPublishedError(WrongUseError):
    """A query names a table that is not published, and would not be there to be asked."""

    def __init__(self, names: Sequence[str], known: Sequence[str]) -> None:
        super().__init__(
            f"There is no table {', '.join(names) or 'of that form'}. There are {', '.join(known)}."
        )


class InvalidQueryError(WrongUseError):
    """A query is not valid SQL, names an unknown column, or does more than read tables.

    `columns` are those of the tables that the query names.
    """

    def __init__(self, said: str, columns: Mapping[str, Sequence[str]] | None = None) -> None:
        listed = [f"{table} has {', '.join(names)}" for table, names in (columns or {}).items()]
        remedy = f" Columns: {'; '.join(listed)}." if listed else ""
        super().__init__(f"The query is not valid: {said.strip().rstrip('.')}.{remedy}")


class NothingToDeliverError(WrongUseError):
    """A period is not published, so there is nothing to report on."""

    def __init__(self, period: str) -> None:
        super().__init__(
            f"{period or 'No period'} is published or allocated. Run `apportion allocate`, and "
            "`apportion publish` where reports are asked of Athena."
        )


class WhomError(WrongUseError):
    """It is not said in which forms, or from whom, a report is to be sent."""

    def __init__(self, option: str, expected: str, found: str) -> None:
        super().__init__(f"{option}: expected {expected}, found {found}.")


class TableElsewhereError(WrongUseError):
    """A table of the Glue database lies in another place than the one to publish to."""

    def __init__(self, database: str, table: str, place: str) -> None:
        super().__init__(
            f"The table {database}.{table} lies at {place}. Publish there, or name another "
            "database with --database."
        )


class NotWhatArrivedError(OperationError):
    """What was published, once read back, is another sum than the one that was proved."""

    def __init__(self, table: str, period: str, expected: str, found: str) -> None:
        super().__init__(
            f"The published table {table} does not hold what was proved of {period}: expected "
            f"{expected}, found {found}. Nothing of it is seen by readers; the old state stands. "
            "Publish again; if it stays so, please report it."
        )


class OthersWroteError(OperationError):
    """Someone else wrote at the same time, and was first; nothing of ours counts."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"Someone else has changed {what} meanwhile. What they wrote stands and nothing of "
            "ours counts; run the command again."
        )


class QueryFailedError(OperationError):
    """A query was not answered."""

    def __init__(self, engine: str, said: str, remedy: str = "") -> None:
        super().__init__(f"{engine} did not answer: {said.strip().rstrip('.')}. {remedy}".rstrip())
