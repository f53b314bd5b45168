"""Where bills come from: delivered files, an export in a bucket, a provider's cost reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

from apportion.model.aws.cost_query import CostAnswer, CostQuery, Spent
from apportion.model.aws.export import Fetched, PinnedObject
from apportion.model.aws.export_definition import Call, Export
from apportion.model.delivery import Delivery, LinePlace, RawLine, ReadLimit
from apportion.model.findings.finding import Finding
from apportion.model.manifest import Input


class Source(Protocol):
    """A source of deliveries."""

    def deliver(self) -> tuple[list[Delivery], list[Finding]]:
        """Fetch the files, verify their bytes, recognise their format, state their totals.

        A file that cannot be trusted is a failing finding and belongs to no delivery.
        """

    def same_as(self, inputs: Sequence[Input]) -> tuple[Delivery, list[Finding]] | None:
        """Recognise a delivery of the very bytes of these inputs, by their sizes and SHA-256.

        Its totals are not stated: nothing is read of its files but names and types of columns.
        Findings are about other files. None where a byte differs, and where `deliver` must decide.
        """

    def read_lines(
        self,
        delivery: Delivery,
        places: Sequence[LinePlace],
        columns: Sequence[str],
        limit: ReadLimit,
    ) -> list[RawLine]:
        """Read lines by their places, without the engine; `columns` are raw columns.

        Places come in the order of their importance, and so do the lines. Those that
        would exceed the limit are left out; if all would, the one that exceeds it least is read.
        """


class Bucket(Protocol):
    """Objects of another writer, read in one pinned version. Names are whole keys."""

    def folders(self, prefix: str) -> list[str]:
        """List the names of the folders right below a prefix; "" is the whole bucket."""

    def read(self, key: str) -> tuple[PinnedObject, bytes] | None:
        """Read a small object; None if it is not there."""

    def head(self, key: str) -> PinnedObject | None:
        """Read an object's metadata; None if it is not there."""

    def fetch(self, pin: PinnedObject, to: Path, progress: Callable[[int], None]) -> Fetched:
        """Download an object; the file appears only when it is complete and verified.

        Continues an earlier download. `progress` receives the number of bytes of each part, and a
        negative number where bytes are fetched again. Raises ObjectChangedError where the object
        is no longer the pinned version, and NotWhatS3HasError.
        """


class Exports(Protocol):
    """The exports that a provider writes for an account."""

    def list_exports(self) -> list[Export]:
        """List the exports, by name."""

    def columns(self, table: str, properties: Mapping[str, str]) -> list[str]:
        """List the columns of a table with these properties."""

    def identity(self) -> tuple[str, str]:
        """The caller's account and partition: `aws`, `aws-cn` or `aws-us-gov`."""

    def create(self, call: Call) -> str:
        """Create an export; returns its ARN."""


class CostReports(Protocol):
    """A provider's cost API; each request costs money."""

    def query(self, query: CostQuery) -> CostAnswer:
        """Return all pages of the answer, unchanged: nothing is rounded, renamed or left out."""

    def tags(self, start: date, end: date, *, key: str = "") -> list[str]:
        """List the tag keys in use, or a key's values; `end` is exclusive."""

    @property
    def spent(self) -> Spent:
        """The requests sent so far, and their price."""
