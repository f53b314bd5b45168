"""Finds out who asks, before anything is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from apportion.web.html import notice_html

from .config import AuthConfig
from .proxy import NotSignedInError, SecretProxy, SignedProxy
from .user import AT_HOME, User, put

#: How many requests wait for a key that their token names; others are refused at once.
_MOST_WAITING = 8

_TITLES = {
    401: "Not signed in",
    404: "Not found",
    413: "Request too large",
    422: "Invalid request",
}


class AuthMiddleware:
    """Gives each request its viewer, or sends it to sign in. Nothing of money lies before it."""

    def __init__(self, app: ASGIApp, door: AuthConfig) -> None:
        self._app = app
        self._door = door
        self._waiting = 0
        self._reader = ThreadPoolExecutor(1, "signing-key")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its viewer, or answer it here."""
        answer: ASGIApp | None = None
        if scope["type"] == "http" and not _is_open(scope["path"]):
            answer = await self._enter(scope)
        await (answer or self._app)(scope, receive, send)

    async def _enter(self, scope: Scope) -> ASGIApp | None:
        door = self._door
        if door.proxy is not None:
            try:
                put(scope, await self._by_proxy(door.proxy, scope))
            except NotSignedInError as error:
                return refusal(scope["path"], str(error), 401)
        elif door.sessions is not None:
            viewer = door.sessions.viewer(scope["session"])
            if viewer is None:
                return _stranger(scope)
            put(scope, viewer)
        else:
            put(scope, AT_HOME)
        return None

    async def _by_proxy(self, proxy: SecretProxy | SignedProxy, scope: Scope) -> User:
        """Believe a proxy; what reads a key waits in a thread of its own, and not with many."""
        headers = _headers(scope, proxy.trusted)
        if isinstance(proxy, SecretProxy) or proxy.knows(headers):
            return proxy.viewer(headers)
        if self._waiting >= _MOST_WAITING:
            message = (
                "Too many requests are waiting for unknown signing keys. Try again in a minute."
            )
            raise NotSignedInError(message)
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._reader, proxy.viewer, headers)
        finally:
            self._waiting -= 1


def refusal(path: str, sentence: str, status: int) -> Response:
    """Say what is wrong: to programs as JSON, to people as a page."""
    if path.startswith(("/api/", "/files/")):
        return JSONResponse({"error": sentence}, status)
    title = _TITLES.get(status, "Something went wrong")
    return HTMLResponse(notice_html(title, sentence, status=status), status)


def _is_open(path: str) -> bool:
    """Tell addresses that are for everyone: they say nothing of money."""
    return path.startswith(("/static/", "/auth/")) or path in {"/account", "/health"}


def _headers(scope: Mapping[str, Any], trusted: Iterable[str]) -> dict[str, str]:
    """Give the headers by name. Of one that is believed, a second may be a stranger's own."""
    pairs = [(name.decode("latin-1").lower(), value.decode("latin-1"))
             for name, value in scope["headers"]]  # fmt: skip
    names = [name for name, _value in pairs]
    for name in trusted:
        if names.count(name.lower()) > 1:
            message = (
                f"The request has the header {name} more than once. Configure the proxy to remove "
                "it from incoming requests."
            )
            raise NotSignedInError(message)
    return dict(pairs)


def _stranger(scope: Scope) -> Response:
    if scope["path"].startswith(("/api/", "/files/")):
        return refusal(scope["path"], "Sign in first.", 401)
    from .oidc import sign_in_address  # noqa: PLC0415 - only who signs in this way imports authlib

    query = scope["query_string"].decode("latin-1")
    return RedirectResponse(sign_in_address(scope["path"], query), 303)
