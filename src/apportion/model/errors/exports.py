"""Operations on exports in S3 that failed, in the manner of `errors`.

WrongUseError
├── NoExportError        there is no export where one was named, or there are several
├── OnlyForError         an option or address belongs elsewhere
└── ExportNameError      an export cannot have this name, or lie there
OperationError
├── AwsError
│   ├── NoBucketError        there is no bucket of that name
│   ├── ObjectChangedError   an object is not any more what it was when it was looked at
│   └── NotWhatS3HasError    a file that arrived has another checksum than S3 states
├── DownloadsBusyError   another process fetches the same export
└── NoSpaceError         the disk is too small for what would be fetched
"""

from __future__ import annotations

from collections.abc import Sequence

from .base import AwsError, OperationError, WrongUseError


class NoExportError(WrongUseError):
    """There is no export where one was named, or several lie below."""

    def __init__(self, place: str, found: Sequence[str]) -> None:
        super().__init__(
            f"{place} holds {len(found)} exports; name one of them: {', '.join(found)}."
            if found
            else f"{place} holds no export: expected a folder `metadata` with BILLING_PERIOD=… in "
            "it, or folders like 20260901-20261001 of the older report. The address ends with the "
            "export's name: s3://bucket/prefix/export. A new export comes within a day."
        )


class OnlyForError(WrongUseError):
    """Something was given that belongs to another kind of thing."""

    def __init__(self, subject: str, where: str, found: str) -> None:
        super().__init__(f"{subject} is for {where}; found {found}.")


class ExportNameError(WrongUseError):
    """An export cannot have this name, or lie there."""

    def __init__(self, place: str, expected: str) -> None:
        super().__init__(f"{place} cannot be the place of an export: expected {expected}.")


class NoBucketError(AwsError):
    """There is no bucket of that name."""

    def __init__(self, bucket: str) -> None:
        super().__init__(
            f"There is no bucket {bucket!r} in S3. Check its name, and that the credentials are "
            "of the right partition (aws, aws-cn, aws-us-gov)."
        )


class ObjectChangedError(AwsError):
    """An object is not any more what it was when it was looked at."""

    def __init__(self, address: str) -> None:
        super().__init__(
            f"{address} changed while it was read: the export is being rewritten. "
            "Try again in some minutes."
        )


class NotWhatS3HasError(AwsError):
    """A file that arrived is not what S3 holds, by the checksum that S3 states."""

    def __init__(self, address: str, expected: str, found: str) -> None:
        super().__init__(
            f"{address} arrived damaged, twice: expected {expected}, found {found}. Nothing of it "
            "was taken in. Check this machine's disk, memory and network, then try again."
        )


class DownloadsBusyError(OperationError):
    """Another process fetches the same export."""

    def __init__(self, export: str, waited: str) -> None:
        super().__init__(
            f"Another process is fetching {export} into this ledger; waited {waited}. "
            "Try again when it is done, or wait longer with --wait SECONDS."
        )


class NoSpaceError(OperationError):
    """The disk is too small for what would be fetched."""

    def __init__(self, folder: str, needed: str, free: str) -> None:
        super().__init__(
            f"{folder} has too little room: {needed} would be fetched, {free} are free. "
            "Nothing was fetched."
        )
