"""Findings about reports sent by e-mail (W)."""

from __future__ import annotations

from .finding import Code, Severity

MAYBE_SENT = Code(
    "W001",
    Severity.ERROR,
    "E-mail may or may not have been sent",
    "Sending began, but the confirmation is missing: the process ended, or no answer came. The "
    "e-mail is not repeated, because recipients could take it for a second report.",
)
NOT_SENT = Code(
    "W002",
    Severity.ERROR,
    "E-mail was rejected",
    "The report's files are delivered and current; only the e-mail was not sent. The next "
    "delivery of the report tries again.",
)

ALL = (MAYBE_SENT, NOT_SENT)
