"""Writes a document as Markdown; texts from bills are escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from apportion.model.document import Document, Section, Table

from .cells import cells
from .visible import visible

#: Characters with a meaning in CommonMark, GitHub's tables or HTML.
_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~!&])")


def markdown(document: Document) -> str:
    """Write a document."""
    parts = [f"# {_safe(document.title)}", _safe(document.lead)]
    for section in document.sections:
        parts += _section(section, level=2)
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(section: Section, *, level: int) -> Iterator[str]:
    yield f"{'#' * level} {_safe(section.heading)}"
    yield from map(_safe, section.sentences)
    if section.table is not None:
        yield _table(section.table)
    if section.lines:
        yield _as_they_are(section.lines)
    for inner in section.sections:
        yield from _section(inner, level=level + 1)


def _table(table: Table) -> str:
    laid = cells(table)
    rule = ["---:" if number else "---" for number in laid.numeric]
    totals = [[f"**{_safe(text)}**" if text else "" for text in row] for row in laid.totals]
    body = [list(map(_safe, row)) for row in laid.body]
    rows = [list(map(_safe, laid.head)), rule, *body, *totals]
    note = f"\n\n{_safe(table.note)}" if table.note else ""
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + note


def _as_they_are(lines: Sequence[str]) -> str:
    """Write lines as a code block, with more backticks than any line has."""
    shown = [visible(line) for line in lines]
    longest = max((len(run) for line in shown for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([fence, *shown, fence])


def _safe(text: str) -> str:
    """Escape a text for one line of Markdown."""
    return _SIGNS.sub(r"\\\1", visible(text).replace("\n", " "))
