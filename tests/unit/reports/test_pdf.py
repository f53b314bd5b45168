"""PDF: names in any letters are shown, or reported with what to do."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from apportion.model.document import Document, Section, Table
from apportion.model.errors.output_files import NotAFontError
from apportion.reports.pdf import Pdf, pdf
from apportion.reports.pdf_fonts import check_font
from programs import needed

NOON = "2026-11-02T12:00:00+00:00"


def document(name: str) -> Document:
    row = {"owner": name, "total": 1}
    return Document(name, "", (Section("Statement", (name,), Table(tuple(row), (row,))),))


def text(made: Pdf, folder: Path) -> str:
    needed("pdftotext")
    (folder / "one.pdf").write_bytes(made.content)
    done = subprocess.run(
        ["pdftotext", "-layout", str(folder / "one.pdf"), "-"], check=True, capture_output=True
    )
    return done.stdout.decode()


def font_with(characters: str, folder: Path) -> Path:
    """Make a font in which each of these characters is a box."""
    glyphs = {".notdef": "", **{f"u{ord(char):04X}": char for char in characters}}
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 700), (700, 700), (700, 0)):
        pen.lineTo(corner)
    pen.closePath()
    box = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap({ord(char): name for name, char in glyphs.items() if char})
    builder.setupGlyf(dict.fromkeys(glyphs, box))
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (800, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Boxes", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800, usWinAscent=800, usWinDescent=200)
    builder.setupPost()
    builder.save(folder / "boxes.ttf")
    return folder / "boxes.ttf"


@pytest.mark.parametrize("name", ["Zürich & Søn", "Ωμέγα", "ёлка №1", "Łódź → Kraków"])
def test_names_in_latin_greek_and_cyrillic_are_shown(name: str, tmp_path: Path) -> None:
    made = pdf(document(name), made_at=NOON)
    assert made.missing == frozenset()
    shown = text(made, tmp_path)
    assert shown.count(name) >= 3  # title, sentence and row
    assert "1 / 1" in shown  # the number of the page and of pages


def test_western_text_embeds_no_font() -> None:
    assert len(pdf(document("Zürich"), made_at=NOON).content) < 5_000


def test_the_same_document_and_time_are_the_same_bytes() -> None:
    assert pdf(document("ёлка"), made_at=NOON) == pdf(document("ёлка"), made_at=NOON)


def test_characters_without_a_font_are_shown_as_codes_and_reported(tmp_path: Path) -> None:
    made = pdf(document("Ω 日本"), made_at=NOON)
    assert made.missing == {"日", "本"}
    assert "Ω \\u65e5\\u672c" in text(made, tmp_path)


def test_a_font_that_is_given_has_what_the_other_lacks(tmp_path: Path) -> None:
    made = pdf(document("Ω 日本"), made_at=NOON, font=font_with("日", tmp_path))
    assert made.missing == {"本"}
    assert "Ω 日\\u672c" in text(made, tmp_path)


def test_a_file_that_is_no_font_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "no.ttf").write_text("not a font")
    check_font(font_with("日", tmp_path))
    for name in ("no.ttf", "absent.ttf"):
        with pytest.raises(NotAFontError, match=r"expected a TrueType or OpenType font"):
            check_font(tmp_path / name)
