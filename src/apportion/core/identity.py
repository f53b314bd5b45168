"""Who a run is: a hash of all that decides its result, so that the same work is known again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from apportion.model.manifest import Input

#: Change it when the same inputs would give another result.
_GENERATION = "1"


def run_id(*decided_by: str, inputs: Sequence[Input]) -> str:
    """Hash the words and files that decide a run; twelve hexadecimal digits.

    Names of files do not count, only what is in them and the part they play.
    """
    parts = [_GENERATION, *decided_by, *sorted(f"{file.role} {file.sha256}" for file in inputs)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


def sha256(content: bytes) -> str:
    """Hash a file's content."""
    return hashlib.sha256(content).hexdigest()
