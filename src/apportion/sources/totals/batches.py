"""Read a few columns of a billing file in pieces, with Arrow alone, and check it.

Nothing here is shared with the engine that fills the ledger: its parsers, its types and its SQL are
what the stated totals are compared with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from apportion.model.delivery import Encoding
from apportion.sources.columns import SourceColumn, first_records
from apportion.sources.parquet.thrift import DamagedBytesError

_LINES = 1 << 17
_BLOCK = 8 << 20  # no record of a bill comes near it
_MOST_REPORTED = 3


@dataclass(frozen=True)
class Batch:
    """Some lines: arrays by the wanted names; `first` counts lines from one."""

    first: int
    length: int
    arrays: Mapping[str, pa.Array]


@dataclass(frozen=True)
class WrongRecord:
    """A CSV record with another number of fields than the header; its text is cut off."""

    expected: int
    found: int
    text: str


class Reading:
    """One pass over a file's lines, for the columns `wanted`, by their FOCUS names.

    Raises DamagedBytesError while it is read. `wrong` holds the first CSV records that are too
    short or too long, of `wrong_count`.
    """

    def __init__(
        self, path: Path, encoding: Encoding, wanted: Mapping[str, SourceColumn], width: int
    ) -> None:
        self.wrong: list[WrongRecord] = []
        self.wrong_count = 0
        self._path = path
        self._encoding = encoding
        self._wanted = wanted
        self._width = width

    def __iter__(self) -> Iterator[Batch]:
        """The lines in their order."""
        pieces = self._parquet() if self._encoding is Encoding.PARQUET else self._csv()
        first = 1
        try:
            for piece in pieces:
                if len(piece):
                    arrays = dict(zip(self._wanted, piece.columns, strict=True))
                    yield Batch(first, len(piece), arrays)
                    first += len(piece)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise DamagedBytesError(f"it cannot be read: {error}") from None

    def _csv(self) -> Iterator[pa.RecordBatch]:
        if len(first_records(self._path, 2)) < 2:
            return  # Arrow fails at a header alone that no line break ends
        names = [f"c{place}" for place in range(self._width)]
        picked = [names[column.place] for column in self._wanted.values()]
        compression = "gzip" if self._path.name.lower().endswith(".gz") else None
        with pa.input_stream(str(self._path), compression=compression) as stream:
            yield from pa_csv.open_csv(
                stream,
                # Our own names: a header may hold one twice.
                read_options=pa_csv.ReadOptions(
                    column_names=names, skip_rows_after_names=1, block_size=_BLOCK
                ),
                parse_options=pa_csv.ParseOptions(
                    newlines_in_values=True, invalid_row_handler=self._note
                ),
                convert_options=pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    include_columns=picked,
                    strings_can_be_null=False,
                ),
            )

    def _note(self, row: pa_csv.InvalidRow) -> str:
        self.wrong_count += 1
        if len(self.wrong) < _MOST_REPORTED:
            self.wrong.append(WrongRecord(row.expected_columns, row.actual_columns, row.text[:80]))
        return "skip"

    def _parquet(self) -> Iterator[pa.RecordBatch]:
        names = [column.raw for column in self._wanted.values()]
        with pq.ParquetFile(self._path) as plain:
            schema = plain.schema_arrow
            texts = [name for name in names if pa.types.is_string(schema.field(name).type)]
        with pq.ParquetFile(
            self._path,
            read_dictionary=texts,
            pre_buffer=False,
            memory_map=True,
            page_checksum_verification=True,  # a second program, beside sources/parquet/pages.py
        ) as file:
            for group in range(file.num_row_groups):
                bounds = _Bounds(file.metadata.row_group(group), names)
                pieces = file.iter_batches(
                    _LINES, row_groups=[group], columns=names, use_threads=False
                )
                for piece in pieces:
                    ordered = piece.select(names)
                    check_dictionaries(ordered)
                    bounds.look_at(ordered)
                    yield ordered
                bounds.compare()


class _Bounds:
    """The least and greatest value and the empty ones that a row group states, against its values.

    Engines skip row groups and fold conditions by these, and nothing else in a file protects them.
    """

    def __init__(self, group: pq.RowGroupMetaData, names: list[str]) -> None:
        wanted = set(names)
        self._nulls = dict.fromkeys(names, 0)
        self._stated = {
            chunk.path_in_schema: chunk.statistics
            for chunk in map(group.column, range(group.num_columns))
            if chunk.path_in_schema in wanted and chunk.statistics is not None
        }

    def look_at(self, piece: pa.RecordBatch) -> None:
        for name, array in zip(piece.schema.names, piece.columns, strict=True):
            stated = self._stated.get(name)
            if stated is None:
                continue
            self._nulls[name] += array.null_count
            if stated.has_min_max and not _lies_within(array, stated):
                raise DamagedBytesError(f"column {name} has values outside its stated bounds")

    def compare(self) -> None:
        for name, stated in self._stated.items():
            if stated.has_null_count and stated.null_count != self._nulls[name]:
                raise DamagedBytesError(f"column {name} has another number of empty values")


def check_dictionaries(piece: pa.RecordBatch) -> None:
    """Arrow looks up values of a damaged file beyond the end of their dictionary."""
    for name, array in zip(piece.schema.names, piece.columns, strict=True):
        if pa.types.is_dictionary(array.type) and array.null_count < len(array):
            places = pc.min_max(array.indices)
            if places["min"].as_py() < 0 or places["max"].as_py() >= len(array.dictionary):
                raise DamagedBytesError(f"column {name} has values beyond its dictionary")


def _lies_within(array: pa.Array, stated: pq.Statistics) -> bool:
    """Compare numbers and texts with their stated bounds; other types are not compared."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary
    if len(array) == array.null_count:
        return True
    if pa.types.is_string(array.type):  # Parquet orders text by its bytes
        found = pc.min_max(array.cast(pa.binary()))
        least, most = str(stated.min).encode(), str(stated.max).encode()
        return bool(least <= found["min"].as_py() and found["max"].as_py() <= most)
    if not (pa.types.is_floating(array.type) or pa.types.is_integer(array.type)):
        return True
    if _is_nought(array):
        return bool(stated.min <= 0 <= stated.max)
    found = pc.min_max(array)
    return bool(stated.min <= found["min"].as_py() and found["max"].as_py() <= stated.max)


def _is_nought(array: pa.Array) -> bool:
    """Whether all doubles are zero, as in most columns of a bill; cheaper than bounds."""
    if not pa.types.is_float64(array.type) or array.null_count:
        return False
    return not np.count_nonzero(array.to_numpy())
