"""A run's manifest as a row of the table of runs, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from apportion.model.errors import LedgerDamagedError
from apportion.model.manifest import Input, Kind, Manifest, Total

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


def to_parquet(records: Sequence[Record]) -> bytes:
    """Write records as one Parquet file, with a checksum on every page."""
    table = pa.Table.from_pylist([_row(*record) for record in records], schema=_SCHEMA)
    file = BytesIO()
    pq.write_table(table, file, compression="zstd", write_page_checksum=True)
    return file.getvalue()


def from_parquet(path: Path) -> list[Record]:
    """Read the records of one file, in the file's order."""
    try:
        columns = ["Sequence", "Manifest"]
        table = pq.ParquetFile(path, page_checksum_verification=True).read(columns=columns)
        return [(row["Sequence"], from_text(row["Manifest"])) for row in table.to_pylist()]
    except FileNotFoundError:
        raise LedgerDamagedError(str(path), "a record of runs", "nothing") from None
    except (OSError, ValueError, LookupError, TypeError) as fault:
        raise LedgerDamagedError(str(path), "a record of runs", str(fault)) from fault


def to_text(manifest: Manifest) -> str:
    """Write a manifest as JSON."""
    return json.dumps(asdict(manifest), separators=(",", ":"))


def from_text(text: str) -> Manifest:
    """Read a manifest from JSON; raises ValueError, LookupError or TypeError if it is none."""
    said = json.loads(text)
    totals = (Total(**{**total, "amounts": tuple(total["amounts"])}) for total in said["totals"])
    return Manifest(
        **{
            **said,
            "kind": Kind(said["kind"]),
            "inputs": tuple(Input(**each) for each in said["inputs"]),
            "totals": tuple(totals),
        }
    )


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
