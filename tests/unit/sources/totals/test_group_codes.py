"""Labels of lines: the hours in which charges begin, in every type that a time comes in."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from apportion.sources.totals.group_codes import hours

TEXTS = ["2026-09-01T07:59:59Z", "2026-09-01 23:00:00.000", "2026-09-02", "2026-09-01T24:00", None]
SEEN = ["2026-09-01T07", "2026-09-01T23", "2026-09-02T00", "", ""]
SEVEN = datetime(2026, 9, 1, 7, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("array", "seen"),
    [
        (pa.array(TEXTS), SEEN),
        (pa.array([*TEXTS, TEXTS[0]]).dictionary_encode(), [*SEEN, SEEN[0]]),
        (pa.array([SEVEN, None], pa.timestamp("us", "UTC")), ["2026-09-01T07", ""]),
        (pa.array([SEVEN.replace(tzinfo=None)], pa.timestamp("ns")), ["2026-09-01T07"]),
        (pa.array([1, 2]), ["", ""]),
    ],
)
def test_hours_of_times(array: pa.Array, seen: list[str]) -> None:
    found = hours(array)
    assert [found.labels[code] for code in found.codes] == seen
