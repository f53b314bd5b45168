"""A store of named objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class StoredObject:
    """An object as it was read, and the mark of that very content."""

    content: bytes
    mark: str


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
