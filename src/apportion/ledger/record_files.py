"""Files of the table of runs: the manifests of runs as rows of Parquet."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from glob import escape
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from apportion.model.errors.base import LedgerDamagedError
from apportion.model.manifest import Manifest
from apportion.model.manifest_text import from_plain, to_plain
from apportion.model.sql_text import name as quoted_name
from apportion.model.sql_text import text as quoted_text

from . import tables
from .fsync import DurableWriter
from .small_files import open_engine

Record = tuple[int, Manifest]  # its place in the sequence of runs, and the run

#: Reasons for which a disk takes no file; DuckDB's errors have only their text.
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES)


def write(written: Sequence[Record], folder: Path, *, name: str) -> Path:
    """Write records as one Parquet file, whose name ends with the sha256 of its bytes.

    Raises OSError where this folder, or the system's temporary folder, cannot be written to.
    """
    content = _parquet([_row(*record) for record in written])
    path = folder / f"{name}-{sha256(content).hexdigest()}.parquet"
    with DurableWriter(path) as file:
        file.write(content)
    return path


def _parquet(rows: Sequence[Mapping[str, object]]) -> bytes:
    """Write rows as DuckDB does, since pyarrow imports pandas to take values from Python."""
    types = tables.COLUMNS[tables.RUNS]
    columns = ", ".join(
        f"UNNEST(CAST(${number} AS {types[name]}[])) AS {quoted_name(name)}"
        for number, name in enumerate(rows[0], 1)
    )
    values = [[row[name] for row in rows] for name in rows[0]]
    with TemporaryDirectory(prefix="apportion-") as scratch, open_engine() as engine:
        file = Path(scratch) / "records.parquet"
        with _disk_errors(file):
            engine.execute(
                f"COPY (SELECT {columns}) TO {quoted_text(str(file))} "
                "(FORMAT parquet, COMPRESSION zstd)",
                values,
            ).fetchall()
        return file.read_bytes()


@contextmanager
def _disk_errors(file: Path) -> Iterator[None]:
    """Raise DuckDB's errors of a disk as those of the system."""
    try:
        yield
    except duckdb.IOException as fault:
        number = next((each for each in _DISK if os.strerror(each) in str(fault)), errno.EIO)
        raise OSError(number, os.strerror(number), str(file)) from fault


def read(paths: Sequence[Path]) -> list[list[Record]]:
    """Read the records of files, each in its order, if they are what was written."""
    if not paths:
        return []
    for path in paths:
        _check(path)
    with open_engine() as engine:
        return [_read(path, engine) for path in paths]


def _check(path: Path) -> None:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise LedgerDamagedError(str(path), "a record of runs", "nothing") from None
    found = sha256(content).hexdigest()
    if not path.stem.endswith(f"-{found}"):
        raise LedgerDamagedError(str(path), "the sha256 in its name", found)


def _read(path: Path, engine: duckdb.DuckDBPyConnection) -> list[Record]:
    query = 'SELECT "Sequence", "Manifest" FROM read_parquet([?], hive_partitioning = false)'
    try:
        rows = engine.execute(query, [escape(str(path))]).fetchall()
        return [(number, from_text(text)) for number, text in rows]
    except (duckdb.Error, ValueError, LookupError, TypeError, ArithmeticError) as fault:
        # Whole, but not readable: perhaps a later version wrote it.
        raise LedgerDamagedError(str(path), "a record of runs", str(fault)) from fault


def to_text(manifest: Manifest) -> str:
    """Write a manifest as JSON."""
    return json.dumps(to_plain(manifest), separators=(",", ":"))


def from_text(text: str) -> Manifest:
    """Read a manifest from JSON; raises ValueError, LookupError or TypeError if it is none."""
    return from_plain(json.loads(text))


def _row(sequence: int, manifest: Manifest) -> dict[str, object]:
    return {
        "RunId": manifest.run,
        "Kind": str(manifest.kind),
        "Period": manifest.period,
        "Bill": manifest.bill,
        "At": manifest.at,
        "Version": manifest.version,
        "Sequence": sequence,
        "Manifest": to_text(manifest),
    }
