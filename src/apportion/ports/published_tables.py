"""Published tables, and the engine that queries them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from apportion.model.outcome import Outcome


class PublishedTables(Protocol):
    """Tables for other readers, who see one run of each period: the one in the table `runs`."""

    def location(self) -> str:
        """The address and the database of the tables, for people."""

    def current(self, period: str) -> tuple[str, str] | None:
        """The run that readers see of a period, and the sha256 of its manifest."""

    def stage(
        self,
        table: str,
        files: Sequence[Path],
        columns: Mapping[str, str],
        *,
        period: str,
        run: str,
    ) -> None:
        """Replace the rows of a run in a table; readers do not see them until `commit`.

        `columns` are all columns that the table must have, with SQL types.
        """

    def fetch(self, table: str, folder: Path, *, period: str, run: str) -> list[Path]:
        """Download the rows of a run from a table."""

    def create_views(self, views: Mapping[str, tuple[str, Mapping[str, str]]]) -> None:
        """Create views from SQL and typed columns. A view that is already so is not changed."""

    def commit(self, file: Path, columns: Mapping[str, str], *, period: str, run: str) -> None:
        """Show readers a run of a period, in one step; the file is its row of `runs`.

        Raises OthersWroteError if another writer changed what `current` returned.
        """

    def clear(self, period: str, tables: Iterable[str]) -> None:
        """Delete from these tables what readers no longer see."""


class QueryEngine(Protocol):
    """SQL over the published tables."""

    def query(self, sql: str) -> Outcome:
        """Run one query that only reads; messages show its cost. Raises QueryFailedError."""
