"""Unpack the CSV files of a zip into a place of our own, trusting nothing that the zip says."""

from __future__ import annotations

import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from apportion.model.catalogue import bills
from apportion.model.finding import Finding

from .thrift import DamagedBytesError

#: Billing CSV shrinks 20 to 60 times; beyond these limits a zip is no bill.
MOST_BYTES = 200 << 30
MOST_TIMES_LARGER = 400
MOST_MEMBERS = 10_000
_SMALL = 64 << 20
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Member:
    """One CSV that was in a zip: its name for people, and where it lies now."""

    name: str
    path: Path


def unzip(name: str, path: Path, folder: Path) -> tuple[list[Member], list[Finding]]:
    """Unpack every CSV into `folder` under names of ours, and read all members to their CRC-32.

    Raises DamagedBytesError where the zip is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_count(path, archive)
            return _unpack(name, archive, folder, path.stat().st_size)
    except (
        zipfile.BadZipFile,
        EOFError,
        zlib.error,
        struct.error,
        NotImplementedError,
        UnicodeDecodeError,
        OSError,
        RuntimeError,  # what zipfile raises for an encrypted member
    ) as error:
        raise DamagedBytesError(f"zip: {error}") from None


def _unpack(
    name: str, archive: zipfile.ZipFile, folder: Path, packed: int
) -> tuple[list[Member], list[Finding]]:
    limit = min(MOST_BYTES, max(_SMALL, packed * MOST_TIMES_LARGER))
    said = sum(entry.file_size for entry in archive.infolist())
    if said > limit or len(archive.infolist()) > MOST_MEMBERS:
        return [], [_too_large(name, said, packed)]
    members: list[Member] = []
    for number, entry in enumerate(archive.infolist()):
        # The name inside is for people only: it could point anywhere.
        is_csv = entry.filename.lower().endswith(".csv") and not entry.is_dir()
        target = folder / f"{number:05d}.csv"
        read = _copy(archive, entry, target if is_csv else None)
        if read != entry.file_size:
            raise DamagedBytesError("a member of the zip has another size than it says")
        if is_csv:
            members.append(Member(f"{name}: {entry.filename}", target))
    if not members:
        return [], [_no_csv(name)]
    return members, []


def _copy(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path | None) -> int:
    """Read a member to its end, where zipfile compares the CRC-32; keep it if there is a target."""
    count = 0
    with archive.open(entry) as stream:
        if target is None:
            while chunk := stream.read(_CHUNK):
                count += len(chunk)
            return count
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as out:
            while chunk := stream.read(_CHUNK):
                count += out.write(chunk)
    return count


def _check_count(path: Path, archive: zipfile.ZipFile) -> None:
    """A damaged directory may hide members; its end says how many there must be."""
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - 65_557))
        tail = stream.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) - end < 22:
        raise DamagedBytesError("the zip has no end of its directory")
    here, total = struct.unpack_from("<HH", tail, end + 8)
    if total != 0xFFFF and not here == total == len(archive.infolist()):
        raise DamagedBytesError("the zip's directory holds another number of files than it says")


def _too_large(name: str, unpacked: int, packed: int) -> Finding:
    return Finding(
        bills.UNPACKS_TOO_LARGE,
        name,
        "zip",
        expected=f"at most {MOST_TIMES_LARGER} times its own {packed} bytes",
        found=f"{unpacked} bytes",
        remedy="If it is a bill, unpack it yourself and give the CSV files.",
    )


def _no_csv(name: str) -> Finding:
    return Finding(
        bills.NOTHING_FOUND,
        name,
        "zip",
        expected="CSV files inside",
        found="none",
        remedy="Give the zip of a Cost and Usage Report, or the files themselves.",
    )
