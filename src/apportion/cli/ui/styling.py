"""Decides how text looks: coloured on a terminal, unless the user turned colour off."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TextIO

#: The width of a terminal that does not report one.
NARROW = 80

#: Gives text the look of a part of a page.
Paint = Callable[[str, str], str]

#: Eight colours and weights that any terminal, dark or light, shows readably.
_CODES = {
    "head": "1",
    "total": "1",
    "rule": "2",
    "nothing": "2",
    "faint": "2",
    "negative": "31",
    "error": "1;31",
    "warning": "33",
    "notice": "36",
    "good": "32",
}


#: What stands for our own signs where the encoding is an old one; each is one cell wide.
_IN_ASCII = str.maketrans("─│├└→✓…·×", "-||`>+.*x")  # noqa: RUF001 - the signs themselves


def paint_for(stream: TextIO, environment: Mapping[str, str], *, no_color: bool) -> Paint:
    """Choose the paint of a stream.

    `--no-color`, NO_COLOR (no-color.org) and a dumb terminal mean none; FORCE_COLOR means colour
    even where no terminal is.
    """
    if no_color or environment.get("NO_COLOR") or environment.get("TERM") == "dumb":
        return unpainted
    return painted if stream.isatty() or environment.get("FORCE_COLOR") else unpainted


def painted(text: str, part: str) -> str:
    """Give text the colour and weight of its part."""
    code = _CODES.get(part)
    return f"\x1b[{code}m{text}\x1b[0m" if code and text else text


def unpainted(text: str, _part: str) -> str:
    """Leave text as it is."""
    return text


def writable(text: str, stream: TextIO) -> str:
    """Replace signs that the stream's encoding does not have by ASCII ones; others stay."""
    try:
        text.encode(getattr(stream, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return text.translate(_IN_ASCII)
    return text


def width_of(stream: TextIO, environment: Mapping[str, str]) -> int | None:
    """The width of a terminal in cells; None for a file or pipe."""
    if not stream.isatty():
        return None
    columns = environment.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(stream.fileno()).columns or NARROW
    except (OSError, ValueError):
        return NARROW
