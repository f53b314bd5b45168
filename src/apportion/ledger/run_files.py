"""The files of runs with their hashes: recorded with the run, compared when read.

The record of a run names its files with their hashes. So neither a file nor a list of files can be
replaced unnoticed, and readers need no manifests of Iceberg.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from apportion.model.errors.base import RESTORE, LedgerDamagedError
from apportion.model.manifest import LedgerFile, Manifest, RunKind

from .file_hashes import FileHashes

_Snapshot = tuple[str, int]  # a table's name, and its snapshot


class RunFiles:
    """The files of one ledger; those of snapshots that are not recorded yet are kept in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._hashes = FileHashes()
        self._put: dict[_Snapshot, tuple[LedgerFile, ...]] = {}

    def put(self, table: str, snapshot: int, files: Sequence[Path]) -> None:
        """Hash the files that a run that is to be recorded has in a snapshot."""
        names = [file.relative_to(self._folder).as_posix() for file in files]
        self._put[table, snapshot] = tuple(
            LedgerFile(table, name, file.stat().st_size, digest)
            for name, file, digest in zip(names, files, self._hashes.of(files), strict=True)
        )

    def of(self, run: Manifest, recorded: Sequence[Manifest]) -> tuple[LedgerFile, ...]:
        """List the files of a run that is to be recorded, table by table.

        A snapshot that an earlier run wrote has the files that are recorded with that.
        """
        known = {
            (table, snapshot): each.files_of(table)
            for each in recorded
            for table, snapshot in each.snapshots.items()
        }
        known |= self._put
        return tuple(
            file
            for table, snapshot in sorted(run.snapshots.items())
            for file in known.get((table, snapshot), run.files_of(table))
        )

    def check(self, table: str, run: Manifest) -> list[Path]:
        """List the files of a recorded run. Raises LedgerDamagedError unless they are unchanged."""
        files = run.files_of(table)
        paths = [check_size(self._folder / it.name, it.size, remedy(run)) for it in files]
        for path, file, found in zip(paths, files, self._hashes.of(paths), strict=True):
            if found != file.sha256:
                facts = f"sha256 {file.sha256}", f"sha256 {found}"
                raise LedgerDamagedError(str(path), *facts, remedy(run))
        return sorted(paths)


def check_size(path: Path, size: int, advice: str = RESTORE) -> Path:
    """Check that a file of the ledger is where it must be, and as long as it must be."""
    if not path.is_file():
        raise LedgerDamagedError(str(path), f"{size} bytes", "nothing", advice)
    if (found := path.stat().st_size) != size:
        raise LedgerDamagedError(str(path), f"{size} bytes", f"{found} bytes", advice)
    return path


def remedy(run: Manifest) -> str:
    """Write how to restore a file of a run."""
    if run.kind is RunKind.INGEST:
        return (
            f"Ingest the files of {run.period} bill {run.bill} again and run `apportion allocate "
            f"--period {run.period}`, or restore the file from a copy. An allocation that does not "
            "read it can still be read with `--as-of`."
        )
    if run.kind is RunKind.ALLOCATE:
        return (
            f"Run `apportion allocate --period {run.period}` again, or restore the file from a "
            "copy. An earlier allocation can still be read with `--as-of`."
        )
    return (
        "Restore the file from a copy, or run `apportion aws accounts sync` (or `import`) again: "
        "it rebuilds the history from earlier synchronisations."
    )
