"""Read a Parquet file's footer independently and compare everything that it states twice.

No checksum covers a footer, and a flipped bit in it can rename a column or move a decimal point.
But it repeats itself: names and types are in the schema and in every column chunk, types as
`converted_type` and as `logicalType`, counts for the file, the row group and the chunk. The
specification is parquet.thrift of apache/parquet-format.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from .format import FOOTER
from .thrift import Bytes, DamagedBytesError, Fields, read_struct

MAGIC = b"PAR1"

BOOLEAN, INT32, INT64, INT96, FLOAT, DOUBLE, BYTE_ARRAY, FIXED = range(8)
_WIDTHS = {BOOLEAN: 1, INT32: 4, INT64: 8, INT96: 12, FLOAT: 4, DOUBLE: 8}
_REQUIRED, _OPTIONAL, _REPEATED = range(3)


@dataclass(frozen=True)
class Leaf:
    """A column that holds values: its path, its element of the schema, and how deep it lies."""

    path: tuple[bytes, ...]
    element: Fields
    most_repeated: int
    most_defined: int

    @property
    def nullable(self) -> bool:
        """Whether a value can be missing, at any level."""
        return self.most_defined > 0


@dataclass(frozen=True)
class Footer:
    """A footer that agrees with itself. `start` is its position in the file."""

    start: int
    rows: int
    roots: tuple[Fields, ...]  # the schema elements that are columns of the table
    leaves: tuple[Leaf, ...]
    groups: tuple[Fields, ...]
    pairs: dict[bytes, bytes]


def read_footer(buffer: Bytes) -> Footer:
    """Read the footer of a whole file; raises DamagedBytesError with the first thing wrong."""
    start, end = _bounds(buffer)
    fields, stop = read_struct(bytes(buffer[start:end]), 0, FOOTER)
    if stop != end - start:
        raise DamagedBytesError("the footer is longer than what it says")
    roots, leaves = _read_schema(fields["schema"])
    if sum(group["rows"] for group in fields["groups"]) != fields["rows"]:
        raise DamagedBytesError("the row groups do not add up to the number of rows")
    for group in fields["groups"]:
        _check_group(group, leaves)
    _check_places(fields["groups"], start)
    pairs = {pair["key"]: pair.get("value", b"") for pair in fields.get("pairs", [])}
    return Footer(start, fields["rows"], roots, leaves, tuple(fields["groups"]), pairs)


def chunk_start(meta: Fields) -> int:
    """The start of a column chunk: its dictionary, if it has one.

    Arrow gives an empty chunk a dictionary and no place for data.
    """
    data: int = meta["data_offset"]
    dictionary: int = meta.get("dictionary_offset", 0)
    return dictionary if dictionary > 0 and (data == 0 or dictionary < data) else data


def _bounds(buffer: Bytes) -> tuple[int, int]:
    size = len(buffer)
    if size < 12 or bytes(buffer[:4]) != MAGIC:
        raise DamagedBytesError("the file does not begin with PAR1")
    if bytes(buffer[-4:]) != MAGIC:
        raise DamagedBytesError("the file does not end with PAR1; it may be cut off or encrypted")
    length = struct.unpack_from("<I", buffer, size - 8)[0]
    if length > size - 12:
        raise DamagedBytesError("the stated length of the footer exceeds the file")
    return size - 8 - length, size - 8


def _read_schema(elements: list[Fields]) -> tuple[tuple[Fields, ...], tuple[Leaf, ...]]:
    if not elements or not elements[0].get("children"):
        raise DamagedBytesError("the schema has no columns")
    leaves: list[Leaf] = []
    rest = iter(elements[1:])
    above = Leaf((), {}, 0, 0)
    roots = [_read_column(rest, leaves, above) for _ in range(elements[0]["children"])]
    if next(rest, None) is not None:
        raise DamagedBytesError("the schema has more elements than its tree")
    return tuple(roots), tuple(leaves)


def _read_column(rest: Iterator[Fields], leaves: list[Leaf], above: Leaf) -> Fields:
    element = next(rest, None)
    if element is None:
        raise DamagedBytesError("the schema has fewer elements than its tree")
    repetition = element.get("repetition")
    if repetition not in {_REQUIRED, _OPTIONAL, _REPEATED}:
        raise DamagedBytesError("a column's repetition is unknown")
    _check_types(element)
    leaf = Leaf(
        (*above.path, element["name"]),
        element,
        above.most_repeated + (repetition == _REPEATED),
        above.most_defined + (repetition != _REQUIRED),
    )
    children = element.get("children", 0)
    if not children:
        leaves.append(leaf)
        if element.get("type") not in range(8):
            raise DamagedBytesError("a column has no known type")
    elif "type" in element or len(leaf.path) > 64:
        raise DamagedBytesError("a column is both a value and a struct")
    for _ in range(children):
        _read_column(rest, leaves, leaf)
    return element


#: `converted_type` that goes with a `logicalType`; the others have none.
_CONVERTED = {
    "STRING": {0},
    "MAP": {1, 2},
    "LIST": {3},
    "ENUM": {4},
    "DECIMAL": {5},
    "DATE": {6},
    "JSON": {19},
    "BSON": {20},
}
_TIMES = {
    ("TIME", "MILLIS"): 7,
    ("TIME", "MICROS"): 8,
    ("TIMESTAMP", "MILLIS"): 9,
    ("TIMESTAMP", "MICROS"): 10,
}
_BIT_CODES = {8: 0, 16: 1, 32: 2, 64: 3}
#: The physical types that may carry a `converted_type`.
_CARRIERS = {
    0: {BYTE_ARRAY},
    4: {BYTE_ARRAY, FIXED},
    5: {INT32, INT64, BYTE_ARRAY, FIXED},
    6: {INT32},
    7: {INT32},
    **{kind: {INT64} for kind in (8, 9, 10, 14, 18)},
    **{kind: {INT32} for kind in (11, 12, 13, 15, 16, 17)},
    19: {BYTE_ARRAY},
    20: {BYTE_ARRAY},
    21: {FIXED},
}


def _check_types(element: Fields) -> None:
    converted = element.get("converted")
    logical: Fields = element.get("logical", {})
    if len(logical) > 1 or (converted is not None and converted not in range(22)):
        raise DamagedBytesError("a column's type is unknown")
    for kind, details in logical.items():
        if converted is not None and converted not in _converted(kind, details):
            raise DamagedBytesError("a column's two statements of its type differ")
        if kind == "DECIMAL" and any(
            element.get(part, details[part]) != details[part] for part in details
        ):
            raise DamagedBytesError("a decimal's two statements of its places differ")
    carriers = _CARRIERS.get(converted) if converted is not None else None
    if carriers and "type" in element and element["type"] not in carriers:
        raise DamagedBytesError("a column's type cannot be stored as it is")
    if converted == 5 and not 0 <= element.get("scale", 0) <= element.get("precision", 0):
        raise DamagedBytesError("a decimal has more places than digits")


def _converted(kind: str, details: Fields) -> set[int]:
    if kind in {"TIME", "TIMESTAMP"}:
        return {_TIMES.get((kind, unit), -1) for unit in details["unit"]}
    if kind == "INTEGER":
        first = 15 if details.get("signed", True) else 11
        return {first + _BIT_CODES.get(details["bits"], -20)}
    return _CONVERTED.get(kind, set())


def _check_group(group: Fields, leaves: tuple[Leaf, ...]) -> None:
    if len(group["columns"]) != len(leaves):
        raise DamagedBytesError("a row group has another number of columns than the schema")
    for chunk, leaf in zip(group["columns"], leaves, strict=True):
        if "file" in chunk:
            raise DamagedBytesError("a column lies in another file")
        _check_chunk(chunk["meta"], leaf, group["rows"])


def _check_chunk(meta: Fields, leaf: Leaf, rows: int) -> None:
    name = b".".join(leaf.path).decode("utf-8", "replace")
    if tuple(meta["path"]) != leaf.path:
        raise DamagedBytesError(f"column {name} has another name in a row group")
    if meta["type"] != leaf.element["type"]:
        raise DamagedBytesError(f"column {name} has another type in a row group")
    fewest_are_all = leaf.most_repeated == 0
    if meta["values"] < rows or (fewest_are_all and meta["values"] != rows):
        raise DamagedBytesError(f"column {name} has {meta['values']} values for {rows} rows")
    _check_statistics(meta, leaf, name)
    _check_levels(meta, leaf, name)


def _check_statistics(meta: Fields, leaf: Leaf, name: str) -> None:
    statistics: Fields = meta.get("statistics", {})
    nulls = statistics.get("nulls", 0)
    if not 0 <= nulls <= meta["values"] or (nulls and not leaf.nullable):
        raise DamagedBytesError(f"column {name} counts {nulls} empty values")
    width = _WIDTHS.get(leaf.element["type"], leaf.element.get("length"))
    for part in ("min", "max", "min_value", "max_value"):
        if part in statistics and width is not None and len(statistics[part]) != width:
            raise DamagedBytesError(f"column {name} has a bound of the wrong size")


def _check_levels(meta: Fields, leaf: Leaf, name: str) -> None:
    """Compare the counts of values by level; Arrow ends the whole program where these are wrong."""
    sizes: Fields = meta.get("sizes", {})
    for counts, most in (
        (sizes.get("repetitions"), leaf.most_repeated),
        (sizes.get("definitions"), leaf.most_defined),
    ):
        if counts and (len(counts) != most + 1 or sum(counts) != meta["values"]):
            raise DamagedBytesError(f"column {name} counts its levels wrongly")


def _check_places(groups: list[Fields], end: int) -> None:
    places = sorted(
        (chunk_start(chunk["meta"]), chunk["meta"]["packed_size"])
        for group in groups
        for chunk in group["columns"]
        if chunk["meta"]["packed_size"]
    )
    free = len(MAGIC)
    for start, size in places:
        if start < free or size < 0 or start + size > end:
            raise DamagedBytesError("column chunks overlap or lie outside the file")
        free = start + size
