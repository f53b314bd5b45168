"""The sockets of the core. Anything that fits one can be plugged in by one line in `wiring/`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from .model.aws.cost_query import CostAnswer, CostQuery, Spent
from .model.aws.export import Fetched, PinnedObject
from .model.aws.export_definition import Call, Export
from .model.delivery import Delivery, Encoding
from .model.document import RulesChange
from .model.findings.finding import Finding
from .model.manifest import Manifest
from .model.outcome import Outcome
from .model.retention import Snapshots, UnreferencedFile

Row = Mapping[str, object]


@dataclass(frozen=True)
class StoredObject:
    """An object as it was read, and the mark of that very content."""

    content: bytes
    mark: str


class Source(Protocol):
    """A place bills come from."""

    def deliver(self) -> tuple[list[Delivery], list[Finding]]:
        """Bring the files here, verify their bytes, recognise their format, state their totals.

        A file that cannot be trusted is a failing finding and belongs to no delivery.
        """


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


class Engine(Protocol):
    """Something that holds tables and runs SQL in DuckDB's dialect."""

    def open_bill(self, view: str, files: Sequence[str], encoding: Encoding) -> None:
        """Make a view over a bill's raw files, columns united by name; CSV columns are text."""

    def open_parquet(self, view: str, files: Sequence[str]) -> None:
        """Make a view over Parquet files of ours, columns united by name."""

    def create(self, table: str, sql: str) -> None:
        """Make or replace a table from a SELECT."""

    def define(self, view: str, sql: str) -> None:
        """Make or replace a view of a SELECT, computed when it is asked."""

    def load(
        self, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[object]]
    ) -> None:
        """Make or replace a table from rows; `columns` maps names to SQL types."""

    def rows(self, sql: str) -> list[Row]:
        """Run a SELECT and return all its rows."""

    def write(self, sql: str, folder: Path) -> list[Path]:
        """Write the rows of a SELECT as Parquet files into a folder; at least one file."""

    def write_parts(self, sql: str, by: str, folder: Path) -> Mapping[str | None, list[Path]]:
        """Write as `write` does, rows with another value of the column `by` into other files.

        Returns the files of each value; none where there are no rows.
        """


class RulesHistory(Protocol):
    """What is known of how the rules came to be: committed changes, and the files as they were."""

    def changes(self, *, since: str) -> list[RulesChange] | None:
        """List the changes since a time, oldest first; None where there is no history."""

    def before(self, commit: str, to: Path) -> bool:
        """Lay the files out as they stood before a change; False where there were none."""

    def after(self, commit: str, to: Path) -> bool:
        """Lay the files out as they stood after a change."""


class Report(Protocol):
    """A form in which rows leave."""

    def write(self, rows: Sequence[Row], columns: Sequence[str]) -> bytes:
        """Give the bytes of the report; columns in this order."""


class CostReports(Protocol):
    """A provider's own reports of cost, asked over the network; each request has its price."""

    def ask(self, query: CostQuery) -> CostAnswer:
        """Bring all pages of the answer, as they are: nothing is rounded, named or left out."""

    def tags(self, start: date, end: date, *, key: str = "") -> list[str]:
        """List the tag keys in use, or a key's values; `end` is exclusive."""

    @property
    def spent(self) -> Spent:
        """What asking has cost so far."""


class Bucket(Protocol):
    """Objects that others write, read as they stood at one moment. Names are whole keys."""

    def folders(self, prefix: str) -> list[str]:
        """List the names of the folders right below a prefix; "" is the whole bucket."""

    def read(self, key: str) -> tuple[PinnedObject, bytes] | None:
        """Read a small object; None if it is not there."""

    def look(self, key: str) -> PinnedObject | None:
        """Look at an object without reading it; None if it is not there."""

    def fetch(self, pin: PinnedObject, to: Path, told: Callable[[int], None]) -> Fetched:
        """Bring an object into a file, which is there whole and compared, or not at all.

        It goes on where an earlier call ended. `told` hears of each number of bytes that came, and
        of a negative one where they come again. Raises ObjectChangedError where the object is not
        the pinned one any more, and NotWhatS3HasError.
        """


class Exports(Protocol):
    """The exports that a provider writes for an account."""

    def all(self) -> list[Export]:
        """List those that there are, by name."""

    def columns(self, table: str, properties: Mapping[str, str]) -> list[str]:
        """List the columns that a table has with these properties."""

    def whose(self) -> tuple[str, str]:
        """Tell the account that asks, and its partition: `aws`, `aws-cn` or `aws-us-gov`."""

    def make(self, call: Call) -> str:
        """Make an export; returns its ARN."""


class ObjectStore(Protocol):
    """Objects with names, kept somewhere else; a write is there whole or not at all."""

    def where(self, name: str) -> str:
        """Tell a person where an object stands."""

    def read(self, name: str) -> StoredObject | None:
        """Read an object; None if there is none."""

    def fetch(self, name: str, path: Path) -> bool:
        """Bring an object into a file; False if there is none."""

    def write(
        self, name: str, content: bytes | Path, *, new: bool = False, instead_of: str = ""
    ) -> str | None:
        """Write an object and return its mark.

        With `new` only if there is none, with `instead_of` only if the one there has that mark;
        otherwise nothing is written, and None returned.
        """

    def remove(self, names: Sequence[str]) -> None:
        """Remove objects; one that is not there is removed already."""

    def names(self, below: str = "") -> list[str]:
        """List the objects whose name begins so."""

    def link(self, name: str, seconds: int) -> str:
        """Make an address by which anyone can read an object for a while: itself a secret."""


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


class Notifier(Protocol):
    """A way to tell people of a report. What may have arrived is not sent again."""

    @property
    def name(self) -> str:
        """Tell this way, and whom it reaches, from all others."""

    def send(self, subject: str, text: str, files: Mapping[str, bytes]) -> str:
        """Send it and return the id that the service gave."""
