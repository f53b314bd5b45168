"""Draw lines of a delivery by the hash of its run: who makes a bill cannot know which they are."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from apportion.model.delivery import Delivery, LinePlace


def salt_of(run: str) -> int:
    """A number of 63 bits that only the run decides."""
    return _number(run) >> 1


def draw_lines(delivery: Delivery, run: str, *, largest: int, drawn: int) -> Iterator[LinePlace]:
    """The files' lines with the largest amounts, largest first, and then lines by chance."""
    files = sorted(enumerate(delivery.files), key=lambda file: (-file[1].largest.units, file[0]))
    for number, file in files[:largest]:
        if file.rows:
            yield LinePlace(number, file.largest.row)
    ends = list(accumulate(file.rows for file in delivery.files))
    for draw in range(drawn):
        line = _number(f"{run} {draw}") % ends[-1]
        number = bisect_right(ends, line)
        yield LinePlace(number, line - (ends[number] - delivery.files[number].rows))


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
