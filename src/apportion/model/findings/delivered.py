"""What can be wrong with reports that are sent."""

from __future__ import annotations

from .finding import Code, Severity

MAYBE_SENT = Code(
    "W001",
    Severity.ERROR,
    "Nobody knows whether the letter left",
    "A letter was begun, and the word that it left is missing: the sender was ended, or no answer "
    "came. It is not sent again by itself, as a report that arrives twice is taken for two.",
)
NOT_SENT = Code(
    "W002",
    Severity.ERROR,
    "The letter was refused",
    "The files of the report are delivered and its pointer stands; only the letter did not leave. "
    "The next delivery of the same report tries again.",
)

ALL = (MAYBE_SENT, NOT_SENT)
