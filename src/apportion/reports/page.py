"""Writes a document as one self-contained HTML file: no script, no font, no network."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib.resources import files

from apportion.model.document import Document, Section, Table

from .cells import cells
from .visible import visible


def page(document: Document) -> str:
    """Write a document; every text is escaped."""
    style = (files(__package__) / "page.css").read_text("utf-8")
    body = "\n".join(line for section in document.sections for line in _section(section, level=2))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>{_safe(document.title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        f'<h1>{_safe(document.title)}</h1>\n<p class="lead">{_safe(document.lead)}</p>\n'
        f"{body}\n</main>\n</body>\n</html>\n"
    )


def _section(section: Section, *, level: int) -> Iterator[str]:
    yield f"<section>\n<h{level}>{_safe(section.heading)}</h{level}>"
    for sentence in section.sentences:
        yield f"<p>{_safe(sentence)}</p>"
    if section.table is not None:
        yield _table(section.table)
    if section.lines:
        yield "<pre>" + "\n".join(map(_safe, section.lines)) + "</pre>"
    for inner in section.sections:
        yield from _section(inner, level=min(level + 1, 6))
    yield "</section>"


def _table(table: Table) -> str:
    laid = cells(table)
    looks = [' class="number"' if number else "" for number in laid.numeric]

    def row(tag: str, texts: list[str]) -> str:
        filled = zip(texts, looks, strict=True)
        return "<tr>" + "".join(f"<{tag}{look}>{_safe(t)}</{tag}>" for t, look in filled) + "</tr>"

    head = row("th", laid.head).replace("<th", '<th scope="col"')
    foot = "".join(row("td", texts) for texts in laid.totals)
    return (
        f'<div class="table"><table>\n<thead>{head}</thead>\n<tbody>'
        + "\n".join(row("td", texts) for texts in laid.body)
        + "</tbody>\n"
        + (f"<tfoot>{foot}</tfoot>\n" if foot else "")
        + "</table></div>"
        + (f'\n<p class="note">{_safe(table.note)}</p>' if table.note else "")
    )


def _safe(text: str) -> str:
    return escape(visible(text, keep="\n"))
