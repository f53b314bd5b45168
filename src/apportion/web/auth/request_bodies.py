"""Limits the size of request bodies, before authentication."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: The only form has a token of about forty characters.
MAX_BYTES = 16 << 10

_SENTENCE = f"The request body is too large: at most {MAX_BYTES:,} bytes are accepted."


class BodyLimit:
    """Rejects bodies with a larger declared size, and stops reading at the limit."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request and count the bytes of its body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _declared(scope) > MAX_BYTES:
            await _reject(send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > MAX_BYTES:
                raise HTTPException(413, _SENTENCE, {"connection": "close"})
            return message

        await self._app(scope, counted, send)


def _declared(scope: Scope) -> int:
    length = dict(scope["headers"]).get(b"content-length", b"0")
    return int(length) if length.isdigit() and len(length) < 20 else MAX_BYTES + 1


async def _reject(send: Send) -> None:
    body = f"{_SENTENCE}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
