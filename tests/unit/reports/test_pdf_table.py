"""Tables of a PDF: every text is drawn, on lines that fit, and the head stands on each page."""

from __future__ import annotations

import re

from fpdf import FPDF

from apportion.reports.pdf_table import PdfRows, lay


def drawn(rows: PdfRows) -> tuple[list[str], FPDF]:
    """Lay rows on A4, and give the texts in the order in which they are drawn."""
    page = FPDF()
    page.set_compression(False)
    page.set_auto_page_break(auto=True, margin=18)
    page.set_font("Helvetica")
    page.add_page()
    lay(page, rows)
    found = re.findall(rb"\((.*?)\) Tj", bytes(page.output()))
    return [text.decode("latin-1") for text in found], page


def test_each_text_is_drawn_once_in_order() -> None:
    rows = PdfRows(
        ("owner", "cost"), [("Zürich", "1.00"), ("", "2.00")], [("total", "3.00")], (False, True)
    )
    texts, _page = drawn(rows)
    assert [text for text in texts if text] == [
        *("owner", "cost", "Zürich", "1.00", "2.00", "total", "3.00")
    ]


def test_numbers_end_at_the_right_and_names_begin_at_the_left() -> None:
    content = PdfRows(("n", "c"), [("i", "1.00"), ("i", "1,111.00")], (), (False, True))
    page = FPDF()
    page.set_compression(False)
    page.set_font("Helvetica")
    page.add_page()
    lay(page, content)
    written = bytes(page.output()).decode("latin-1")
    found = re.findall(r"([\d.]+) [\d.]+ Td[^()]*\((.*?)\) Tj", written)
    places = {text: float(x) for x, text in found}
    assert places["n"] == places["i"]
    assert places["1,111.00"] < places["1.00"]


def test_long_text_goes_on_lines_that_hold_all_its_words() -> None:
    words = [f"word{number}" for number in range(120)]
    texts, page = drawn(PdfRows(("owner", "cost"), [(" ".join(words), "1.00")], (), (False, True)))
    assert " ".join(text for text in texts if text.startswith("word")).split() == words
    assert page.pages_count == 1


def test_text_for_more_than_half_a_page_ends_in_dots() -> None:
    row = ("x" * 30_000, "a\nb")
    texts, page = drawn(PdfRows(("owner", "note"), [row, row], (), (False, False)))
    assert sum(text.endswith("...") for text in texts) == 2
    assert texts.count("a") == texts.count("b") == 2
    assert page.pages_count <= 2


def test_the_head_is_repeated_on_each_page_and_never_stands_alone() -> None:
    body = [(f"owner {number}", f"{number}.00") for number in range(100)]
    texts, page = drawn(PdfRows(("owner", "cost"), body, [("total", "0.00")], (False, True)))
    assert page.pages_count > 2
    assert texts.count("cost") == page.pages_count
    assert [text for text in texts if text.startswith("owner ")] == [row[0] for row in body]

    page = FPDF()
    page.set_font("Helvetica")
    page.add_page()
    page.set_y(page.page_break_trigger - 8)  # room for the head alone
    lay(page, PdfRows(("owner",), [("one",)], (), (False,)))
    assert page.pages_count == 2
    assert page.y < 30
