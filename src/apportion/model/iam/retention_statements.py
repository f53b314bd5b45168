"""Statements of the role that deletes superseded data of a ledger in S3; see `statements`."""

from __future__ import annotations

from .statement import Statement

_STORE = "arn:${partition}:s3:::${bucket}"

EXPIRE_LEDGER = Statement(
    "RemoveWhatIsExpired",
    ("s3:DeleteObject",),
    (f"{_STORE}/ledger/files/*", f"{_STORE}/ledger/catalog/*"),
    "superseded objects; never the head, nor the objects that it lists",
)
FIND_REPORTS = Statement(
    "FindDeliveredReports",
    ("s3:ListBucket",),
    (_STORE,),
    "delivered reports, and missing objects",
)
READ_REPORTS = Statement(
    "ReadDeliveredReports",
    ("s3:GetObject",),
    (f"{_STORE}/reports/*",),
    "runs whose reports were delivered, because these are kept",
)
