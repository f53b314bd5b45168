"""Findings about tags as they are on resources, and about changing them (T06)."""

from __future__ import annotations

from .finding import Code, Severity

NOT_SCANNED = Code(
    "T060",
    Severity.ERROR,
    "An account or region that could not be looked at",
    "The others were. What is told of tags there is only what the bill says.",
)
FIX_REFUSED = Code(
    "T061",
    Severity.ERROR,
    "A tag that AWS refused",
    "The other resources were changed. The undo file names only what was.",
)
NOTHING_DERIVED = Code(
    "T062",
    Severity.NOTICE,
    "Tags that nobody can propose",
    "Nothing tells the values; ask their owners: `apportion tags untagged --messages`.",
)
NO_ARN = Code(
    "T063",
    Severity.NOTICE,
    "Resources that are billed without an ARN",
    "The bill names them by a bare id, by which they cannot be tagged.",
)
SCANNED_WRONG = Code(
    "T064",
    Severity.WARNING,
    "Resources without valid mandatory tags, as they are now",
    "What the scan saw in accounts and regions, with what the same resources cost in the bill.",
)

ALL = (NOT_SCANNED, FIX_REFUSED, NOTHING_DERIVED, NO_ARN, SCANNED_WRONG)
