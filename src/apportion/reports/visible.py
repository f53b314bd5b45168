"""Makes text from a bill safe to display: control characters become visible escapes.

A tag value may hold escape sequences that move the cursor or rewrite a line of the proof, and
marks that turn the direction of writing around, so that a reader sees other digits.
"""

from __future__ import annotations

import unicodedata

#: Control, format and private-use characters, surrogates, and line separators.
_OBEYED = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def visible(text: str, *, keep: str = "") -> str:
    """Replace invisible characters by their Python escapes, except those in `keep`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char if char in keep or unicodedata.category(char) not in _OBEYED else _escape(char)
        for char in text
    )


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode()
