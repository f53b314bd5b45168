"""The keys by which a proxy's tokens are verified: read when they are first named, and rarely.

Which key a token names is not proved by anything, so strangers can name as many as they like.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from threading import Lock

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

Key = ECKey | RSAKey | KeySet

#: Reads the body of an address.
Fetch = Callable[[str], bytes]

#: How many keys are kept, and how many that are not known are asked for in so many seconds.
_MOST_KEPT = 50
_MOST_ASKED, _SECONDS = 6, 60.0
#: How long a key is not asked for again that was not there, and how many such are remembered.
_MOST_MISSING = 500
#: The longest key or set of keys, in bytes, and how long one waits for it, in seconds.
_MOST_BYTES = 256 << 10
_PATIENCE = 3.0


class UnknownKeyError(Exception):
    """A token names a key that is not there, or too many were named that are not."""


def fetch(address: str) -> bytes:
    """Read a key over HTTP; what is too long for one is not read to its end."""
    found = bytearray()
    ends = time.monotonic() + _PATIENCE
    with httpx.stream("GET", address, timeout=_PATIENCE, follow_redirects=False) as answer:
        answer.raise_for_status()
        for part in answer.iter_bytes(16 << 10):
            found += part
            if len(found) > _MOST_BYTES or time.monotonic() > ends:
                message = f"the response of {address} is not a key"
                raise UnknownKeyError(message)
    return bytes(found)


class SigningKeys:
    """The keys at an address: each under its id, or all in one set of JSON.

    Safe to ask from several threads; one key is read at a time. `clock` gives seconds.
    """

    def __init__(
        self, address: str, *, fetch: Fetch = fetch, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._address = address.rstrip("/")
        self._fetch = fetch
        self._clock = clock
        self._kept: dict[str, Key] = {}
        self._missing: dict[str, float] = {}
        self._asked: deque[float] = deque(maxlen=_MOST_ASKED)
        self._lock = Lock()

    def knows(self, key_id: str) -> bool:
        """Tell whether a key can be given, or refused, without asking for it."""
        return key_id in self._kept or self._is_missing(key_id) or self._is_enough()

    def key(self, key_id: str) -> Key:
        """Give a key; raises UnknownKeyError, and what `fetch` raises."""
        found = self._kept.get(key_id)
        if found is not None:
            return found
        with self._lock:
            if key_id not in self._kept:
                self._learn(key_id)
            return self._kept[key_id]

    def _learn(self, key_id: str) -> None:
        if self._is_missing(key_id) or self._is_enough():
            message = "its key is unknown, and was requested a moment ago"
            raise UnknownKeyError(message)
        self._asked.append(self._clock())
        try:
            found = self._read(key_id)
        except (TypeError, KeyError, AttributeError) as error:
            self._miss(key_id)
            message = "the response of the provider contains no key"
            raise UnknownKeyError(message) from error
        except Exception:
            self._miss(key_id)
            raise
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[key_id] = found

    def _miss(self, key_id: str) -> None:
        self._missing.pop(key_id, None)
        self._missing[key_id] = self._clock()
        for oldest in list(self._missing)[:-_MOST_MISSING]:
            del self._missing[oldest]

    def _is_missing(self, key_id: str) -> bool:
        return self._clock() - self._missing.get(key_id, float("-inf")) < _SECONDS

    def _is_enough(self) -> bool:
        return len(self._asked) == _MOST_ASKED and self._clock() - self._asked[0] < _SECONDS

    def _read(self, key_id: str) -> Key:
        if not self._address.endswith((".json", "jwks", "certs", "keys")):
            return _read_pem(self._fetch(f"{self._address}/{key_id}"))
        found = KeySet.import_key_set(
            httpx.Response(200, content=self._fetch(self._address)).json()
        )
        if all(key.kid != key_id for key in found.keys):
            message = "its key is not in the provider's key set"
            raise UnknownKeyError(message)
        return found


def _read_pem(pem: bytes) -> Key:
    try:
        return ECKey.import_key(pem)
    except (JoseError, ValueError, TypeError):
        return RSAKey.import_key(pem)
