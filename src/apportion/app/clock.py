"""The clock of real runs."""

from __future__ import annotations

from datetime import UTC, datetime

from apportion.model.timestamp import utc_text


def utc_now() -> str:
    """The time, as runs record it: UTC, ISO 8601."""
    return utc_text(datetime.now(UTC))
