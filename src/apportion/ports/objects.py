"""A store of named objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class StoredObject:
    """An object's content and its version mark (in S3, the ETag)."""

    content: bytes
    mark: str


class ObjectStore(Protocol):
    """Named objects in remote storage; a write is atomic."""

    def location(self, name: str) -> str:
        """The address of an object, for people."""

    def read(self, name: str) -> StoredObject | None:
        """Read an object; None if there is none."""

    def fetch(self, name: str, path: Path) -> bool:
        """Download an object into a file; False if there is none."""

    def write(
        self, name: str, content: bytes | Path, *, new: bool = False, instead_of: str = ""
    ) -> str | None:
        """Write an object and return its mark.

        `new`: only if there is none. `instead_of`: only if the current object has this mark.
        Otherwise nothing is written and None is returned.
        """

    def remove(self, names: Sequence[str]) -> None:
        """Remove objects; a missing object is no error."""

    def names(self, below: str = "") -> list[str]:
        """List the objects whose names begin with `below`."""

    def presign(self, name: str, seconds: int) -> str:
        """Make a URL that gives anyone read access for `seconds`: treat it as a secret."""
