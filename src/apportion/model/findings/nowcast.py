"""Findings about estimates of days that are not billed completely (N)."""

from __future__ import annotations

from .finding import Code, Severity

NOTHING_LEARNED = Code(
    "N001",
    Severity.WARNING,
    "Completeness is not known",
    "Estimates need several deliveries that show how days fill up, from their first charges until "
    "two days after they began. Ingest every delivery of the export.",
)
NOT_ESTIMATED = Code(
    "N002",
    Severity.WARNING,
    "Charges without an estimate",
    "Too little of these charges is billed, and the ledger has no complete days or months of them "
    "to compare with: a new service, the first days of a month, or tax, support and fees before a "
    "whole month was seen. They count as billed so far.",
)
MADE_TOO_EARLY = Code(
    "N003",
    Severity.WARNING,
    "Delivery is older than its charges",
    "The time of the manifest or of the newest file is before days that the delivery has charges "
    "of. A clock is wrong, or the files lost the time that the provider gave them. The age of "
    "these days is not known, so they count as billed so far.",
)
ALL = (NOTHING_LEARNED, NOT_ESTIMATED, MADE_TOO_EARLY)
