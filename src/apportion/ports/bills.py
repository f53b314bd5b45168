"""Where bills come from: delivered files, an export in a bucket, a provider's cost reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Protocol

from apportion.model.aws.cost_query import CostAnswer, CostQuery, Spent
from apportion.model.aws.export import Fetched, PinnedObject
from apportion.model.aws.export_definition import Call, Export
from apportion.model.delivery import Delivery
from apportion.model.findings.finding import Finding


class Source(Protocol):
    """A place bills come from."""

    def deliver(self) -> tuple[list[Delivery], list[Finding]]:
        """Bring the files here, verify their bytes, recognise their format, state their totals.

        A file that cannot be trusted is a failing finding and belongs to no delivery.
        """


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


class CostReports(Protocol):
    """A provider's own reports of cost, asked over the network; each request has its price."""

    def ask(self, query: CostQuery) -> CostAnswer:
        """Bring all pages of the answer, as they are: nothing is rounded, named or left out."""

    def tags(self, start: date, end: date, *, key: str = "") -> list[str]:
        """List the tag keys in use, or a key's values; `end` is exclusive."""

    @property
    def spent(self) -> Spent:
        """What asking has cost so far."""
