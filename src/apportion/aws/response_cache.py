"""A cache of responses for a limited time, so that a repeated request costs nothing.

A file is named by the hash of the request and holds the request, the time, the response and its
hash. A file that is damaged, old or of another request is not used.
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


class ResponseCache:
    """Cached responses in a folder. `identity` separates credentials, which may see other costs.

    With `refresh`, no cached response is used, and new ones are kept.
    """

    def __init__(
        self,
        folder: Path,
        *,
        identity: str,
        keep: timedelta,
        now: Callable[[], datetime],
        refresh: bool = False,
    ) -> None:
        self._folder = folder
        self._identity = identity
        self._keep = keep
        self._now = now
        self._refresh = refresh

    def find(self, operation: str, request: Mapping[str, object]) -> Sequence[Any] | None:
        """Find the cached pages of a request."""
        if self._refresh:
            return None
        key = self._key(operation, request)
        try:
            kept = json.loads(self._file(key).read_bytes())
            at = datetime.fromisoformat(kept["at"])
            sound = kept["request"] == key and kept["sha256"] == _hash(kept["pages"])
            age = self._now() - at
        except (OSError, ValueError, KeyError, TypeError):
            return None
        pages: Sequence[Any] = kept["pages"]
        # A response from the future comes from a wrong clock; it may be old.
        return pages if sound and timedelta(0) <= age < self._keep else None

    def keep(self, operation: str, request: Mapping[str, object], pages: Sequence[Any]) -> None:
        """Keep the pages of a request; only the user can read them."""
        key = self._key(operation, request)
        content = {
            "request": key,
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
            draft.replace(self._file(key))
        except BaseException:
            draft.unlink(missing_ok=True)
            raise

    def _key(self, operation: str, request: Mapping[str, object]) -> dict[str, object]:
        return {"identity": self._identity, "operation": operation, "request": dict(request)}

    def _file(self, key: Mapping[str, object]) -> Path:
        return self._folder / f"{_hash(key)}.json"


def _hash(value: object) -> str:
    return hashlib.sha256(_canonical(value)).hexdigest()


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
