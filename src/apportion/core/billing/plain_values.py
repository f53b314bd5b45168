"""The values of a raw column as text, in plain Python: the second reading of descriptions.

`value_sql.py` has the same meaning as SQL. Only lists of names are shared with it, so that a
mistake in one of them, or in an engine, shows as a difference. A value whose text depends on an
engine's own way of writing raises `NotReadError`: it is counted, and not compared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from apportion.model.invisible_characters import EMPTY_WORDS

from .raw_columns import RawColumn, RawColumnKind
from .tag_shapes import KEY_NAMES, VALUE_NAMES, WRAPPERS

#: A key and its value. A key can come twice.
Pair = tuple[str, str | None]

_WRAPPER = re.compile(WRAPPERS)
_PLAIN_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,8})\.([0-9]{0,2}[1-9]|0)")
_PLAIN_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,17}")  # int() refuses more than 4,300 digits
_WHOLE_BELOW = 10**18
#: What JSON writers escape with a letter.
_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}
_ESCAPED = re.compile(r'["\\\x00-\x1f]')


class NotReadError(Exception):
    """A value, or a form of expression, that is not read a second time."""


class _Object(list[tuple[str, Any]]):
    """The pairs of a JSON object, in order."""


class _Number(str):
    """A number as it is written in JSON."""

    __slots__ = ()


def text(column: RawColumn | None, value: object) -> str | None:
    """Read a text; empty is None, and so are the words for nothing in a CSV."""
    if column is None or value is None:
        return None
    if column.is_map:
        return json_of([pairs(column, value)])
    read = _TEXTS.get(column.kind)
    if read is None:
        raise NotReadError(f"a value of the kind {column.kind.name.lower()}")
    return read(value)


def has_value(column: RawColumn | None, value: object) -> bool:
    """Whether a line has something in a column."""
    if column is None or value is None:
        return False
    if column.kind is RawColumnKind.CSV_TEXT:
        return value not in ("", *EMPTY_WORDS)
    return column.kind is not RawColumnKind.TEXT or value != ""


def pairs(column: RawColumn, value: object) -> list[Pair]:
    """List the keys and values of a map, or of tags that are JSON text."""
    if value is None:
        return []
    if column.is_map:
        if not isinstance(value, list):
            raise NotReadError("a map")
        return [(_map_text(key) or "", _map_text(each)) for key, each in value]
    if not column.holds_text:
        raise NotReadError(f"tags of the kind {column.kind.name.lower()}")
    written = text(column, value)
    return [] if written is None else _pairs_of_json(_tags(written))


def unread_tags(column: RawColumn, value: object) -> str | None:
    """Return the text of tags that are no pairs, or may be one; None for pairs, or without tags."""
    if not column.holds_text:
        raise NotReadError(f"tags of the kind {column.kind.name.lower()}")
    written = text(column, value)
    if written is None:
        return None
    found = _tags(written)
    listed = _pairs_of_json(found)
    if found is None or (isinstance(found, list) and not _is_lone_pair(found, listed)):
        return None
    return written


def _is_lone_pair(read: object, listed: Sequence[Pair]) -> bool:
    """Whether an object is one pair outside of a list: it may be two tags of these names, too."""
    names = {key for key, _ in listed}
    both = not names.isdisjoint(KEY_NAMES) and not names.isdisjoint(VALUE_NAMES)
    return isinstance(read, _Object) and len(listed) == len(names) == 2 and both


def map_value(column: RawColumn | None, value: object, key: str) -> str | None:
    """Read one value of a map or of an object; empty is None."""
    if column is None or value is None:
        return None
    if column.is_map:
        found = dict(pairs(column, value))
    else:
        written = text(column, value)
        read = None if written is None else _object_or_braceless(written)
        found = dict(reversed(_pairs_of_json(read))) if isinstance(read, _Object) else {}
    return found.get(key) or None


def json_of(parts: Sequence[Iterable[Pair]]) -> str | None:
    """Write pairs as one JSON object, sorted by key and value; None if there are none.

    Of several lists, pairs that are equal come once.
    """
    listed: Iterable[Pair] = (pair for part in parts for pair in part)
    if len(parts) > 1:
        listed = dict.fromkeys(listed)
    ordered = sorted(listed, key=lambda pair: (pair[0], pair[1] is None, pair[1] or ""))
    if not ordered:
        return None
    return "{" + ",".join(f"{_quoted(key)}:{_quoted(value)}" for key, value in ordered) + "}"


def _quoted(value: str | None) -> str:
    if value is None:
        return "null"
    return '"' + _ESCAPED.sub(_escape, value) + '"'


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04X}"


def _map_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return _whole(value)


def _tags(written: str) -> object:
    """Read tags from JSON without what is around them: a text of JSON, an object named `tags`."""
    return _unwrapped(_unwrapped(_object_or_braceless(written)))


def _unwrapped(read: object) -> object:
    if type(read) is str:
        return _parsed(read)
    if isinstance(read, _Object) and len(read) == 1:
        ((key, value),) = read
        if _WRAPPER.fullmatch(key) and isinstance(value, list):
            return value
    return read


def _object_or_braceless(written: str) -> object:
    """Parse JSON, or pairs without their braces, as in Azure's older exports."""
    try:
        return _parsed(written)
    except NotReadError:
        return _parsed(f"{{{written}}}")


