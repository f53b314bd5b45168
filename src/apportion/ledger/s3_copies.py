"""A copy of a ledger that is kept in a store: gathered in a new place, compared, then put in place.

NAME          the copy that is worked with
.NAME.new     where files are gathered; only what is compared with its sha256 stays in it
.NAME.old     the copy before, while the new one takes its place

Nothing that lay in a copy, like the journal of a killed process, gets into the next one: SQLite
would roll it back into a catalog that it does not belong to.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from hashlib import file_digest
from pathlib import Path

from apportion.model.errors.base import LedgerDamagedError
from apportion.ports.objects import ObjectStore
from apportion.ports.progress import Advance, Sum

from .s3_head import CATALOG, CATALOGS, FILES, KEPT, Stated, is_ours

#: The head that a copy was fetched by, as it was.
_HEAD = ".head.json"
#: What of a copy's folder is of this machine alone, and stays when the copy is replaced.
_STAYING = ("downloads", "aggregates")

#: Brings a file of this name, which is to be this, to a path.
Bring = Callable[[str, Stated, Path], None]


class Copy:
    """A copy in a folder. Files of other copies, `beside`, are taken where they are the same."""

    def __init__(self, folder: Path, *, beside: Sequence[Path] = ()) -> None:
        self.folder = folder
        self._new = folder.with_name(f".{folder.name}.new")
        self._old = folder.with_name(f".{folder.name}.old")
        self._sources = (folder, self._old, *beside)

    @property
    def of_a_head(self) -> bool:
        """Whether a ledger was there when the copy was fetched."""
        return (self.folder / _HEAD).is_file()

    def names(self) -> dict[str, Path]:
        """Find the ledger's files, by name."""
        return _names(self.folder)

    def gather(
        self, files: Mapping[str, Stated], bring: Bring, *, advance: Advance, optional: str = ""
    ) -> None:
        """Gather exactly these files in the new place. One that is `optional` may be missing."""
        self._new.mkdir(parents=True, exist_ok=True)
        for path in self._new.iterdir():  # a killed process may have begun here
            if path.is_dir() and path.name not in KEPT:
                shutil.rmtree(path)
            elif path.is_file() and path.name != CATALOG:
                path.unlink()
        for name, path in _names(self._new).items():
            if name not in files:
                path.unlink()
        wanting = [name for name in sorted(files) if not self._take_over(name, files[name])]
        fetched = Sum(len(wanting), advance)
        for name in wanting:
            try:
                self._fetch(name, files[name], bring)
            except LedgerDamagedError:
                if name != optional:
                    raise
            fetched.add(1)

    def gather_found(self, store: ObjectStore, *, advance: Advance) -> dict[str, Stated]:
        """Fetch every object to the new place; returns what each is."""
        shutil.rmtree(self._new, ignore_errors=True)
        found: dict[str, Stated] = {}
        objects = store.names()
        fetched = Sum(len(objects), advance)
        for each in objects:
            name = each.removeprefix(FILES)
            if each.startswith(FILES) and is_ours(name) and store.fetch(each, self._new / name):
                found[name] = digest_of(self._new / name)
            elif each.startswith(CATALOGS):
                store.fetch(each, self._new / "catalogs" / each.removeprefix(CATALOGS))
            fetched.add(1)
        return found

    def take_place(self, head: bytes) -> None:
        """Put what was gathered in the copy's place; `head` is what it was fetched by, if any."""
        if head:
            (self._new / _HEAD).write_bytes(head)
        self._finish()
        if self.folder.exists():
            self.folder.rename(self._old)
        self._new.rename(self.folder)
        self._finish()

    def remember(self, head: bytes) -> None:
        """Keep the head that was written when the copy was uploaded."""
        draft = self.folder / f"{_HEAD}.part"
        draft.write_bytes(head)
        draft.replace(self.folder / _HEAD)

    def settle(self) -> None:
        """Check that the catalog is whole without a journal beside it."""
        file = self.folder.absolute() / CATALOG
        try:
            with closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True)) as catalog:
                (result,) = catalog.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.Error as fault:
            result = str(fault)
        if result != "ok":
            raise LedgerDamagedError(str(file), "a catalog in SQLite", str(result))

    def _take_over(self, name: str, stated: Stated) -> bool:
        """Take a file from another copy if it is identical."""
        path = self._new / name
        if _is(path, stated):
            return True
        path.unlink(missing_ok=True)
        for place in self._sources:
            if _is(place / name, stated):
                path.parent.mkdir(parents=True, exist_ok=True)
                _double(place / name, path)
                if name != CATALOG or _is(path, stated):
                    return True
        return False

    def _fetch(self, name: str, stated: Stated, bring: Bring) -> None:
        path = self._new / name
        draft = path.with_name(f".{path.name}.part")
        try:
            bring(name, stated, draft)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

    def _finish(self) -> None:
        """Finish the replacement that a killed process may have left half done."""
        if self._old.exists() and self.folder.exists():
            for part in _STAYING:
                if (self._old / part).exists() and not (self.folder / part).exists():
                    (self._old / part).rename(self.folder / part)
            shutil.rmtree(self._old)


def digest_of(path: Path) -> Stated:
    """Read the size and sha256 of a file."""
    with path.open("rb") as file:
        return Stated(path.stat().st_size, file_digest(file, "sha256").hexdigest())


def _is(path: Path, stated: Stated) -> bool:
    """Compare a file by its hash: one of the same length may be another."""
    try:
        return path.stat().st_size == stated.size and digest_of(path) == stated
    except OSError:
        return False


def _double(source: Path, path: Path) -> None:
    """Link a file that never changes, if the file system can; copy it otherwise."""
    if source.name != CATALOG:
        try:
            os.link(source, path)
        except OSError:  # another disk, or one that has no such names
            pass
        else:
            return
    shutil.copyfile(source, path)


def _names(folder: Path) -> dict[str, Path]:
    found = {CATALOG: folder / CATALOG} if (folder / CATALOG).is_file() else {}
    for part in KEPT:
        paths = (path for path in (folder / part).rglob("*") if path.is_file())
        found |= {path.relative_to(folder).as_posix(): path for path in paths}
    return found
