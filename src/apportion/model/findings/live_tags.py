"""Findings about tags on live resources and their changes (T06)."""

from __future__ import annotations

from .finding import Code, Severity

NOT_SCANNED = Code(
    "T060",
    Severity.ERROR,
    "Account or region not scanned",
    "All others were scanned. For this one, only tags in the bill are known.",
)
FIX_REFUSED = Code(
    "T061",
    Severity.ERROR,
    "AWS rejected a tag",
    "The other resources were changed. The undo file lists only those.",
)
NOTHING_DERIVED = Code(
    "T062",
    Severity.NOTICE,
    "No value to propose",
    "Nothing indicates the values of these tags. Ask the owners: `apportion tags untagged "
    "--messages`.",
)
NO_ARN = Code(
    "T063",
    Severity.NOTICE,
    "Resources billed without an ARN",
    "The bill identifies them by a plain id, which cannot be used to tag them.",
)
SCANNED_WRONG = Code(
    "T064",
    Severity.WARNING,
    "Resources without valid mandatory tags now",
    "The tags are those of the scan, the costs those of the bill.",
)

ALL = (NOT_SCANNED, FIX_REFUSED, NOTHING_DERIVED, NO_ARN, SCANNED_WRONG)
