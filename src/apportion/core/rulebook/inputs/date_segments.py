"""Segments: days in which one value holds, so that only keys that a change matches are cut."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Generic, TypeVar

from apportion.model.inputs import Lookup, LookupRow

Value = TypeVar("Value")


@dataclass(frozen=True)
class Days:
    """Days from first to last, both included."""

    first: date
    last: date


@dataclass(frozen=True)
class Segment(Generic[Value]):
    """Days and the value that holds on all of them; None where none is known."""

    days: Days
    value: Value | None


def segments(lines: Sequence[Segment[Value]], days: Days) -> list[Segment[Value]]:
    """Divide days wherever the value changes, gaps included; where lines overlap, the later wins.

    The segments are in order, leave out no day, and neighbours differ in their value.
    """
    known = [line for line in lines if _overlap(line.days, days)]
    if known and _contains(known[-1].days, days):
        return [Segment(days, known[-1].value)]
    day = timedelta(days=1)
    ends = {line.days.last + day for line in known if line.days.last < days.last}
    starts = {days.first, *ends, *(max(line.days.first, days.first) for line in known)}
    found: list[Segment[Value]] = []
    for start, following in pairwise([*sorted(starts), days.last + day]):
        holding = (line.value for line in reversed(known) if _holds(line.days, start))
        value, begins = next(holding, None), start
        if found and found[-1].value == value:
            begins = found.pop().days.first
        found.append(Segment(Days(begins, following - day), value))
    return found


def lookup_segments(lookup: Lookup, days: Days) -> Iterator[tuple[tuple[str, ...], Segment[str]]]:
    """Divide the days of each match of a lookup where its value changes.

    A match without a value on any of the days is left out.
    """
    lines: dict[tuple[str, ...], list[Segment[str]]] = defaultdict(list)
    for row in lookup.rows:
        if row.valid_from <= days.last and row.valid_to >= days.first:
            lines[row.match].append(Segment(Days(row.valid_from, row.valid_to), row.value))
    for match, found in lines.items():
        for segment in segments(found, days):
            yield match, segment


def rows_on(lookup: Lookup, day: date) -> list[LookupRow]:
    """The lines of a lookup that hold on a day, one for each match; a later line wins."""
    holding = (row for row in lookup.rows if row.valid_from <= day <= row.valid_to)
    return list({row.match: row for row in holding}.values())


def _holds(days: Days, day: date) -> bool:
    return days.first <= day <= days.last


def _overlap(one: Days, other: Days) -> bool:
    return one.first <= other.last and one.last >= other.first


def _contains(outer: Days, inner: Days) -> bool:
    return outer.first <= inner.first and outer.last >= inner.last
