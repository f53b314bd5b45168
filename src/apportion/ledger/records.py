"""A run's manifest as a row of the table of runs, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from apportion.model.errors.base import LedgerDamagedError
from apportion.model.manifest import Manifest
from apportion.model.manifest_text import from_plain, to_plain

from .fsync import DurableWriter

Record = tuple[int, Manifest]  # its place in the sequence of runs, and the run

_SCHEMA = pa.schema(
    [
        ("RunId", pa.string()),
        ("Kind", pa.string()),
        ("Period", pa.string()),
        ("Bill", pa.string()),
        ("At", pa.string()),
        ("Version", pa.string()),
        ("Sequence", pa.int64()),
        ("Manifest", pa.string()),
    ]
)


def write(written: Sequence[Record], folder: Path, *, name: str) -> Path:
    """Write records as one Parquet file, whose name ends with the sha256 of its bytes."""
    table = pa.Table.from_pylist([_row(*record) for record in written], schema=_SCHEMA)
    content = BytesIO()
    pq.write_table(table, content, compression="zstd")
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
        rows = pq.read_table(BytesIO(content), columns=["Sequence", "Manifest"]).to_pylist()
        return [(row["Sequence"], from_text(row["Manifest"])) for row in rows]
    except (pa.ArrowException, ValueError, LookupError, TypeError, ArithmeticError) as fault:
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
