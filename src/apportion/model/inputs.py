"""Files beside the rulebook, as values: lookups and drivers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class LookupRow:
    """One line: the charge's columns it matches, the value it gives, the days it holds for."""

    match: tuple[str, ...]
    value: str
    valid_from: date  # inclusive; date.min if the file has none
    valid_to: date  # inclusive; date.max if the file has none
    line: int


@dataclass(frozen=True)
class Lookup:
    """A CSV that gives a dimension's value for columns of the charge (SubAccountId, ...).

    `columns` are the canonical names matched, in the order of each row's `match`.
    """

    name: str
    sha256: str
    dimension: str
    columns: tuple[str, ...]
    rows: tuple[LookupRow, ...]


def lookup_key(dimension: str, file: str) -> str:
    """Identify a lookup: one file may give values to several dimensions."""
    return f"{file} for {dimension}"


@dataclass(frozen=True)
class DriverRow:
    """One number. `day` is None for a whole-month number, `within` empty for no partition."""

    owner: str
    number: Decimal
    day: date | None
    month: str  # `2026-09`, or empty for every month
    within: str
    line: int


@dataclass(frozen=True)
class Driver:
    """The numbers a pool is split by."""

    name: str
    sha256: str
    rows: tuple[DriverRow, ...]
