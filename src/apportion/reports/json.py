"""Writes rows as a JSON array of objects, one a line, amounts as text with every digit.

Amounts are strings because most JSON readers turn numbers into binary floats, which cannot hold
eighteen places: `"total": "1234.50"`. Counts are numbers, days are `2026-09-30`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from apportion.model.row import Row

from . import plain

#: Control characters that JSON allows unescaped, but that a terminal may execute.
_ESCAPED = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}


class JsonReport:
    """UTF-8; the keys of each object are the columns in order."""

    def write(self, rows: Sequence[Row], columns: Sequence[str]) -> bytes:
        objects = [dump({name: row.get(name) for name in columns}) for row in rows]
        return _encode("[\n  " + ",\n  ".join(objects) + "\n]\n" if objects else "[]\n")


class JsonLinesReport:
    """JSON Lines: the same objects, one on each line, for programs that read a stream."""

    def write(self, rows: Sequence[Row], columns: Sequence[str]) -> bytes:
        objects = (dump({name: row.get(name) for name in columns}) for row in rows)
        return _encode("".join(f"{each}\n" for each in objects))


def dump(value: object, *, indent: int | None = None) -> str:
    """Write a value as JSON text."""
    return json.dumps(plain.tree(value), ensure_ascii=False, indent=indent).translate(_ESCAPED)


def document(value: object) -> bytes:
    """Write a value as an indented document."""
    return _encode(dump(value, indent=2) + "\n")


def _encode(text: str) -> bytes:
    # A single surrogate has no UTF-8 form; its backslash form is the escape of JSON.
    return text.encode("utf-8", "backslashreplace")
