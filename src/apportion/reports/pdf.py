"""Writes a document as PDF, to be filed and signed.

A character that no font has (`pdf_fonts`) is shown as its escape, and returned with the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace

from apportion.model.document import Document, Section, Table

from .cells import cells
from .pdf_fonts import choose_font, text_of
from .visible import visible

_MARGIN = 18  # millimetres
_INK, _SOFT, _TINT = (28, 36, 48), (91, 102, 117), (244, 246, 249)
_LINE = (200, 207, 215)
_SIZES = {1: 18, 2: 13, 3: 11}
_ABOVE, _BESIDE = 0.6, 1.2  # millimetres round a cell's text
_TABLE_SIZES = (9, 8, 7, 6)  # the first for few columns alone
#: A cell may fill half a page, which a row cannot leave; longer text ends in dots. The HTML has it.
_MOST_LINES, _MOST_LETTERS = 25, 2_000


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
    page.words(document.lead, colour=_SOFT, size=11)
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
            page.words(section.table.note, colour=_SOFT, size=8)
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
        self.set_text_color(*_SOFT)
        self.cell(0, 8, f"{self._named}   {self.page_no()} / {{nb}}", align="R")

    def heading(self, text: str, *, level: int) -> None:
        self.ln(2 if level == 1 else 5)
        if self.will_page_break(25):
            self.add_page()
        self.set_font(self._family, style="B", size=_SIZES[level])
        self.set_text_color(*_INK)
        short = text if len(text) < _MOST_LETTERS else f"{text[:_MOST_LETTERS]}..."
        self.multi_cell(0, _SIZES[level] * 0.55, self._safe(short), new_x="LMARGIN", new_y="NEXT")
        self.ln(1)

    def words(self, text: str, *, colour: tuple[int, int, int] = _INK, size: int = 10) -> None:
        self.set_font(self._family, size=size)
        self.set_text_color(*colour)
        self.multi_cell(0, size * 0.5, self._safe(text), new_x="LMARGIN", new_y="NEXT")
        self.ln(1)

    def lay(self, table: Table) -> None:
        """Lay a table over the page's width, by what its columns hold; no number is broken."""
        laid = cells(table)
        self.set_text_color(*_INK)
        self.set_draw_color(*_LINE)
        rows = (laid.head, *laid.body, *laid.totals)
        texts = [[self._safe(text[:_MOST_LETTERS]) for text in row] for row in rows]
        widths = self._widths(texts)
        texts = [list(map(self._cut, row, widths)) for row in texts]
        with self.table(
            col_widths=widths,
            text_align=tuple("RIGHT" if number else "LEFT" for number in laid.numeric),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="BOLD", color=_SOFT, fill_color=_TINT),
            line_height=5,
            padding=(_ABOVE, _BESIDE),
        ) as drawn:
            for number, row in enumerate(texts):
                total = number > len(laid.body)
                drawn.row(row, style=FontFace(emphasis="BOLD") if total else None)
        self.ln(2)

    def _widths(self, rows: Sequence[Sequence[str]]) -> tuple[float, ...]:
        """Choose the letters' size and columns in which words keep whole; the rest by length."""
        columns = list(zip(*rows, strict=True))
        words: list[float] = []
        for size in _TABLE_SIZES[len(columns) > 5 :]:
            self.set_font(self._family, style="B", size=size)
            words = [max(map(self._longest_word, column)) for column in columns]
            if sum(words) <= self.epw:
                break
        self.set_font(self._family, size=self.font_size_pt)
        wide = [max(map(self._width, column)) for column in columns]
        room, wanted = self.epw - sum(words), sum(wide) - sum(words)
        if room <= 0:  # the table takes the page's width in these proportions
            return tuple(words)
        if room >= wanted:
            return tuple(width + (room - wanted) / len(wide) for width in wide)
        return tuple(
            word + room * ((w - word) / wanted) for word, w in zip(words, wide, strict=True)
        )

    def _cut(self, text: str, width: float) -> str:
        room = max(width - 2 * _BESIDE, 1) * _MOST_LINES
        long = self.get_string_width(text)
        if long <= room and len(text) < _MOST_LETTERS:
            return text
        return f"{text[: int(len(text) * min(room / long, 1))]}..."

    def _longest_word(self, text: str) -> float:
        return max((self._width(word) for word in text.split(" ")), default=0.0)

    def _width(self, text: str) -> float:
        """The width of a cell with this text on one line, at most a third of the page."""
        wide: float = min(self.get_string_width(text) + 2 * _BESIDE + 1, self.epw / 3)
        return wide

    def _safe(self, text: str) -> str:
        shown = visible(text)
        if self.missing.isdisjoint(shown):
            return shown
        return "".join(
            char.encode("ascii", "backslashreplace").decode() if char in self.missing else char
            for char in shown
        )
