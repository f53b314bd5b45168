"""Answers that were given before: by what the ledger holds, who asks, and the address.

An answer is kept packed, with a name of its content (ETag). As soon as a run is recorded, the key
is another one, and the old answers are forgotten with time.
"""

from __future__ import annotations

import asyncio
import gzip
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: How many bytes of packed answers are kept.
MOST_BYTES = 192 << 20

#: Addresses that begin so are answered alike to all who see the same.
_KEPT = ("/overview", "/flow", "/owners", "/pools", "/tags", "/proof", "/rules", "/explain",
         "/files/", "/api/v1/")  # fmt: skip

Key = tuple[str, str, str, bytes]


@dataclass(frozen=True)
class Answer:
    """An answer's body as it is and packed, with the headers that belong to it."""

    body: bytes
    packed: bytes
    etag: bytes
    headers: tuple[tuple[bytes, bytes], ...]


class AnswerCache:
    """Keeps the answers of an application behind it.

    `edition` names what the ledger holds, `who` the scope of a request: both belong to the key, so
    nobody is ever given what was made for another scope.
    """

    def __init__(
        self, app: ASGIApp, *, edition: Callable[[], str], who: Callable[[Scope], str]
    ) -> None:
        self._app = app
        self._edition = edition
        self._who = who
        self._kept: OrderedDict[Key, Answer] = OrderedDict()
        self._size = 0
        self._making: dict[Key, asyncio.Lock] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is kept, or ask the application and keep what it says."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        if not path.startswith(_KEPT):
            await self._app(scope, receive, send)
            return
        key = (self._edition(), self._who(scope), path, scope["query_string"])
        answer = self._kept.get(key)
        if answer is None:
            answer = await self._made(key, scope, receive, send)
        if answer is not None:
            self._kept.move_to_end(key) if key in self._kept else None
            await _send(answer, scope, send)

    async def _made(self, key: Key, scope: Scope, receive: Receive, send: Send) -> Answer | None:
        """Let one request make an answer that several wait for; None where it was sent already."""
        lock = self._making.setdefault(key, asyncio.Lock())
        try:
            async with lock:
                if key in self._kept:
                    return self._kept[key]
                start, body = await self._asked({**scope, "method": "GET"}, receive)
                if start["status"] != 200:
                    await send(start)
                    await send({"type": "http.response.body", "body": body})
                    return None
                answer = await asyncio.to_thread(_packed, start, body)
                self._keep(key, answer)
                return answer
        finally:
            self._making.pop(key, None)

    async def _asked(self, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
        start: Message = {}
        parts: list[bytes] = []

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        await self._app(scope, receive, collect)
        return start, b"".join(parts)

    def _keep(self, key: Key, answer: Answer) -> None:
        self._kept[key] = answer
        self._size += len(answer.body) + len(answer.packed)
        while self._size > MOST_BYTES and len(self._kept) > 1:
            _key, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest.body) + len(oldest.packed)


def _packed(start: Message, body: bytes) -> Answer:
    kept = tuple(
        (name, value)
        for name, value in start["headers"]
        if name.lower() not in {b"content-length", b"etag"}
    )
    etag = f'"{sha256(body).hexdigest()[:24]}"'.encode()
    return Answer(body, gzip.compress(body, 5, mtime=0), etag, kept)


async def _send(answer: Answer, scope: Scope, send: Send) -> None:
    asked = dict(scope["headers"])
    packed = b"gzip" in asked.get(b"accept-encoding", b"")
    # The same content has two names, packed and not: they are different bytes.
    etag = answer.etag[:-1] + b'-gz"' if packed else answer.etag
    body = answer.packed if packed else answer.body
    headers = [
        *answer.headers,
        (b"etag", etag),
        (b"cache-control", b"private, no-cache"),
        (b"vary", b"Accept-Encoding, Cookie"),
    ]
    status = 200
    if etag in asked.get(b"if-none-match", b""):
        status, body = 304, b""
    else:
        headers.append((b"content-length", str(len(body)).encode()))
        if packed:
            headers.append((b"content-encoding", b"gzip"))
    if scope["method"] == "HEAD":
        body = b""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
