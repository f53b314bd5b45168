"""The clock of real runs."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> str:
    """The time, as runs record it: UTC, ISO 8601."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
