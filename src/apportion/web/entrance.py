"""Finds out who asks, before anything is answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from .door import Door
from .html import notice_html
from .proxy import NotSignedInError
from .viewer import AT_HOME, put

_TITLES = {
    401: "You are not signed in",
    404: "There is no such thing",
    422: "This cannot be",
}


class Entrance:
    """Gives each request its viewer, or sends it to sign in. Nothing of money lies before it."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its viewer, or answer it here."""
        answer: ASGIApp | None = None
        if scope["type"] == "http" and not _is_open(scope["path"]):
            answer = self._enter(scope)
        await (answer or self._app)(scope, receive, send)

    def _enter(self, scope: Scope) -> ASGIApp | None:
        door = self._door
        if door.proxy is not None:
            try:
                put(scope, door.proxy.viewer(_headers(scope)))
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


def refusal(path: str, sentence: str, status: int) -> Response:
    """Say what is wrong: to programs as JSON, to people as a page."""
    if path.startswith(("/api/", "/files/")):
        return JSONResponse({"error": sentence}, status)
    title = _TITLES.get(status, "Something went wrong")
    return HTMLResponse(notice_html(title, sentence, status=status), status)


def _is_open(path: str) -> bool:
    """Tell addresses that are for everyone: they say nothing of money."""
    return path.startswith(("/static/", "/auth/")) or path in {"/account", "/health"}


def _headers(scope: Mapping[str, Any]) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _stranger(scope: Scope) -> Response:
    if scope["path"].startswith(("/api/", "/files/")):
        return refusal(scope["path"], "Sign in first.", 401)
    from .oidc import sign_in_address  # noqa: PLC0415 - only who signs in this way imports authlib

    query = scope["query_string"].decode("latin-1")
    return RedirectResponse(sign_in_address(scope["path"], query), 303)
