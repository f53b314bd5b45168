"""Moments as text."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_text(moment: datetime) -> str:
    """Write a moment, which has a time zone, in UTC to the second, as ISO 8601.

    >>> utc_text(datetime(2026, 11, 2, 8, tzinfo=UTC))
    '2026-11-02T08:00:00Z'
    """
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
