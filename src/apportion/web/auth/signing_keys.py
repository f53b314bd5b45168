"""The public keys that verify a proxy's tokens: read on first use, with a limited rate.

The key id of a token is not verified, so clients can send any number of unknown ids.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from threading import Lock

import httpx2
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

Key = ECKey | RSAKey | KeySet

#: Reads the body of an address.
Fetch = Callable[[str], bytes]

#: The number of cached keys, and of requests for unknown keys within a number of seconds.
_MAX_KEYS = 50
_MAX_REQUESTS, _SECONDS = 6, 60.0
#: The number of missing key ids that are not requested again for a minute.
_MAX_MISSING = 500
#: The largest key or key set in bytes, and the timeout in seconds.
_MAX_BYTES = 256 << 10
_TIMEOUT = 3.0


class UnknownKeyError(Exception):
    """The key of a token does not exist, or too many unknown keys were requested."""


def fetch(address: str) -> bytes:
    """Read a key over HTTP, up to the largest size."""
    found = bytearray()
    deadline = time.monotonic() + _TIMEOUT
    with httpx2.stream("GET", address, timeout=_TIMEOUT, follow_redirects=False) as response:
        response.raise_for_status()
        for part in response.iter_bytes(16 << 10):
            found += part
            if len(found) > _MAX_BYTES or time.monotonic() > deadline:
                message = f"the response of {address} is not a key"
                raise UnknownKeyError(message)
    return bytes(found)


class SigningKeys:
    """The keys at an address: one for each id, or a JSON Web Key Set.

    Thread-safe; one key is read at a time. `clock` gives seconds.
    """

    def __init__(
        self, address: str, *, fetch: Fetch = fetch, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._address = address.rstrip("/")
        self._fetch = fetch
        self._clock = clock
        self._keys: dict[str, Key] = {}
        self._missing: dict[str, float] = {}
        self._requests: deque[float] = deque(maxlen=_MAX_REQUESTS)
        self._lock = Lock()

    def has_key(self, key_id: str) -> bool:
        """Return whether a key is known, or known to be missing, without a request."""
        return key_id in self._keys or self._is_missing(key_id) or self._rate_limited()

    def key(self, key_id: str) -> Key:
        """Give a key; raises UnknownKeyError and the errors of `fetch`."""
        found = self._keys.get(key_id)
        if found is not None:
            return found
        with self._lock:
            if key_id not in self._keys:
                self._load(key_id)
            return self._keys[key_id]

    def _load(self, key_id: str) -> None:
        if self._is_missing(key_id) or self._rate_limited():
            message = "its key is unknown, and was requested a moment ago"
            raise UnknownKeyError(message)
        self._requests.append(self._clock())
        try:
            found = self._read(key_id)
        except (TypeError, KeyError, AttributeError) as error:
            self._mark_missing(key_id)
            message = "the response of the provider contains no key"
            raise UnknownKeyError(message) from error
        except Exception:
            self._mark_missing(key_id)
            raise
        if len(self._keys) >= _MAX_KEYS:
            self._keys.clear()
        self._keys[key_id] = found

    def _mark_missing(self, key_id: str) -> None:
        self._missing.pop(key_id, None)
        self._missing[key_id] = self._clock()
        for oldest in list(self._missing)[:-_MAX_MISSING]:
            del self._missing[oldest]

    def _is_missing(self, key_id: str) -> bool:
        return self._clock() - self._missing.get(key_id, float("-inf")) < _SECONDS

    def _rate_limited(self) -> bool:
        return len(self._requests) == _MAX_REQUESTS and self._clock() - self._requests[0] < _SECONDS

    def _read(self, key_id: str) -> Key:
        if not self._address.endswith((".json", "jwks", "certs", "keys")):
            return _read_pem(self._fetch(f"{self._address}/{key_id}"))
        found = KeySet.import_key_set(
            httpx2.Response(200, content=self._fetch(self._address)).json()
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
