"""The fonts of a PDF: PDF's own for Western European text, else DejaVu Sans and one that is given.

DejaVu Sans 2.37 comes with the program; it has the Latin, Greek and Cyrillic letters. Fonts for
Chinese, Japanese and Korean have 16 MB each, so a user names one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError
from fpdf import FPDF

from apportion.model.document import Document, Section
from apportion.model.errors.output_files import NotAFontError

from .cells import cells
from .visible import visible

_FOLDER = Path(__file__).parent / "fonts"
_OWN, _SHIPPED, _GIVEN = "Helvetica", "DejaVuSans", "given"


def check_font(font: Path) -> None:
    """Raise NotAFontError unless the file is a TrueType or OpenType font."""
    try:
        with TTFont(font, lazy=True) as opened:
            opened.getBestCmap()
    except (OSError, TTLibError, KeyError, AssertionError) as error:
        raise NotAFontError(str(font), str(error)) from error


def choose_font(page: FPDF, text: str, font: Path | None) -> tuple[str, frozenset[str]]:
    """Load what a text needs, and return the family and the characters that no font has.

    PDF's own font is preferred: it takes neither space nor time. `font` is loaded only for
    characters that DejaVu Sans lacks, as it may be large.
    """
    if not (beyond := {char for char in text if ord(char) > 0xFF}):
        return _OWN, frozenset()
    page.add_font(_SHIPPED, "", _FOLDER / "DejaVuSans.ttf")
    page.add_font(_SHIPPED, "B", _FOLDER / "DejaVuSans-Bold.ttf")
    missing = _without(page, beyond)
    if missing and font is not None:
        page.add_font(_GIVEN, "", font)
        page.set_fallback_fonts([_GIVEN], exact_match=False)
        missing = _without(page, missing)
    return _SHIPPED, missing


def text_of(document: Document) -> str:
    """Give all text of a document, as it is shown, in no particular form."""
    sections = (text for one in document.sections for text in _texts(one))
    return visible("".join((document.title, document.lead, *sections)), keep="\n")


def _texts(section: Section) -> Iterator[str]:
    yield from (section.heading, *section.sentences, *section.lines)
    if section.table is not None:
        laid = cells(section.table)
        yield section.table.note
        yield from (text for row in (laid.head, *laid.body, *laid.totals) for text in row)
    for inner in section.sections:
        yield from _texts(inner)


def _without(page: FPDF, characters: frozenset[str] | set[str]) -> frozenset[str]:
    known = [loaded.cmap for loaded in page.fonts.values()]
    return frozenset(
        char
        for char in characters
        if not unicodedata.combining(char) and not any(ord(char) in cmap for cmap in known)
    )
