"""The checksum that S3 states for an object, and that of a file."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from apportion.model.aws.export import Checksum

from .crc_checksums import Crc

_CHUNK = 4 << 20
#: From the strongest to the weakest; an object has one, or two where its uploader sent another.
_KINDS = ("SHA256", "SHA1", "CRC64NVME", "CRC32C", "CRC32")
_PARTS = re.compile(r".+-\d+")
_MD5 = re.compile(r'"?([0-9a-f]{32})"?')


class _Sum(Protocol):
    def update(self, content: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


def stated(answer: Mapping[str, Any]) -> Checksum | None:
    """Read the checksum of a whole object from a response of S3.

    A checksum of checksums, as multipart uploads may have, is not one of the bytes in order.
    Without any other, the ETag is the MD5 of an object that was put in one piece and is encrypted
    with S3's own keys or not at all.
    """
    if answer.get("ChecksumType") != "COMPOSITE":
        for kind in _KINDS:
            value = str(answer.get(f"Checksum{kind}") or "")
            if value and not _PARTS.fullmatch(value):
                return Checksum(kind, value)
    md5 = _MD5.fullmatch(str(answer.get("ETag", "")))
    plain = answer.get("ServerSideEncryption") in {None, "AES256"}
    if md5 and plain and "SSECustomerAlgorithm" not in answer:
        return Checksum("MD5", base64.b64encode(bytes.fromhex(md5[1])).decode())
    return None


def taken(path: Path, kind: str) -> tuple[str, Checksum | None]:
    """Read a file once: its SHA-256 in hexadecimal digits, and its checksum of a kind, if any."""
    own = hashlib.sha256()
    other = _sum(kind) if kind else None
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            own.update(chunk)
            if other:
                other.update(chunk)
    value = Checksum(kind, base64.b64encode(other.digest()).decode()) if other else None
    return own.hexdigest(), value


def _sum(kind: str) -> _Sum:
    if kind == "CRC32":
        return _Crc32()
    if kind in {"CRC64NVME", "CRC32C"}:
        return Crc(kind)
    return hashlib.new(kind.lower(), usedforsecurity=False)


class _Crc32:
    def __init__(self) -> None:
        self._state = 0

    def update(self, content: bytes, /) -> None:
        self._state = zlib.crc32(content, self._state)

    def digest(self) -> bytes:
        return self._state.to_bytes(4, "big")
