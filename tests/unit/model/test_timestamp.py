"""Moments are written in UTC, whatever their time zone is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from apportion.model.timestamp import utc_text

CET = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    "moment",
    [datetime(2026, 1, 1, 23, 30, 5, 999, UTC), datetime(2026, 1, 2, 0, 30, 5, tzinfo=CET)],
)
def test_utc_to_the_second(moment: datetime) -> None:
    assert utc_text(moment) == "2026-01-01T23:30:05Z"
