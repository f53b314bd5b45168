"""Bounds the bodies of requests, before anything else looks at them or at who sends them."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: The one form that there is has a token in it, of some forty letters.
MOST_BYTES = 16 << 10

_SENTENCE = f"The body of the request is too large: at most {MOST_BYTES:,} bytes."


class Bodies:
    """Refuses bodies that say they are too large, and stops reading those that do not say."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its body counted as it comes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _declared(scope) > MOST_BYTES:
            await _refuse(send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > MOST_BYTES:
                raise HTTPException(413, _SENTENCE, {"connection": "close"})
            return message

        await self._app(scope, counted, send)


def _declared(scope: Scope) -> int:
    said = dict(scope["headers"]).get(b"content-length", b"0")
    return int(said) if said.isdigit() and len(said) < 20 else MOST_BYTES + 1


async def _refuse(send: Send) -> None:
    body = f"{_SENTENCE}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
