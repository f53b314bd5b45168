"""Writes rows as a JSON array of objects, one a line, amounts as text with every digit.

Amounts are strings because most JSON readers turn numbers into binary floats, which cannot hold
eighteen places: `"total": "1234.50"`. Counts are numbers, days are `2026-09-30`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from apportion.model.row import Row

from . import plain

#: Control characters that JSON lets stand as they are, but a terminal may obey.
_ESCAPED = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}


class JsonReport:
    """UTF-8; the keys of each object are the columns in order."""

    def write(self, rows: Sequence[Row], columns: Sequence[str]) -> bytes:
        objects = [dump({name: row.get(name) for name in columns}) for row in rows]
        return _encode("[\n  " + ",\n  ".join(objects) + "\n]\n" if objects else "[]\n")


class JsonLinesReport:
    """The same objects, one a line and nothing around them: for programs that read a stream."""

    def write(self, rows: Sequence[Row], columns: Sequence[str]) -> bytes:
        objects = (dump({name: row.get(name) for name in columns}) for row in rows)
        return _encode("".join(f"{each}\n" for each in objects))


def dump(value: object, *, indent: int | None = None) -> str:
    """Write any value of ours as JSON text."""
    return json.dumps(plain.tree(value), ensure_ascii=False, indent=indent).translate(_ESCAPED)


def document(value: object) -> bytes:
    """Write one value as an indented document of its own."""
    return _encode(dump(value, indent=2) + "\n")


def _encode(text: str) -> bytes:
    # Half of a surrogate pair has no UTF-8; its backslash form is JSON's own escape for it.
    return text.encode("utf-8", "backslashreplace")
