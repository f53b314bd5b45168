"""A document for people: headings, sentences and tables, before it has a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """Rows, under them totals, and a note on these. Where `summed`, totals are still to be made."""

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, object], ...]
    totals: tuple[Mapping[str, object], ...] = ()
    summed: bool = False
    note: str = ""


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it; `lines` are shown as they are, one under the other."""

    heading: str
    sentences: tuple[str, ...] = ()
    table: Table | None = None
    lines: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True)
class Document:
    """A title, a sentence under it, and sections."""

    title: str
    lead: str
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True)
class RulesChange:
    """A change of the rules' files, from their history. `at` is ISO 8601."""

    commit: str
    author: str
    at: str
    subject: str
    diff: tuple[str, ...] = ()
