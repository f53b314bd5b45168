"""Published tables, and the engine that queries them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from apportion.model.outcome import Outcome


class PublishedTables(Protocol):
    """Tables that others query. Of each period they see one run: the one in the table `runs`."""

    def where(self) -> str:
        """Tell a person where they lie, and in which database."""

    def current(self, period: str) -> tuple[str, str] | None:
        """Tell the run that readers see of a period, and the sha256 of its manifest."""

    def stage(
        self,
        table: str,
        files: Sequence[Path],
        columns: Mapping[str, str],
        *,
        period: str,
        run: str,
    ) -> None:
        """Make these Parquet files all that a table holds of a run; readers see none of it yet.

        `columns` are all that the table must have, with SQL types.
        """

    def fetch(self, table: str, folder: Path, *, period: str, run: str) -> list[Path]:
        """Bring what a table holds of a run back."""

    def define(self, views: Mapping[str, tuple[str, Mapping[str, str]]]) -> None:
        """Make views: their SQL, and their columns with types. Those that are so stay untouched."""

    def commit(self, file: Path, columns: Mapping[str, str], *, period: str, run: str) -> None:
        """Make a run what readers see of a period, in one step; the file is its row of `runs`.

        Raises OthersWroteError if that is not any more what `current` has told.
        """

    def clear(self, period: str, tables: Iterable[str]) -> None:
        """Take out of these tables what readers do not see any more."""


class QueryEngine(Protocol):
    """Something that answers SQL over the published tables."""

    def ask(self, sql: str) -> Outcome:
        """Run one query that only reads; words tell what it cost. Raises QueryFailedError."""
