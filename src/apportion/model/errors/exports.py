"""Errors about exports in S3.

WrongUseError
├── NoExportError        no export at an address, or several
├── OnlyForError         an option or address of another command
└── ExportNameError      invalid name or location of an export
OperationError
├── AwsError
│   ├── NoBucketError        there is no bucket of that name
│   ├── ObjectChangedError   an object changed while it was read
│   └── NotWhatS3HasError    a downloaded file has a wrong checksum
├── DownloadsBusyError   another process downloads the same export
└── NoSpaceError         not enough disk space for a download
"""

from __future__ import annotations

from collections.abc import Sequence

from .base import AwsError, OperationError, WrongUseError


class NoExportError(WrongUseError):
    """No export at an address, or several."""

    def __init__(self, place: str, found: Sequence[str]) -> None:
        super().__init__(
            f"{place} contains {len(found)} exports; name one of them: {', '.join(found)}."
            if found
            else f"{place} contains no export: expected a folder `metadata` with "
            "BILLING_PERIOD=… in it, or folders like 20260901-20261001 of the older report. "
            "The address ends with the export's name: s3://bucket/prefix/export. A new export "
            "arrives within 24 hours."
        )


class OnlyForError(WrongUseError):
    """An option or address of another command."""

    def __init__(self, subject: str, where: str, found: str) -> None:
        super().__init__(f"{subject} is for {where}; found {found}.")


class ExportNameError(WrongUseError):
    """Invalid name or location of an export."""

    def __init__(self, place: str, expected: str) -> None:
        super().__init__(f"{place} cannot be the location of an export: expected {expected}.")


class NoBucketError(AwsError):
    """No such bucket."""

    def __init__(self, bucket: str) -> None:
        super().__init__(
            f"There is no bucket {bucket!r} in S3. Check its name and the partition of the "
            "credentials (aws, aws-cn, aws-us-gov)."
        )


class ObjectChangedError(AwsError):
    """An object changed while it was read."""

    def __init__(self, address: str) -> None:
        super().__init__(
            f"{address} changed while it was read: the export is being rewritten. "
            "Try again in a few minutes."
        )


class NotWhatS3HasError(AwsError):
    """A downloaded file has another checksum than S3 states."""

    def __init__(self, address: str, expected: str, found: str) -> None:
        super().__init__(
            f"{address} was damaged in two downloads: expected {expected}, found {found}. Nothing "
            "was ingested. Check this machine's disk, memory and network, then try again."
        )


class DownloadsBusyError(OperationError):
    """Another process downloads the same export."""

    def __init__(self, export: str, waited: str) -> None:
        super().__init__(
            f"Another process is downloading {export} into this ledger; waited {waited}. "
            "Try again when it is done, or wait longer with --wait SECONDS."
        )


class NoSpaceError(OperationError):
    """Not enough disk space for a download."""

    def __init__(self, folder: str, needed: str, free: str) -> None:
        super().__init__(
            f"{folder} has too little space: {needed} needed, {free} free. Nothing was downloaded."
        )
