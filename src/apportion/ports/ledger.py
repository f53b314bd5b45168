"""The ledger: recorded runs, their files and inputs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from apportion.model.manifest import Manifest
from apportion.model.retention import Snapshots, UnreferencedFile


class Ledger(Protocol):
    """The store of bills and runs. A run takes effect when it is recorded, all at once.

    Files and folders are locations: see `model/location.py`.
    """

    def lock(self, *, wait: float) -> AbstractContextManager[None]:
        """Hold the ledger for writing; raises LedgerBusyError after `wait` seconds."""

    def runs(self) -> list[Manifest]:
        """All recorded runs, oldest first."""

    def new_folder(self, table: str) -> str:
        """Make an empty folder in the warehouse, for files that `replace` or `append` adds."""

    def move(self, table: str, files: Sequence[str]) -> list[str]:
        """Move written files into a new folder of the table; returns where they are then."""

    def replace(self, table: str, *, period: str, bill: str, files: Sequence[str]) -> int:
        """Replace the content of a table for a period and bill; returns the snapshot.

        New columns are added to the table. Nothing reads the new snapshot until `record`.
        """

    def append(self, table: str, *, period: str, bill: str, files: Sequence[str]) -> int:
        """Add files to those of the last recorded run of a period and bill in the table.

        Returns the snapshot. Files of a run that was killed are removed.
        """

    def record(self, manifest: Manifest) -> Manifest:
        """Commit a run: readers see the old state before this call, and the new one after it.

        Returns the run as recorded, with the hashes of the files of its snapshots.
        """

    def files(self, table: str, run: Manifest) -> list[str]:
        """List the Parquet files of a recorded run in a table; their hashes are verified.

        Raises LedgerDamagedError for a file that is missing or was changed.
        """

    def keep_input(self, content: bytes) -> str:
        """Store an input file permanently; returns its sha256."""

    def read_input(self, sha256: str) -> bytes:
        """Read a stored input; raises LedgerDamagedError if it is missing or was changed."""


class ExpirableLedger(Ledger, Protocol):
    """A ledger from which superseded runs can be expired."""

    def add_note(self, content: bytes) -> None:
        """Store a note beside the runs, permanently; the same note twice is stored once."""

    def read_notes(self) -> list[bytes]:
        """Read all notes, in no order."""

    def unreferenced_files(self, kept: Snapshots) -> list[UnreferencedFile]:
        """List the files that belong neither to these snapshots nor to a current one."""

    def expire_snapshots(self, kept: Snapshots) -> None:
        """Drop all other snapshots, then delete the files that no snapshot refers to."""
