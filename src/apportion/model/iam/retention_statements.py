"""Statements of the role that deletes superseded data of a ledger in S3; see `statements`."""

from __future__ import annotations

from .statement import Statement

_STORE = "arn:${partition}:s3:::${bucket}"

EXPIRE_LEDGER = Statement(
    "RemoveWhatIsExpired",
    ("s3:DeleteObject",),
    (f"{_STORE}/ledger/files/*", f"{_STORE}/ledger/catalog/*"),
    "objects that the ledger does not have any more; never its head, nor what that names",
)
FIND_REPORTS = Statement(
    "FindDeliveredReports",
    ("s3:ListBucket",),
    (_STORE,),
    "which reports were delivered, and what is not there yet",
)
READ_REPORTS = Statement(
    "ReadDeliveredReports",
    ("s3:GetObject",),
    (f"{_STORE}/reports/*",),
    "of which runs reports were delivered, so that these stay",
)
