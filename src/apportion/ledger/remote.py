"""A ledger that is kept in a store: brought here before work, and given back after it.

head.json            which files the ledger has, by name, size and sha256: all that ever changes;
                     and which objects no head names any more, until somebody removes them
files/<name>         the ledger's files, which are written once
catalog/<sha256>     the catalog, under the hash of what it is

All files are there before the head is, and the head is replaced only if it is still the one that
was read: of two that worked at the same time, one is told that the other was first. A process that
dies on the way leaves the old state, and some objects that no head names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from hashlib import file_digest, sha256
from pathlib import Path, PurePosixPath
from typing import Any

from apportion.model.errors import LedgerDamagedError
from apportion.model.lake_errors import OthersWroteError
from apportion.ports import Kept, Store

_HEAD = "head.json"
_CATALOG = "catalog.db"

#: What of a ledger's folder is the ledger. The lock and downloads are of this machine.
_KEPT = ("warehouse", "inputs", "evidence", "proofs")
_FORMAT = 1
_TRIES = 3


class RemoteLedger:
    """The copy of a ledger in a folder that belongs to it alone; whatever else lies there goes."""

    def __init__(
        self,
        store: Store,
        folder: Path,
        *,
        say: Callable[[str], None] = lambda _step: None,
    ) -> None:
        self._store = store
        self._folder = folder
        self._say = say
        self._head: Kept | None = None
        self._known: dict[str, list[Any]] = {}
        self._gone: set[str] = set()

    def fetch(self) -> None:
        """Make the folder what the store has. Raises LedgerDamagedError.

        Where a file is gone because the ledger has moved on meanwhile, this begins again.
        """
        for last in (*[False] * _TRIES, True):
            self._head = self._store.read(_HEAD)
            try:
                self._fetch()
            except LedgerDamagedError:
                now = self._store.read(_HEAD)
                if last or now == self._head:
                    raise
            else:
                return

    def _fetch(self) -> None:
        self._known, self._gone = _read(self._head, self._store.where(_HEAD))
        for path in list(_own(self._folder)):
            if _name(path, self._folder) not in self._known:
                path.unlink()
        wanting = [name for name in self._known if not self._is_here(name)]
        for number, name in enumerate(sorted(wanting), start=1):
            if number % 200 == 1:
                self._say(f"fetching the ledger: file {number} of {len(wanting)}")
            self._bring(name)

    def give_back(self) -> bool:
        """Give back what has changed; False if nothing has. Raises OthersWroteError."""
        here = {_name(path, self._folder): path for path in _own(self._folder)}
        files = {name: self._stated(name, path) for name, path in here.items()}
        if files == self._known:
            return False
        self._say("giving the ledger back")
        for name, stated in files.items():
            if self._known.get(name) != stated:
                self._store.write(_object(name, stated), here[name])
        before = {_object(name, stated) for name, stated in self._known.items()}
        now = {_object(name, stated) for name, stated in files.items()}
        if not self._write_head(files, (self._gone | before) - now):
            raise OthersWroteError(f"the ledger {self._store.where('')}")
        return True

    def remove_gone(self) -> None:
        """Remove the objects that the ledger does not have any more.

        No head names them, nor any that is still to come: who began with an earlier one cannot
        give back. One that is removed twice is removed.
        """
        if self._gone:
            self._say(f"removing {len(self._gone)} objects in S3")
            self._store.remove(sorted(self._gone))
            # If others wrote meanwhile, their head has the same list, and it is done again.
            self._write_head(self._known, set())

    def _write_head(self, files: dict[str, list[Any]], gone: set[str]) -> bool:
        """Write the head, if it is still the one that was read."""
        told = {"format": _FORMAT, "files": files, "gone": sorted(gone)}
        content = json.dumps(told, indent=0, sort_keys=True).encode()
        mark = self._head.mark if self._head else ""
        written = self._store.write(_HEAD, content, new=not mark, instead_of=mark)
        if written is None:
            return False
        self._head, self._known, self._gone = Kept(content, written), files, gone
        return True

    def _is_here(self, name: str) -> bool:
        path = self._folder / name
        size, digest = self._known[name]
        if not path.is_file() or path.stat().st_size != size:
            return False
        # Only the catalog changes under its name.
        return name != _CATALOG or _digest(path) == digest

    def _bring(self, name: str) -> None:
        path = self._folder / name
        stated = self._known[name]
        draft = path.with_name(f".{path.name}.part")
        there = self._store.fetch(_object(name, stated), draft)
        found = _digest(draft) if there else "nothing"
        if found != stated[1]:
            raise LedgerDamagedError(self._store.where(name), f"sha256 {stated[1]}", found)
        draft.replace(path)

    def _stated(self, name: str, path: Path) -> list[Any]:
        known = self._known.get(name)
        if known and name != _CATALOG and known[0] == path.stat().st_size:
            return known
        return [path.stat().st_size, _digest(path)]


def _read(head: Kept | None, where: str) -> tuple[dict[str, list[Any]], set[str]]:
    """Read a head: the ledger's files, and the objects that are to be removed."""
    if head is None:
        return {}, set()
    try:
        said = json.loads(head.content)
        files: Mapping[str, list[Any]] = said["files"]
        known = {name: [int(size), str(digest)] for name, (size, digest) in files.items()}
        gone = {str(name) for name in said.get("gone", ())}
    except (ValueError, LookupError, TypeError, AttributeError) as fault:
        raise LedgerDamagedError(where, "the head of a ledger", str(fault)) from fault
    if said["format"] != _FORMAT or not all(map(_is_ours, known)):
        raise LedgerDamagedError(where, f"format {_FORMAT}", f"format {said['format']}")
    if gone & {_object(name, stated) for name, stated in known.items()}:
        raise LedgerDamagedError(where, "files, or objects to remove", "the same as both")
    return known, gone


def _is_ours(name: str) -> bool:
    """Tell a name that can only lie in a ledger's folder from any other."""
    parts = PurePosixPath(name).parts
    return name == _CATALOG or (len(parts) > 1 and parts[0] in _KEPT and ".." not in parts)


def _own(folder: Path) -> Iterator[Path]:
    if (catalog := folder / _CATALOG).is_file():
        yield catalog
    for part in _KEPT:
        yield from (path for path in (folder / part).rglob("*") if path.is_file())


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _object(name: str, stated: list[Any]) -> str:
    return f"catalog/{stated[1]}" if name == _CATALOG else f"files/{name}"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, sha256).hexdigest()