def _parsed(written: str) -> object:
    try:
        return json.loads(
            written,
            object_pairs_hook=_Object,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError):
        raise NotReadError("text that is not JSON") from None


def _refuse(constant: str) -> object:
    raise NotReadError(f"{constant} in JSON")


def _pairs_of_json(read: object) -> list[Pair]:
    """List the pairs of an object, or of a list of objects with a key and a value each."""
    if isinstance(read, _Object):
        return [(_sound(key), _scalar(value)) for key, value in read]
    if not isinstance(read, list):
        return []
    found = []
    for each in read:
        key = _named(each, KEY_NAMES)
        if key is None:
            raise NotReadError("tags in a list of another form")
        found.append((key, _named(each, VALUE_NAMES)))
    return found


def _named(each: object, names: Sequence[str]) -> str | None:
    """Return the first value that an object has under one of these names."""
    if not isinstance(each, _Object):
        return None
    first = dict(reversed(each))
    values = (_scalar(first[name]) for name in names if name in first)
    return next((value for value in values if value is not None), None)


def _scalar(value: object) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case _Number():
            return _number(value)
        case str():
            return _sound(value)
    raise NotReadError("a value inside a value")


def _sound(value: str) -> str:
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise NotReadError("half a character")
    return value


def _number(written: str) -> str:
    """Keep a number whose text is the same however it is read."""
    if _PLAIN_DECIMAL.fullmatch(written) and written != "-0.0":
        return written
    if _PLAIN_WHOLE.fullmatch(written):
        return written
    raise NotReadError(f"a number of {len(written)} characters")


def _csv_text(value: object) -> str | None:
    return None if value in ("", *EMPTY_WORDS) else str(value)


def _plain_text(value: object) -> str | None:
    return str(value) or None


def _decoded(value: object) -> str | None:
    if not isinstance(value, bytes):
        raise NotReadError("bytes of another form")
    return value.decode() or None


def _whole(value: object) -> str:
    """Write a number without a fraction, as ids that went through a DOUBLE are written."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise NotReadError(f"a {type(value).__name__}")
    if not -_WHOLE_BELOW < value < _WHOLE_BELOW or value != int(value):  # NaN is never below
        raise NotReadError("a number with a fraction")
    return str(int(value))


def _exact(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return _whole(value)


def _flag(value: object) -> str:
    return "true" if value else "false"


_TEXTS: Mapping[RawColumnKind, Callable[[object], str | None]] = {
    RawColumnKind.CSV_TEXT: _csv_text,
    RawColumnKind.TEXT: _plain_text,
    RawColumnKind.BYTES: _decoded,
    RawColumnKind.DOUBLE: _whole,
    RawColumnKind.EXACT: _exact,
    RawColumnKind.FLAG: _flag,
}
