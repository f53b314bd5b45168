"""Writes a document as PDF, to be filed and signed.

A character that no font has (`pdf_fonts`) is shown as its escape, and returned with the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fpdf import FPDF

from apportion.model.document import Document, Section, Table

from .cells import cells
from .pdf_fonts import choose_font, text_of
from .pdf_table import INK, MOST_LETTERS, SOFT, PdfRows, lay
from .visible import visible

_MARGIN = 18  # millimetres
_SIZES = {1: 18, 2: 13, 3: 11}


@dataclass(frozen=True)
class Pdf:
    """A PDF file, and the characters that none of its fonts has."""

    content: bytes
    missing: frozenset[str]


def pdf(document: Document, *, made_at: str, font: Path | None = None) -> Pdf:
    """Write a document on A4 pages; the same document, time and font give the same bytes.

    `font` is used for characters that DejaVu Sans lacks.
    """
    page = _Page(document, font)
    page.set_creation_date(datetime.fromisoformat(made_at))
    page.heading(document.title, level=1)
    page.words(document.lead, colour=SOFT, size=11)
    for section in document.sections:
        _write(page, section, level=2)
    return Pdf(bytes(page.output()), page.missing)


def _write(page: _Page, section: Section, *, level: int) -> None:
    page.heading(section.heading, level=min(level, 3))
    for sentence in section.sentences:
        page.words(sentence)
    if section.table is not None and section.table.columns:
        page.lay(section.table)
        if section.table.note:
            page.words(section.table.note, colour=SOFT, size=8)
    for line in section.lines:
        page.words(line, size=8)
    for inner in section.sections:
        _write(page, inner, level=level + 1)


class _Page(FPDF):  # type: ignore[misc]  # fpdf2 has no types
    """A4, one column, the title and the number of the page under each."""

    def __init__(self, document: Document, font: Path | None) -> None:
        super().__init__()
        self._family, self.missing = choose_font(self, text_of(document), font)
        self._named = self._safe(document.title[:80])
        self.set_title(self._named)
        self.set_margin(_MARGIN)
        self.set_auto_page_break(auto=True, margin=_MARGIN)
        self.alias_nb_pages()
        self.add_page()

    def footer(self) -> None:
        self.set_y(-_MARGIN)
        self.set_font(self._family, size=8)
        self.set_text_color(*SOFT)
        self.cell(0, 8, f"{self._named}   {self.page_no()} / {{nb}}", align="R")

    def heading(self, text: str, *, level: int) -> None:
        self.ln(2 if level == 1 else 5)
        if self.will_page_break(25):
            self.add_page()
        self.set_font(self._family, style="B", size=_SIZES[level])
        self.set_text_color(*INK)
        short = text if len(text) < MOST_LETTERS else f"{text[:MOST_LETTERS]}..."
        self.multi_cell(0, _SIZES[level] * 0.55, self._safe(short), new_x="LMARGIN", new_y="NEXT")
        self.ln(1)

    def words(self, text: str, *, colour: tuple[int, int, int] = INK, size: int = 10) -> None:
        self.set_font(self._family, size=size)
        self.set_text_color(*colour)
        self.multi_cell(0, size * 0.5, self._safe(text), new_x="LMARGIN", new_y="NEXT")
        self.ln(1)

    def lay(self, table: Table) -> None:
        laid = cells(table)
        head, *rows = [
            [self._safe(text) for text in row] for row in (laid.head, *laid.body, *laid.totals)
        ]
        body = len(laid.body)
        self.set_font(self._family)
        lay(self, PdfRows(head, rows[:body], rows[body:], laid.numeric))
        self.ln(2)

    def _safe(self, text: str) -> str:
        shown = visible(text)
        if self.missing.isdisjoint(shown):
            return shown
        return "".join(
            char.encode("ascii", "backslashreplace").decode() if char in self.missing else char
            for char in shown
        )
