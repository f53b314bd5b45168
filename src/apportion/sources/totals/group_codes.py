"""Encode columns of text as small numbers with a list of their values, to group by."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from apportion.sources.text import read_moment, read_written

_HOURS_AHEAD = timedelta(hours=14)
_TO_THE_HOUR = len("2026-09-01T07")
_HOUR = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]([01]\d|2[0-3]))?")

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Labels:
    """One code a line, and the label of each code. Codes are dense, labels distinct."""

    codes: Ints
    labels: tuple[str, ...]

    def lines(self, wanted: str) -> Ints:
        """Find the lines that have a label."""
        if wanted not in self.labels:
            return np.empty(0, np.int64)
        return np.flatnonzero(self.codes == self.labels.index(wanted))

    def put(self, lines: Ints, label: str) -> Labels:
        """Give lines another label."""
        if not len(lines):
            return self
        labels = self.labels if label in self.labels else (*self.labels, label)
        codes = self.codes.copy()
        codes[lines] = labels.index(label)
        return Labels(codes, labels)


def constant(length: int, label: str = "") -> Labels:
    """Give every line the same label."""
    return Labels(np.zeros(length, np.int64), (label,))


def label(array: pa.Array, read: Callable[[Any], str]) -> Labels:
    """Label lines by what `read` makes of each distinct value; it gets None for NULL."""
    if not pa.types.is_dictionary(array.type):
        if not array.null_count and _is_constant(array):
            return constant(len(array), read(_plain(array[:1])[0]))
        array = array.dictionary_encode()
    raw = [*_plain(array.dictionary), None]
    indices = array.indices
    if array.null_count:
        indices = indices.fill_null(len(raw) - 1)
    read_once = [read(value) for value in raw]
    if not array.null_count:
        read_once.pop()
    labels = tuple(dict.fromkeys(read_once))
    if len(labels) == 1:
        return constant(len(array), labels[0])
    at = {text: place for place, text in enumerate(labels)}
    codes = np.array([at[text] for text in read_once], np.int64)
    return Labels(codes[indices.to_numpy()], labels)


def hours(array: pa.Array) -> Labels:
    """Label lines by the hour of a time, `2026-09-01T07`; empty for what is no time.

    Texts count as they are written, without their zone.
    """
    of_dictionary = pa.types.is_dictionary(array.type)
    plain = array.dictionary if of_dictionary else array
    if pa.types.is_string(plain.type):
        cut = pc.utf8_slice_codeunits(plain, 0, _TO_THE_HOUR)
    elif pa.types.is_timestamp(plain.type):
        cut = pc.floor_temporal(plain, unit="hour")
    else:
        return constant(len(array))
    if of_dictionary:
        cut = pa.DictionaryArray.from_arrays(array.indices, cut)
    return label(cut, _as_hour)


def _as_hour(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H}"
    found = _HOUR.fullmatch(str(value))
    return f"{found[1]}T{found[2] or '00'}" if found else ""


def combine(parts: list[Labels]) -> tuple[Ints, list[tuple[str, ...]]]:
    """Join labels into one number for each line; the list has their meanings."""
    codes = np.zeros(len(parts[0].codes), np.int64)
    for part in parts:
        if len(part.labels) > 1:
            codes = codes * len(part.labels) + part.codes
    found, codes = _dense(codes, parts)
    return codes, _spell(found, parts)


def as_id(value: object, *, nothing: tuple[str, ...]) -> str:
    """Write an account or a currency as text; words for no value are empty."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # an id that went through a DOUBLE
    text = str(value)
    return "" if text in nothing else text


def as_period(value: object, *, nothing: tuple[str, ...]) -> str:
    """Write the month of the billing period that begins at a moment; `?` and the text for none.

    It begins with a month on the clock that it is written by. Where only UTC is known, the last
    hours of a month are the first of the next one in zones up to fourteen hours ahead.
    """
    written: date | None
    if isinstance(value, datetime):
        written = value if value.tzinfo is None else value.astimezone(UTC)
    elif isinstance(value, date):
        return _month(value)
    elif value is None or value in nothing:
        return ""
    else:
        written = read_written(str(value))
    if written is None:
        return f"?{value}"
    early = isinstance(value, str) and not value[:1].isdigit()  # blanks before it: the day alone
    return _month(written if early else written + _HOURS_AHEAD)


def as_month(value: object, *, nothing: tuple[str, ...]) -> str:
    """Write the month of a moment, in UTC; empty for nothing, `?` and the text for no moment."""
    if isinstance(value, datetime):
        moment: date | None = value if value.tzinfo is None else value.astimezone(UTC)
    elif isinstance(value, date):
        moment = value
    elif value is None or value in nothing:
        return ""
    else:
        moment = read_moment(str(value))
    return f"?{value}" if moment is None else _month(moment)


def _month(day: date) -> str:
    return f"{day.year:04d}-{day.month:02d}"


def _is_constant(array: pa.Array) -> bool:
    kinds = pa.types
    if not (kinds.is_timestamp(array.type) or kinds.is_date(array.type)):
        return False
    bounds = pc.min_max(array)
    return bool(bounds["min"] == bounds["max"])


def _plain(array: pa.Array) -> list[Any]:
    if pa.types.is_timestamp(array.type):
        # Python has no nanoseconds, and a month does not need them.
        array = array.cast(pa.timestamp("us", array.type.tz), safe=False)
    return list(array.to_pylist())


def _dense(codes: Ints, parts: list[Labels]) -> tuple[Ints, Ints]:
    size = 1
    for part in parts:
        size *= len(part.labels)
    if size > 1 << 20:
        found, dense = np.unique(codes, return_inverse=True)
        return found, dense
    found = np.flatnonzero(np.bincount(codes, minlength=size))
    places = np.zeros(size, np.int64)
    places[found] = np.arange(len(found))
    return found, places[codes]


def _spell(codes: Ints, parts: list[Labels]) -> list[tuple[str, ...]]:
    spelt: list[list[str]] = []
    for part in reversed(parts):
        codes, places = np.divmod(codes, len(part.labels))
        spelt.append([part.labels[place] for place in places.tolist()])
    return list(zip(*reversed(spelt), strict=True))
