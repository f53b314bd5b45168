"""Read Thrift's compact protocol as strictly as Parquet lets us, so that a flipped bit shows.

The usual readers skip what they do not expect; here a field of the wrong type, a field twice, a
field that no writer knows or one that must be there and is not means that the bytes are damaged.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)
BOOL = TRUE

Bytes = bytes | memoryview
Fields = dict[str, Any]

_DEEPEST = 32


class DamagedBytesError(ValueError):
    """The bytes cannot be what a writer wrote; the message has the reason."""


@dataclass(frozen=True)
class Struct:
    """What is known of a struct: field number -> (name, kind, of), and what must be there.

    `of` is the Struct of a struct or of a list's elements, or the kind of a list's elements.
    `open` means that numbers above the highest known one are skipped: newer writers may add there.
    """

    name: str
    fields: Mapping[int, tuple[str, int, Struct | int | None]]
    required: Sequence[str] = ()
    open: bool = False
    highest: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "highest", max(self.fields, default=0))


def read_struct(buffer: Bytes, position: int, shape: Struct) -> tuple[Fields, int]:
    """Read a struct; returns its fields by name and the position after it."""
    try:
        return _struct(buffer, position, shape)
    except (IndexError, struct.error):
        raise DamagedBytesError(f"{shape.name} ends too early") from None


def read_varint(buffer: Bytes, position: int) -> tuple[int, int]:
    """Read a number of variable length, and the position after it."""
    try:
        return _varint(buffer, position)
    except IndexError:
        raise DamagedBytesError("a number ends too early") from None


def _struct(buffer: Bytes, position: int, shape: Struct) -> tuple[Fields, int]:
    values: Fields = {}
    number = 0
    fields = shape.fields
    while True:
        head = buffer[position]
        position += 1
        if head == 0:
            break
        kind = head & 0x0F
        if head >> 4:
            number += head >> 4
        else:
            number, position = _zigzag(buffer, position)
        known = fields.get(number)
        if known is None:
            position = _skip_unknown(buffer, position, (number, kind), shape)
            continue
        name, expected, of = known
        if kind != expected and not (expected == BOOL and kind == FALSE):
            raise DamagedBytesError(f"{shape.name}.{name} has the wrong type")
        if name in values:
            raise DamagedBytesError(f"{shape.name}.{name} stands twice")
        if kind in {I32, I64}:
            values[name], position = _zigzag(buffer, position)
        else:
            values[name], position = _value(buffer, position, kind, of)
    for name in shape.required:
        if name not in values:
            raise DamagedBytesError(f"{shape.name} has no {name}")
    return values, position


def _value(buffer: Bytes, position: int, kind: int, of: Struct | int | None) -> tuple[Any, int]:
    if kind == STRUCT and isinstance(of, Struct):
        return _struct(buffer, position, of)
    if kind == BINARY:
        length, position = _varint(buffer, position)
        end = _within(buffer, position, length)
        return bytes(buffer[position:end]), end
    if kind == LIST:
        return _list(buffer, position, of)
    if kind in {I16, I32, I64}:
        return _zigzag(buffer, position)
    return _fixed(buffer, position, kind)


def _fixed(buffer: Bytes, position: int, kind: int) -> tuple[Any, int]:
    if kind in {TRUE, FALSE}:
        return kind == TRUE, position
    if kind == BYTE:
        return buffer[position], position + 1
    if kind == DOUBLE:
        return struct.unpack_from("<d", buffer, position)[0], position + 8
    raise DamagedBytesError(f"Thrift has no type {kind} here")


def _list(buffer: Bytes, position: int, of: Struct | int | None) -> tuple[list[Any], int]:
    size, kind, position = _list_head(buffer, position)
    if size and kind != (STRUCT if isinstance(of, Struct) else of):
        raise DamagedBytesError("a list holds another type than it must")
    values = []
    for _ in range(size):
        value, position = _value(buffer, position, kind, of)
        values.append(value)
    return values, position


def _list_head(buffer: Bytes, position: int) -> tuple[int, int, int]:
    head = buffer[position]
    position += 1
    size = head >> 4
    if size == 15:
        size, position = _varint(buffer, position)
    _within(buffer, position, size)  # an element has a byte at least
    return size, head & 0x0F, position


def _skip_unknown(buffer: Bytes, position: int, unknown: tuple[int, int], shape: Struct) -> int:
    number, kind = unknown
    if not shape.open or number <= shape.highest:
        raise DamagedBytesError(f"{shape.name} has no field {number}")
    return _skip(buffer, position, kind, 0)


def _skip(buffer: Bytes, position: int, kind: int, depth: int) -> int:
    if depth > _DEEPEST:
        raise DamagedBytesError("structs are nested too deep")
    if kind == STRUCT:
        while head := buffer[position]:
            position += 1
            if not head >> 4:
                _, position = _zigzag(buffer, position)
            position = _skip(buffer, position, head & 0x0F, depth + 1)
        return position + 1
    if kind in {LIST, SET}:
        size, of, position = _list_head(buffer, position)
        for _ in range(size):
            # Inside a list a boolean has a byte of its own, in a field it is the type.
            position = position + 1 if of in {TRUE, FALSE} else _skip(buffer, position, of, depth)
        return position
    return _value(buffer, position, kind, None)[1]


def _within(buffer: Bytes, position: int, length: int) -> int:
    if length > len(buffer) - position:
        raise DamagedBytesError("a length points beyond the end")
    return position + length


def _varint(buffer: Bytes, position: int) -> tuple[int, int]:
    byte = buffer[position]
    position += 1
    if byte < 0x80:
        return byte, position
    value = byte & 0x7F
    shift = 7
    while True:
        byte = buffer[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
        shift += 7
        if shift > 63:
            raise DamagedBytesError("a number is longer than 64 bits")
    if byte == 0:
        raise DamagedBytesError("a number has a superfluous byte")
    return value, position


def _zigzag(buffer: Bytes, position: int) -> tuple[int, int]:
    byte = buffer[position]
    if byte < 0x80:
        return (byte >> 1) ^ -(byte & 1), position + 1
    value, position = _varint(buffer, position)
    return (value >> 1) ^ -(value & 1), position
