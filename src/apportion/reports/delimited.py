"""Writes rows of cells as a delimited file in the form that a template describes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from apportion.model.finance.journal_template import Cell, JournalTemplate

from .csv import in_quotes, quoted


def write_delimited(rows: Iterable[Sequence[Cell]], template: JournalTemplate) -> bytes:
    """Write rows; the cells are final text, which the encoding of the template has."""
    lines = [
        template.separator.join(_written(cell, template) for cell in row) + template.line_end
        for row in rows
    ]
    return "".join(lines).encode(template.encoding)


def _written(cell: Cell, template: JournalTemplate) -> str:
    """Quote a text if the template or the text needs it."""
    if template.quote_text and cell.is_text:
        return in_quotes(cell.text)
    return quoted(cell.text, template.separator)
