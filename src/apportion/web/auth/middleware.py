"""Authenticates each request before any page handles it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from apportion.web.html import notice_html

from .config import AuthConfig
from .proxy import NotSignedInError, SecretProxy
from .user import LOCAL_USER, User, set_user

if TYPE_CHECKING:
    from .signed_proxy import SignedProxy

#: The number of requests that may wait for an unknown signing key; others are rejected at once.
_MAX_WAITING = 8

_TITLES = {
    401: "Not signed in",
    404: "Not found",
    413: "Request too large",
    422: "Invalid request",
}


class AuthMiddleware:
    """Sets the user of each request, or redirects it to sign in."""

    def __init__(self, app: ASGIApp, auth: AuthConfig) -> None:
        self._app = app
        self._auth = auth
        self._waiting = 0
        self._reader = ThreadPoolExecutor(1, "signing-key")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request with its user, or respond with an error or a redirect."""
        response: ASGIApp | None = None
        if scope["type"] == "http" and not _is_public(scope["path"]):
            response = await self._authenticate(scope)
        await (response or self._app)(scope, receive, send)

    async def _authenticate(self, scope: Scope) -> ASGIApp | None:
        auth = self._auth
        if auth.proxy is not None:
            try:
                set_user(scope, await self._by_proxy(auth.proxy, scope))
            except NotSignedInError as error:
                return error_response(scope["path"], str(error), 401)
        elif auth.sessions is not None:
            user = auth.sessions.user(scope["session"])
            if user is None:
                return _require_sign_in(scope)
            set_user(scope, user)
        else:
            set_user(scope, LOCAL_USER)
        return None

    async def _by_proxy(self, proxy: SecretProxy | SignedProxy, scope: Scope) -> User:
        """Read the user from a proxy's headers; unknown keys are read in a separate thread."""
        headers = _headers(scope, proxy.trusted)
        if isinstance(proxy, SecretProxy) or proxy.has_key(headers):
            return proxy.user(headers)
        if self._waiting >= _MAX_WAITING:
            message = (
                "Too many requests are waiting for unknown signing keys. Try again in a minute."
            )
            raise NotSignedInError(message)
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._reader, proxy.user, headers)
        finally:
            self._waiting -= 1


def error_response(path: str, sentence: str, status: int) -> Response:
    """Create an error: JSON for the API and files, otherwise a page."""
    if path.startswith(("/api/", "/files/")):
        return JSONResponse({"error": sentence}, status)
    title = _TITLES.get(status, "Error")
    return HTMLResponse(notice_html(title, sentence, status=status), status)


def _is_public(path: str) -> bool:
    """Return whether a path needs no sign-in; these contain no cost."""
    return path.startswith(("/static/", "/auth/")) or path in {"/account", "/health"}


def _headers(scope: Mapping[str, Any], trusted: Iterable[str]) -> dict[str, str]:
    """Read the headers by name; a trusted header must not occur twice, as a client may add one."""
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


def _require_sign_in(scope: Scope) -> Response:
    if scope["path"].startswith(("/api/", "/files/")):
        return error_response(scope["path"], "Not signed in.", 401)
    from .oidc import sign_in_address  # noqa: PLC0415 - authlib is slow to import; only OIDC needs it

    query = scope["query_string"].decode("latin-1")
    return RedirectResponse(sign_in_address(scope["path"], query), 303)
