"""Exports: what AWS Billing writes into a bucket, its deliveries, and the objects of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from apportion.model.charges import SplitCost
from apportion.model.delivery import Intent
from apportion.model.errors.base import NotAPlaceError

_PLACE = re.compile(r"s3://([a-z0-9][a-z0-9._-]{1,61}[a-z0-9])(?:/(.*))?", re.DOTALL)


@dataclass(frozen=True)
class S3Location:
    """An address in S3. `key` has no slash at either end; it is empty for a whole bucket."""

    bucket: str
    key: str

    @classmethod
    def parse(cls, written: str) -> S3Location:
        """Read `s3://bucket/prefix/export`; raises NotAPlaceError."""
        match = _PLACE.fullmatch(written)
        key = (match[2] or "").strip("/") if match else ""
        if match is None or (key and {"", ".", ".."} & set(key.split("/"))):
            raise NotAPlaceError(written)
        return cls(match[1], key)

    @property
    def name(self) -> str:
        """The last part of the key, which is the name of an export that lies there."""
        return self.key.rpartition("/")[2]

    def below(self, end: str) -> str:
        """Give the key of something that lies below."""
        return f"{self.key}/{end}" if self.key else end

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True)
class Checksum:
    """A checksum of a whole object: S3's word for the kind, and the value in Base64."""

    kind: str  # CRC64NVME, CRC32C, CRC32, SHA1, SHA256; or MD5, which an ETag may be
    value: str

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


@dataclass(frozen=True)
class PinnedObject:
    """An object as it stood when it was looked at: what is read later must be this or nothing.

    Without a checksum, S3 states none of the whole object.
    """

    key: str
    etag: str
    size: int
    written: datetime
    version: str = ""
    checksum: Checksum | None = None


@dataclass(frozen=True)
class Fetched:
    """A file that arrived: its SHA-256, and what S3's checksum was compared with; empty if none."""

    sha256: str
    checked_by: str


@dataclass(frozen=True)
class ExportDelivery:
    """One delivery of one month of an export, as in its manifest.

    `delivery` is a hash that identifies it: of AWS's name for it (`execution`), or of
    the time where a manifest has none, and of the content of the manifest.
    """

    export: S3Location
    manifest: str  # its key
    period: str
    execution: str
    delivery: str
    files: tuple[str, ...]  # their keys, in the export's bucket
    written: datetime  # when the manifest was: no file of the delivery is newer


@dataclass(frozen=True)
class ExportMonth:
    """A month that an export has, and the key of its manifest."""

    period: str
    manifest: str


@dataclass(frozen=True)
class Taking:
    """How to ingest an export.

    `force` fetches deliveries that the ledger already has; `keep_files` leaves the downloads there;
    `bill`, `replace` and `together_with` say where it belongs, see `delivery.Intent`; `wait` is how
    long to wait for another's writing, in seconds.
    """

    bill: str | None = None
    split_cost: SplitCost = SplitCost.PARENT
    force: bool = False
    keep_files: bool = False
    wait: float = 0
    replace: bool = False
    together_with: tuple[str, ...] = ()

    @property
    def intent(self) -> Intent:
        """The intent of the delivery."""
        return Intent(self.bill, self.replace, self.together_with)
