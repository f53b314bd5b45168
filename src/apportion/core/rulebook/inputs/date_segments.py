"""Segments: days in which no lookup changes, so that rules run once for each segment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from apportion.model.inputs import Lookup, LookupRow


@dataclass(frozen=True)
class Segment:
    """Days from first to last, both included."""

    number: int
    first: date
    last: date


def segments(
    lookups: Iterable[Lookup], first: date, last: date, *, also: Iterable[date] = ()
) -> list[Segment]:
    """Cut the days from first to last wherever a lookup's line begins or ends to hold.

    `also` are days on which something else that rules look at begins to be otherwise.
    """
    starts = {first, *also}
    for lookup in lookups:
        for row in lookup.rows:
            starts.add(row.valid_from)
            if row.valid_to < last:
                starts.add(row.valid_to + timedelta(days=1))
    cuts = sorted(start for start in starts if first <= start <= last)
    ends = [cut - timedelta(days=1) for cut in cuts[1:]] + [last]
    return [Segment(at, *both) for at, both in enumerate(zip(cuts, ends, strict=True))]


def rows_on(lookup: Lookup, day: date) -> list[LookupRow]:
    """The lines of a lookup that hold on a day, one for each match; a later line wins."""
    return list({row.match: row for row in lookup.rows if _holds(row, day)}.values())


def _holds(row: LookupRow, day: date) -> bool:
    return row.valid_from <= day <= row.valid_to
