"""Rulebooks, lookups and drivers with mistakes, and the findings that each must give."""

from __future__ import annotations

from pathlib import Path

GALLERY = Path(__file__).parents[1] / "stories" / "gallery"


def examples(page: str) -> list[tuple[str, str, list[str]]]:
    """The title, the text and the sentences of each example of a page."""
    blocks = (GALLERY / f"{page}.txt").read_text("utf-8").split("=== ")[1:]
    found = []
    for block in blocks:
        title, _, rest = block.partition("\n")
        text, _, sentences = rest.partition("--->\n")
        found.append((title, text, sentences.split("\n")))
    return found
