"""Keeps answers for a stated time, by exactly what was asked, so that asking again costs nothing.

A file is named by the hash of the question and holds the question, the time, the answer and the
answer's hash. Whatever is damaged, old or another question's is as good as not there.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any


class Answers:
    """The kept answers in a folder. `whose` tells credentials apart: others may see other costs.

    `fresh` finds none, and keeps what is brought.
    """

    def __init__(
        self,
        folder: Path,
        *,
        whose: str,
        keep: timedelta,
        now: Callable[[], datetime],
        fresh: bool = False,
    ) -> None:
        self._folder = folder
        self._whose = whose
        self._keep = keep
        self._now = now
        self._fresh = fresh

    def find(self, operation: str, request: Mapping[str, object]) -> Sequence[Any] | None:
        """Find the pages that answer a request."""
        if self._fresh:
            return None
        question = self._question(operation, request)
        try:
            kept = json.loads(self._file(question).read_bytes())
            at = datetime.fromisoformat(kept["at"])
            sound = kept["question"] == question and kept["sha256"] == _hash(kept["pages"])
            age = self._now() - at
        except (OSError, ValueError, KeyError, TypeError):
            return None
        pages: Sequence[Any] = kept["pages"]
        # An answer from the future says that a clock was wrong, not that the answer is fresh.
        return pages if sound and timedelta(0) <= age < self._keep else None

    def keep(self, operation: str, request: Mapping[str, object], pages: Sequence[Any]) -> None:
        """Keep the pages that answer a request; only the user can read them."""
        question = self._question(operation, request)
        content = {
            "question": question,
            "at": self._now().isoformat(),
            "sha256": _hash(pages),
            "pages": pages,
        }
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._folder / f".{secrets.token_hex(8)}.part"
        try:
            with os.fdopen(
                os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
            ) as file:
                file.write(_canonical(content))
            draft.replace(self._file(question))
        except BaseException:
            draft.unlink(missing_ok=True)
            raise

    def _question(self, operation: str, request: Mapping[str, object]) -> dict[str, object]:
        return {"whose": self._whose, "operation": operation, "request": dict(request)}

    def _file(self, question: Mapping[str, object]) -> Path:
        return self._folder / f"{_hash(question)}.json"


def _hash(value: object) -> str:
    return hashlib.sha256(_canonical(value)).hexdigest()


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
