"""Unpack the files of a bill in a zip into scratch, without trusting the zip's metadata."""

from __future__ import annotations

import errno
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from apportion.model.findings import bills
from apportion.model.findings.finding import Finding

from .file_names import kind_of
from .other_files import HEAD, Doubt, doubt, is_apple_double, not_read
from .parquet.thrift import DamagedBytesError

#: Billing CSV shrinks 20 to 60 times; beyond these limits a zip is no bill.
MOST_BYTES = 200 << 30
MOST_TIMES_LARGER = 400
MOST_MEMBERS = 10_000
_SMALL = 64 << 20
_CHUNK = 1 << 20
_UNPACKED = (".csv", ".csv.gz", ".parquet")
_OF_THE_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS}


@dataclass(frozen=True)
class Member:
    """A file of a bill from a zip: its name for messages, and its path."""

    name: str
    path: Path


def unzip(name: str, path: Path, folder: Path) -> tuple[list[Member], list[Finding]]:
    """Unpack CSV and Parquet into `folder` under new names, and read all members to their CRC-32.

    Members that are not read are findings. Raises DamagedBytesError where the zip is damaged.
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
        if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
            raise
        raise DamagedBytesError(f"zip: {error}") from None


def _unpack(
    name: str, archive: zipfile.ZipFile, folder: Path, packed: int
) -> tuple[list[Member], list[Finding]]:
    limit = min(MOST_BYTES, max(_SMALL, packed * MOST_TIMES_LARGER))
    unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > limit or len(archive.infolist()) > MOST_MEMBERS:
        return [], [_too_large(name, unpacked, packed)]
    members: list[Member] = []
    findings: list[Finding] = []
    plain: list[str] = []
    for number, entry in enumerate(archive.infolist()):
        if entry.is_dir():
            continue
        member = f"{name}: {entry.filename}"
        with archive.open(entry) as stream:
            head = stream.read(HEAD)
        ending = kind_of(Path(entry.filename))
        why = None if ending in _UNPACKED else _doubt(entry.filename, ending, head)
        is_read = ending in _UNPACKED and not is_apple_double(head)
        # The name inside is for people only: it could point anywhere.
        target = folder / f"{number:05d}{ending}"
        if _copy(archive, entry, target if is_read else None) != entry.file_size:
            raise DamagedBytesError("a member of the zip has another size than it says")
        if is_read:
            members.append(Member(member, target))
        elif why:
            findings.append(not_read(member, why))
        else:
            plain.append(entry.filename)
    if not members and not findings:
        findings.append(_nothing(name))
    return members, [*findings, *_left_out(name, plain)]


def _doubt(member: str, ending: str, head: bytes) -> Doubt | None:
    if ending == ".zip":
        return Doubt("a zip inside a zip", "Unpack the outer one and name the folder")
    return doubt(member, head)


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
    """Check the number of members: a damaged directory may hide some."""
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
        remedy="If it is a bill, unpack it yourself and name the CSV files.",
    )


def _nothing(name: str) -> Finding:
    return Finding(
        bills.NOTHING_FOUND,
        name,
        "zip",
        expected="CSV or Parquet files inside",
        found="none",
        remedy="Name the zip of a Cost and Usage Report, or the files themselves.",
    )


def _left_out(name: str, members: list[str]) -> list[Finding]:
    if not members:
        return []
    return [
        Finding(
            bills.LEFT_OUT,
            name,
            f"{len(members)} members" if len(members) > 1 else "one member",
            found=", ".join(members),
            remedy="They hold no charges; nothing needs to be done.",
        )
    ]
