"""Lays a table over the width of a PDF page, by what its columns hold; no number is broken.

fpdf2's own tables lay every cell out twice, as text of many lines in any style: a third of the time
of a review. Here a cell that fits on its line, as nearly all do, is one call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fpdf import FPDF
from fpdf.enums import MethodReturnValue

INK, SOFT, TINT = (28, 36, 48), (91, 102, 117), (244, 246, 249)
_LINE = (200, 207, 215)
_ABOVE, _BESIDE = 0.6, 1.2  # millimetres round a cell's text
_HEIGHT = 5.0  # millimetres of a line of text
_SIZES = (9, 8, 7, 6)  # the first for few columns alone
#: A cell may fill half a page, which a row cannot leave; longer text ends in dots. The HTML has it.
_MOST_LINES, MOST_LETTERS = 25, 2_000
_MEASURED, _ROUNDING = 10.0, 0.01  # the size at which texts are measured; millimetres
_LINES = MethodReturnValue.LINES


@dataclass(frozen=True)
class PdfRows:
    """The texts of a table, and which columns are numbers, which stand at the right."""

    head: Sequence[str]
    body: Sequence[Sequence[str]]
    totals: Sequence[Sequence[str]]
    numeric: Sequence[bool]

    @property
    def texts(self) -> list[Sequence[str]]:
        return [self.head, *self.body, *self.totals]


@dataclass(frozen=True)
class _Row:
    """A row, with the lines of each of its cells."""

    cells: Sequence[Sequence[str]]
    style: str
    head: bool = False

    @property
    def height(self) -> float:
        return max(map(len, self.cells), default=1) * _HEIGHT + 2 * _ABOVE


def lay(page: FPDF, rows: PdfRows) -> None:
    """Draw the rows below what the page has; the head stands again on every page."""
    margin, page.c_margin = page.c_margin, _BESIDE
    table = _Table(page, rows)
    head, *others = table.rows
    if page.will_page_break(head.height + (others[0].height if others else 0)):
        page.add_page()
    table.draw(head)
    for row in others:
        if page.will_page_break(row.height):
            page.add_page()
            table.draw(head)
        page.line(page.l_margin, page.y, page.l_margin + page.epw, page.y)
        table.draw(row)
    page.c_margin = margin


class _Table:
    """Measures texts, each once, and draws rows in columns of the widths found."""

    def __init__(self, page: FPDF, rows: PdfRows) -> None:
        self._page = page
        self._known: dict[tuple[str, str], float] = {}
        self._aligns = ["R" if number else "L" for number in rows.numeric]
        texts = [[text[:MOST_LETTERS] for text in row] for row in rows.texts]
        self._size, self._widths = self._choose(list(zip(*texts, strict=True)))
        bold = len(texts) - len(rows.totals)
        self.rows = [
            self._row(row, style="B" if number == 0 or number >= bold else "", head=number == 0)
            for number, row in enumerate(texts)
        ]
        page.set_draw_color(*_LINE)
        page.set_fill_color(*TINT)

    def draw(self, row: _Row) -> None:
        page, left, top, height = self._page, self._page.l_margin, self._page.y, row.height
        page.set_font(style=row.style, size=self._size)
        page.set_text_color(*(SOFT if row.head else INK))
        if row.head:
            page.rect(left, top, page.epw, height, style="F")
        for lines, width, align in zip(row.cells, self._widths, self._aligns, strict=True):
            page.set_y(top + (height - len(lines) * _HEIGHT) / 2)
            for line in lines:
                page.set_x(left)
                page.cell(width, _HEIGHT, line, align=align, new_x="LEFT", new_y="NEXT")
            left += width
        page.set_xy(page.l_margin, top + height)

    def _row(self, texts: Sequence[str], *, style: str, head: bool) -> _Row:
        pairs = zip(texts, self._widths, strict=True)
        return _Row([self._lines(text, width, style) for text, width in pairs], style, head)

    def _lines(self, text: str, width: float, style: str) -> Sequence[str]:
        if "\n" not in text and self._long(text, style) < width - 2 * _BESIDE - _ROUNDING:
            return (text,)
        self._page.set_font(style=style, size=self._size)
        lines: list[str] = self._page.multi_cell(
            width, text=self._cut(text, width), align="L", dry_run=True, output=_LINES
        )
        return lines

    def _choose(self, columns: Sequence[Sequence[str]]) -> tuple[float, tuple[float, ...]]:
        """Choose the letters' size and columns in which words keep whole; the rest by length."""
        room = self._page.epw
        words: list[float] = []
        for self._size in _SIZES[len(columns) > 5 :]:
            words = [max(map(self._longest_word, column)) for column in columns]
            if sum(words) <= room:
                break
        wide = [max(map(self._width, column)) for column in columns]
        left, wanted = room - sum(words), sum(wide) - sum(words)
        if left <= 0:
            return self._size, tuple(width * room / sum(words) for width in words)
        if left >= wanted:
            return self._size, tuple(width + (left - wanted) / len(wide) for width in wide)
        pairs = zip(words, wide, strict=True)
        return self._size, tuple(word + left * ((w - word) / wanted) for word, w in pairs)

    def _cut(self, text: str, width: float) -> str:
        room = max(width - 2 * _BESIDE, 1) * _MOST_LINES
        long = self._long(text, "B")
        if long <= room and len(text) < MOST_LETTERS:
            return text
        return f"{text[: int(len(text) * min(room / long, 1))]}..."

    def _longest_word(self, text: str) -> float:
        return max((self._width(word) for word in text.split(" ")), default=0.0)

    def _width(self, text: str) -> float:
        """The width of a cell with this text on one line, at most a third of the page."""
        wide: float = min(self._long(text, "B") + 2 * _BESIDE + 1, self._page.epw / 3)
        return wide

    def _long(self, text: str, style: str) -> float:
        """The length of a text; letters grow with their size."""
        known = self._known.get((text, style))
        if known is None:
            self._page.set_font(style=style, size=_MEASURED)
            known = self._known[text, style] = self._page.get_string_width(text) / _MEASURED
        return known * self._size
