"""Files of the table of runs: the manifests of runs as rows of Parquet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from glob import escape
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import duckdb

from apportion.model.errors.base import LedgerDamagedError
from apportion.model.manifest import Manifest
from apportion.model.manifest_text import from_plain, to_plain

from .fsync import DurableWriter

Record = tuple[int, Manifest]  # its place in the sequence of runs, and the run


def write(written: Sequence[Record], folder: Path, *, name: str) -> Path:
    """Write records as one Parquet file, whose name ends with the sha256 of its bytes."""
    import pyarrow as pa  # noqa: PLC0415 - reading runs does without it
    import pyarrow.parquet as pq  # noqa: PLC0415 - as said above

    rows = [_row(*record) for record in written]
    schema = pa.schema(
        [(name, pa.int64() if name == "Sequence" else pa.string()) for name in rows[0]]
    )
    content = BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), content, compression="zstd")
    path = folder / f"{name}-{sha256(content.getbuffer()).hexdigest()}.parquet"
    with DurableWriter(path) as file:
        file.write(content.getbuffer())
    return path


def read(path: Path) -> list[Record]:
    """Read the records of one file, in the file's order, if it is what was written."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise LedgerDamagedError(str(path), "a record of runs", "nothing") from None
    found = sha256(content).hexdigest()
    if not path.stem.endswith(f"-{found}"):
        raise LedgerDamagedError(str(path), "the sha256 in its name", found)
    try:
        return [(number, from_text(text)) for number, text in _rows(path)]
    except (duckdb.Error, ValueError, LookupError, TypeError, ArithmeticError) as fault:
        # Whole, but not readable: perhaps a later version wrote it.
        raise LedgerDamagedError(str(path), "a record of runs", str(fault)) from fault


def _rows(path: Path) -> list[tuple[int, str]]:
    """Read with one thread and no settings of an engine; pyarrow takes longer to import."""
    with duckdb.connect(config={"threads": 1}) as engine:
        query = 'SELECT "Sequence", "Manifest" FROM read_parquet([?], hive_partitioning = false)'
        return engine.execute(query, [escape(str(path))]).fetchall()


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
