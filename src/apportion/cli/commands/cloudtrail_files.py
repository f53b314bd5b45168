"""Reads files of CloudTrail records as S3 keeps them: JSON, gzip or not."""

from __future__ import annotations

import gzip
from pathlib import Path

_GZIP = b"\x1f\x8b"


def read_records(path: Path) -> str:
    """Read a file as text; bytes that are no UTF-8 are marked, as one record must not stop all."""
    content = path.read_bytes()
    if content.startswith(_GZIP):
        content = gzip.decompress(content)
    return content.decode("utf-8-sig", "replace")
