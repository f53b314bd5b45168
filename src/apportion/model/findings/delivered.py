"""Findings about reports that are written for people or sent by e-mail (W)."""

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

NO_FONT = Code(
    "W003",
    Severity.WARNING,
    "Characters without a font in a PDF",
    "The fonts of the PDF lack these characters, so it shows their codes, such as \\u65e5. HTML, "
    "Markdown and Excel show them. `review --font FILE` takes a font that has them.",
)

ALL = (MAYBE_SENT, NOT_SENT, NO_FONT)
