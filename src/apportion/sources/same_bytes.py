"""Whether files have the very bytes of a delivery that was recorded before."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from apportion.model.manifest import Input

from .discover import Candidate


def same_bytes(candidates: Sequence[Candidate], inputs: Sequence[Input]) -> list[str] | None:
    """Hash files if their sizes are those of the inputs; returns the SHA-256 of each if they agree.

    Names do not count. A file whose list of checksums states another SHA-256 is not the same.
    """
    sizes = sorted(candidate.size for candidate in candidates)
    if sizes != sorted(file.size for file in inputs):
        return None
    hashes = [sha256_of(candidate.path) for candidate in candidates]
    as_stated = all(
        stated == found
        for candidate, found in zip(candidates, hashes, strict=True)
        for stated, _list in candidate.expected
    )
    same = as_stated and sorted(hashes) == sorted(file.sha256 for file in inputs)
    return hashes if same else None


def sha256_of(path: Path) -> str:
    """Hash a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
