"""The hours of days in which charges begin, as bits: `{"2026-09-01": 1 << 7}` is seven o'clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Hours = Mapping[str, int]


def hours_of(begun: Iterable[str]) -> dict[str, int]:
    """Collect hours such as `2026-09-01T07` by day."""
    hours: dict[str, int] = {}
    for day, _, hour in (each.partition("T") for each in begun):
        hours[day] = hours.get(day, 0) | 1 << int(hour)
    return dict(sorted(hours.items()))


def join_hours(one: Hours, other: Hours) -> dict[str, int]:
    """The hours that are in either."""
    return {day: one.get(day, 0) | other.get(day, 0) for day in sorted({*one, *other})}


def missing_hours(before: Hours, now: Hours) -> dict[str, int]:
    """The hours of `before` that are not in `now`, by day."""
    missing = {day: held & ~now.get(day, 0) for day, held in before.items()}
    return {day: hours for day, hours in missing.items() if hours}


def count_hours(hours: Hours) -> int:
    """Count the hours of all days."""
    return sum(held.bit_count() for held in hours.values())


def first_hour(hours: Hours) -> str:
    """The earliest hour, as `2026-09-01 07:00`."""
    day, held = min(hours.items())
    return f"{day} {(held & -held).bit_length() - 1:02}:00"
