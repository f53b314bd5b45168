"""The head of a ledger in a store: the one object that changes, with the list of its files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from apportion.model.errors.base import LedgerDamagedError

HEAD = "head.json"
CATALOG = "catalog.db"

#: What of a ledger's folder is the ledger. The lock and downloads are of this machine.
KEPT = ("warehouse", "inputs", "evidence", "proofs")
#: The objects of these, and of the catalog, lie below these names.
FILES, CATALOGS = "files/", "catalog/"

_FORMAT = 1

#: What to do about a head that is not one.
REMEDY = (
    "Nothing was changed. Restore the last version of head.json from the bucket's versions, or "
    "make it again from the objects beside it with `apportion ledger repair`."
)


@dataclass(frozen=True)
class Stated:
    """Size in bytes and sha256 in hex of a file of the ledger."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Head:
    """The ledger's files by name, and the objects that no head names any more.

    `begun` marks the head of a ledger whose first files are being uploaded: it names none of them
    yet. It is written first, so that files without a head are always damage.
    """

    files: Mapping[str, Stated] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    begun: bool = False

    @property
    def objects(self) -> set[str]:
        """The objects that hold the files."""
        return {object_of(name, stated) for name, stated in self.files.items()}


def object_of(name: str, stated: Stated) -> str:
    """Name the object that holds a file: files are written once, catalogs under their hash."""
    return f"{CATALOGS}{stated.sha256}" if name == CATALOG else f"{FILES}{name}"


def write(head: Head) -> bytes:
    """Write a head as it is kept."""
    document: dict[str, Any] = {
        "format": _FORMAT,
        "files": {name: [each.size, each.sha256] for name, each in head.files.items()},
        "gone": sorted(head.gone),
    }
    if head.begun:
        document["begun"] = True
    return json.dumps(document, indent=0, sort_keys=True).encode()


def read(content: bytes, where: str) -> Head:
    """Read a head; raises LedgerDamagedError for one that is cut off, or lacks a field."""
    try:
        document = json.loads(content)
        if (found := document["format"]) != _FORMAT:
            raise _damaged(where, f"format {_FORMAT}", f"format {found}")
        head = Head(
            {str(name): Stated(int(size), str(sum_)) for name, (size, sum_) in _items(document)},
            frozenset(map(str, document.get("gone", ()))),
            bool(document.get("begun")),
        )
    except (ValueError, LookupError, TypeError, AttributeError) as fault:
        found_bytes = f"{len(content)} bytes that are none ({type(fault).__name__}: {fault})"
        raise _damaged(where, "the head of a ledger", found_bytes) from fault
    _check(head, where)
    return head


def _items(document: Mapping[str, Any]) -> list[tuple[str, Any]]:
    files: Mapping[str, Any] = document["files"]
    return list(files.items())


def _check(head: Head, where: str) -> None:
    others = sorted(name for name in head.files if not is_ours(name))
    if others:
        raise _damaged(where, "files of a ledger", f"a file {others[0]!r}")
    if CATALOG not in head.files and not (head.begun and not head.files):
        raise _damaged(where, f"{CATALOG} among {len(head.files)} files", "none")
    if both := sorted(head.gone & head.objects):
        raise _damaged(where, "files, or objects to remove", f"{both[0]} as both")


def is_ours(name: str) -> bool:
    """Whether a name is one of a file in a ledger's folder."""
    parts = PurePosixPath(name).parts
    return name == CATALOG or (len(parts) > 1 and parts[0] in KEPT and ".." not in parts)


def _damaged(where: str, expected: str, found: str) -> LedgerDamagedError:
    return LedgerDamagedError(where, expected, found, REMEDY)
