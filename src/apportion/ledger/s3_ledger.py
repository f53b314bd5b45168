"""A ledger in a store: downloaded before work, and uploaded after it.

head.json            which files the ledger has, by name, size and sha256: all that ever changes;
                     and which objects no head names any more, until they are removed
files/<name>         the ledger's files, which are written once
catalog/<sha256>     the catalog, under the hash of what it is

The first head is there before any object, all objects are there before the head that names them,
and a head is replaced only if it is still the one that was read: of two writers at the same
time, one fails. A process that dies in between leaves the old state, and some objects that no head
names.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from apportion.model.errors.base import LedgerDamagedError
from apportion.model.errors.publishing import OthersWroteError
from apportion.ports.objects import ObjectStore, StoredObject
from apportion.ports.progress import NO_PROGRESS, Progress

from . import s3_head as heads
from .catalog import Catalog
from .s3_copies import Copy, digest_of
from .s3_head import CATALOG, HEAD, Head, Stated, object_of
from .unreferenced_files import check_referenced

_TRIES = 3

#: What a run that was recorded, or evidence that was noted, adds to.
_RECORDS = ("warehouse/apportion/runs/data/", "evidence/")

_CATALOG_LOST = (
    "Nothing was changed. Make the catalog again from the tables with `apportion ledger repair`, "
    "or restore the object from its versions in the bucket."
)
_FILE_LOST = (
    "Nothing was changed. Restore the object from its versions in the bucket. A machine that has "
    "an earlier copy with this file can still read the ledger."
)

_AGAIN = "Nothing was uploaded. Run the command again: it fetches a new copy."


class S3Ledger:
    """The copy of a ledger in a folder of its own; other files there are removed.

    `beside` are folders with other copies, whose files need not be fetched again.
    """

    def __init__(
        self,
        store: ObjectStore,
        folder: Path,
        *,
        beside: Sequence[Path] = (),
        progress: Progress = NO_PROGRESS,
    ) -> None:
        self._store = store
        self._copy = Copy(folder, beside=beside)
        self._progress = progress
        self._kept: StoredObject | None = None
        self._head = Head()
        self._repairing = False

    def fetch(self) -> None:
        """Make the folder what the store has, and nothing else. Raises LedgerDamagedError.

        The files are gathered in a new place, each compared with its sha256, and take the folder's
        place together: until then the folder is as it was. Where a file is gone because the ledger
        has moved on meanwhile, this begins again.
        """
        for last in (*[False] * _TRIES, True):
            self._kept = self._store.read(HEAD)
            try:
                self._head = self._read()
                self._copy.gather(self._head.files, self._bring, advance=self._progress.advance)
            except LedgerDamagedError:
                if last or self._store.read(HEAD) == self._kept:
                    raise
            else:
                known = self._kept.content if self._kept and self._head.files else b""
                self._copy.take_place(known)
                return

    def fetch_to_repair(self) -> None:
        """Make the folder what is left in the store, for a repair. Raises LedgerDamagedError.

        By a head that can be read that is every file it names, but a catalog that is lost. Without
        one it is every object as it is found, and all catalogs, in `catalogs` beside the rest.
        """
        self._repairing = True
        self._kept = self._store.read(HEAD)
        try:
            self._head = self._read()
        except LedgerDamagedError:
            self._head = Head(self._copy.gather_found(self._store, advance=self._progress.advance))
            if not self._head.files:
                raise
        else:
            self._copy.gather(
                self._head.files, self._bring, advance=self._progress.advance, optional=CATALOG
            )
        self._copy.take_place(b"")

    def recorded(self) -> bool:
        """Whether something was recorded, noted or expired in the copy since it was fetched.

        Other changes, like the files of a failed run, are not uploaded.
        """
        here, there = set(self._copy.names()), self._head.files.keys()
        recorded = any(name.startswith(_RECORDS) for name in here ^ there)
        return recorded or any(name.startswith("warehouse/") for name in there - here)

    def repaired(self) -> bool:
        """Whether the copy has a catalog that the store lacks, or the head is missing."""
        catalog = self._head.files.get(CATALOG)
        return catalog is None or digest_of(self._copy.folder / CATALOG) != catalog

    def give_back(self) -> bool:
        """Upload what was recorded or repaired; False if nothing was.

        Raises OthersWroteError, and LedgerDamagedError where the copy is not what it was any more.
        """
        if not (self.recorded() or (self._repairing and self.repaired())):
            return False
        self._progress("uploading the ledger")
        self._copy.settle()
        from .iceberg_catalog import IcebergCatalog  # noqa: PLC0415 - readers do without pyiceberg

        check_referenced(IcebergCatalog(Catalog(self._copy.folder)), folder=self._copy.folder)
        files = self._files()
        self._begin()
        for name, stated in files.items():
            if self._head.files.get(name) != stated:
                self._store.write(object_of(name, stated), self._copy.folder / name)
        new = Head(files)
        gone = (self._head.gone | self._head.objects) - new.objects
        if not self._write_head(Head(files, frozenset(gone))):
            raise OthersWroteError(f"the ledger {self._store.location('')}")
        return True

    def remove_gone(self) -> None:
        """Remove the objects that the ledger does not have any more.

        No head names them, and no later head will: a writer that began with an earlier head cannot
        upload. Removing an object twice does no harm.
        """
        if self._head.gone:
            self._progress(f"removing {len(self._head.gone)} objects in S3")
            self._store.remove(sorted(self._head.gone))
            # If others wrote meanwhile, their head has the same list, and it is done again.
            self._write_head(Head(self._head.files))

    def _read(self) -> Head:
        """Read the head that is there. Where none is, nothing else may be."""
        if self._kept is not None:
            return heads.read(self._kept.content, self._store.location(HEAD))
        where = self._store.location(HEAD)
        folders = (heads.FILES, heads.CATALOGS)
        names = [name for name in self._store.names() if name.startswith(folders)]
        if names and self._store.read(HEAD) is None:  # else it was just written
            expected = f"the head of the {len(names)} objects beside it"
            raise LedgerDamagedError(where, expected, "nothing", heads.REMEDY)
        if self._copy.of_a_head:
            raise LedgerDamagedError(
                where,
                f"the head of the ledger that {self._copy.folder} is a copy of",
                "nothing, and no other object",
                "Nothing was changed. Restore the bucket's objects from their versions, or remove "
                "that folder to begin a new ledger there.",
            )
        return Head()

    def _files(self) -> dict[str, Stated]:
        """List the files of the copy; those that are written once must be unchanged."""
        files: dict[str, Stated] = {}
        for name, path in self._copy.names().items():
            known, found = self._head.files.get(name), digest_of(path)
            if known and known != found and name.startswith("proofs/"):
                found = known  # a published copy stays; it is made again when needed
            elif known and known != found and name != CATALOG:
                hashes = f"sha256 {known.sha256}", f"sha256 {found.sha256}"
                raise LedgerDamagedError(str(path), *hashes, _AGAIN)
            files[name] = found
        for name in self._head.files.keys() - files.keys():
            if not name.startswith("warehouse/"):  # of which nothing is ever removed
                files[name] = self._head.files[name]
        return files

    def _begin(self) -> None:
        """Write the first head before the first object, so that objects without one are damage."""
        if self._kept is not None or self._head.files:  # a head that is lost is made last
            return
        content = heads.write(Head(begun=True))
        mark = self._store.write(HEAD, content, new=True)
        there = StoredObject(content, mark) if mark else self._store.read(HEAD)
        if there is None or there.content != content:
            raise OthersWroteError(f"the ledger {self._store.location('')}")
        self._kept = there

    def _write_head(self, head: Head) -> bool:
        """Write the head, if it is still the one that was read."""
        content = heads.write(head)
        mark = self._kept.mark if self._kept else ""
        written = self._store.write(HEAD, content, new=not mark, instead_of=mark)
        if written is None:
            return False
        self._kept, self._head = StoredObject(content, written), head
        self._copy.remember(content)
        return True

    def _bring(self, name: str, stated: Stated, path: Path) -> None:
        there = self._store.fetch(object_of(name, stated), path)
        found = digest_of(path).sha256 if there else "nothing"
        if found != stated.sha256:
            remedy = _CATALOG_LOST if name == CATALOG else _FILE_LOST
            place = self._store.location(object_of(name, stated))
            raise LedgerDamagedError(place, f"sha256 {stated.sha256}", found, remedy)
