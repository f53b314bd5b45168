"""Where deliveries are fetched to: a folder each, below one of the ledger's.

A folder is named by all that was pinned, so whatever lies in it belongs to exactly that delivery,
and a run that was ended goes on with it.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from apportion.core.aws.export_manifest import local_name
from apportion.core.identity import sha256
from apportion.model.aws.export import ExportDelivery, Fetched, PinnedObject, S3Location
from apportion.model.errors.exports import DownloadsBusyError, NoSpaceError

_SUMS = "SHA256SUMS"
#: Left free on the disk, for the ledger's own files.
_SPARE = 64 << 20


@dataclass(frozen=True)
class Download:
    """A delivery's own folder, and the file that each of its keys becomes."""

    folder: Path
    files: Mapping[str, Path]

    def have(self) -> int:
        """Count the bytes that are there, of files and parts of them."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    def keep(self) -> None:
        """Mark the folder as one that somebody wants; beside it, as all in it is the delivery."""
        _mark_of(self.folder).touch()


class Downloads:
    """The deliveries of one export in a folder; one process at a time fetches them."""

    def __init__(self, folder: Path, export: S3Location) -> None:
        self._folder = folder
        self._export = export
        self._mark = sha256(str(export).encode())[:8]

    @contextmanager
    def held(self, *, wait: float) -> Iterator[None]:
        """Keep other processes out; the system releases the lock when this process ends."""
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._folder / f".{self._mark}.lock")
        try:
            lock.acquire(timeout=max(wait, 0))
        except Timeout:
            raise DownloadsBusyError(str(self._export), f"{wait:g} s") from None
        try:
            yield
        finally:
            lock.release()

    def of(self, delivery: ExportDelivery, pins: Sequence[PinnedObject]) -> Download:
        """Give the folder of a delivery, which takes the place of others of its month."""
        pinned = [[pin.key, pin.etag, pin.size, pin.version, str(pin.checksum)] for pin in pins]
        mark = sha256(json.dumps([delivery.delivery, pinned]).encode())[:16]
        folder = self._folder / f"{self._mark}-{delivery.period}-{mark}"
        self.clear(delivery.period, but=folder)
        names = {pin.key: _portable(local_name(delivery, pin.key)) for pin in pins}
        return Download(folder, {key: folder / name for key, name in names.items()})

    def clear(self, period: str, *, but: Path | None = None) -> None:
        """Remove what was fetched of a month and is not wanted any more, and is not kept."""
        for folder in self._folder.glob(f"{self._mark}-{period}-*"):
            if folder.is_dir() and folder != but and not _mark_of(folder).exists():
                shutil.rmtree(folder, ignore_errors=True)

    def check_room(self, download: Download, pins: Sequence[PinnedObject]) -> None:
        """Raise NoSpaceError where the disk cannot hold what is still to come."""
        needed = sum(pin.size for pin in pins) - download.have()
        free = shutil.disk_usage(self._folder).free
        if needed + _SPARE > free:
            raise NoSpaceError(str(self._folder), in_bytes(needed), in_bytes(free))


def write_lists(
    download: Download, delivery: ExportDelivery, manifest: bytes, fetched: Mapping[str, Fetched]
) -> None:
    """Lay the manifest and a list of SHA-256 beside the files, for whoever reads them next.

    The list names what was compared with a checksum of S3, and nothing else.
    """
    path = download.folder / _portable(local_name(delivery, delivery.manifest))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(manifest)
    lines = [
        f"{file.sha256}  {download.files[key].relative_to(download.folder).as_posix()}\n"
        for key, file in fetched.items()
        if file.checked_by
    ]
    if lines:
        (download.folder / _SUMS).write_text("".join(lines), "utf-8")


def in_bytes(count: int) -> str:
    """Write a number of bytes as people do: 3.4 MB."""
    if count < 1000:
        return f"{count} bytes"
    tenths = count // 100
    for unit in ("kB", "MB", "GB"):
        if tenths < 10_000:
            return f"{tenths // 10}.{tenths % 10} {unit}"
        tenths //= 1000
    return f"{tenths // 10:,}.{tenths % 10} TB"


def _mark_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.keep")


def _portable(name: str) -> str:
    """Name a file so that this system takes it; folders of AWS have times with colons in them."""
    return name.replace(":", "-") if os.name == "nt" else name
