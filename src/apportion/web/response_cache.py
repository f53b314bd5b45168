"""Caches responses by the version of the ledger, the user's scope and the address.

A response is stored plain and compressed, with a hash of its content as ETag. A new run changes the
version and with it the keys; old responses are evicted when the cache is full.
"""

from __future__ import annotations

import asyncio
import gzip
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: The largest size of all cached responses, in bytes.
MAX_BYTES = 192 << 20

#: Paths whose responses are the same for all users of one scope.
_CACHED_PATHS = ("/overview", "/flow", "/owners", "/pools", "/tags", "/proof", "/rules", "/explain",
                 "/files/", "/api/v1/")  # fmt: skip

Key = tuple[str, str, str, bytes]


@dataclass(frozen=True)
class CachedResponse:
    """A response: body, compressed body, and headers."""

    body: bytes
    compressed: bytes
    etag: bytes
    headers: tuple[tuple[bytes, bytes], ...]


class ResponseCache:
    """Caches the responses of an application.

    `ledger_version` gives the version of the ledger, `scope_key` the access scope of a request.
    Both are part of the key, so a response is never sent to a user of another scope.
    """

    def __init__(
        self, app: ASGIApp, *, ledger_version: Callable[[], str], scope_key: Callable[[Scope], str]
    ) -> None:
        self._app = app
        self._ledger_version = ledger_version
        self._scope_key = scope_key
        self._responses: OrderedDict[Key, CachedResponse] = OrderedDict()
        self._size = 0
        self._locks: dict[Key, asyncio.Lock] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the cached response, or call the application and cache its response."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        if not path.startswith(_CACHED_PATHS):
            await self._app(scope, receive, send)
            return
        key = (self._ledger_version(), self._scope_key(scope), path, scope["query_string"])
        response = self._responses.get(key)
        if response is None:
            response = await self._create(key, scope, receive, send)
        if response is not None:
            self._responses.move_to_end(key) if key in self._responses else None
            await _send(response, scope, send)

    async def _create(
        self, key: Key, scope: Scope, receive: Receive, send: Send
    ) -> CachedResponse | None:
        """Create a response once for all waiting requests; None if an error was sent."""
        lock = self._locks.setdefault(key, asyncio.Lock())
        try:
            async with lock:
                if key in self._responses:
                    return self._responses[key]
                start, body = await self._call({**scope, "method": "GET"}, receive)
                if start["status"] != 200:
                    await send(start)
                    await send({"type": "http.response.body", "body": body})
                    return None
                response = await asyncio.to_thread(_compressed, start, body)
                self._store(key, response)
                return response
        finally:
            self._locks.pop(key, None)

    async def _call(self, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
        start: Message = {}
        parts: list[bytes] = []

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        await self._app(scope, receive, collect)
        return start, b"".join(parts)

    def _store(self, key: Key, response: CachedResponse) -> None:
        self._responses[key] = response
        self._size += len(response.body) + len(response.compressed)
        while self._size > MAX_BYTES and len(self._responses) > 1:
            _key, oldest = self._responses.popitem(last=False)
            self._size -= len(oldest.body) + len(oldest.compressed)


def _compressed(start: Message, body: bytes) -> CachedResponse:
    headers = tuple(
        (name, value)
        for name, value in start["headers"]
        if name.lower() not in {b"content-length", b"etag"}
    )
    etag = f'"{sha256(body).hexdigest()[:24]}"'.encode()
    return CachedResponse(body, gzip.compress(body, 5, mtime=0), etag, headers)


async def _send(response: CachedResponse, scope: Scope, send: Send) -> None:
    request_headers = dict(scope["headers"])
    compressed = b"gzip" in request_headers.get(b"accept-encoding", b"")
    # The compressed body has different bytes, so it needs an ETag of its own.
    etag = response.etag[:-1] + b'-gz"' if compressed else response.etag
    body = response.compressed if compressed else response.body
    headers = [
        *response.headers,
        (b"etag", etag),
        (b"cache-control", b"private, no-cache"),
        (b"vary", b"Accept-Encoding, Cookie"),
    ]
    status = 200
    if etag in request_headers.get(b"if-none-match", b""):
        status, body = 304, b""
    else:
        headers.append((b"content-length", str(len(body)).encode()))
        if compressed:
            headers.append((b"content-encoding", b"gzip"))
    if scope["method"] == "HEAD":
        body = b""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
