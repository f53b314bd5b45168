"""The ledger: recorded runs, their files and inputs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from apportion.model.manifest import Manifest
from apportion.model.retention import Snapshots, UnreferencedFile


class Ledger(Protocol):
    """The store of everything we know. A run becomes true when it is recorded, all at once."""

    def writing(self, *, wait: float) -> AbstractContextManager[None]:
        """Hold the ledger for writing; raises LedgerBusyError after `wait` seconds."""

    def runs(self) -> list[Manifest]:
        """All recorded runs, oldest first."""

    def staging(self, table: str) -> Path:
        """A new empty folder in the warehouse, for Parquet files that `replace` will take in."""

    def replace(self, table: str, *, period: str, bill: str, files: Sequence[Path]) -> int:
        """Make these files all that the table holds for a period and bill; returns the snapshot.

        New columns are added to the table. Nothing reads the new snapshot until `record`.
        """

    def append(self, table: str, *, period: str, bill: str, files: Sequence[Path]) -> int:
        """Add these files to what the last recorded run of a period and bill holds in the table.

        Returns the snapshot. Files that a killed run left in the table are taken out.
        """

    def record(self, manifest: Manifest) -> Manifest:
        """Make a run true. Before this line the old state stands; after it, the new one.

        Returns the run as it is recorded: with the hashes of the files of its snapshots.
        """

    def files(self, table: str, run: Manifest) -> list[str]:
        """The Parquet files that a recorded run has in a table, each the very bytes that it wrote.

        Raises LedgerDamagedError, with what to do, for one that is missing or another.
        """

    def keep(self, content: bytes) -> str:
        """Keep an input for ever under its sha256, which is returned."""

    def kept(self, sha256: str) -> bytes:
        """Read a kept input back; raises LedgerDamagedError if it is not what was kept."""


class ExpirableLedger(Ledger, Protocol):
    """A ledger that can let go of its past."""

    def note(self, content: bytes) -> None:
        """Keep a note beside the runs, for ever; the same note twice is one."""

    def notes(self) -> list[bytes]:
        """All notes, in no order."""

    def loose(self, kept: Snapshots) -> list[UnreferencedFile]:
        """The files that neither these snapshots nor the current one of any table lead to."""

    def let_go(self, kept: Snapshots) -> None:
        """Forget all snapshots but these, and then remove the files that nothing leads to."""
