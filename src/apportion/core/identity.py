"""Run ids: a hash of all inputs of a run, so that the same work has the same id."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from apportion.model.manifest import Input

#: Change it when the same inputs would give another result.
_GENERATION = "1"


def run_id(*decided_by: str, inputs: Sequence[Input]) -> str:
    """Hash the options and files that decide a run; twelve hexadecimal digits.

    Only the content and role of files count, not their names.
    """
    parts = [_GENERATION, *decided_by, *sorted(f"{file.role} {file.sha256}" for file in inputs)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


def sha256(content: bytes) -> str:
    """Hash a file's content."""
    return hashlib.sha256(content).hexdigest()
