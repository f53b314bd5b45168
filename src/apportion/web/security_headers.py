"""Security headers of every response, and the check of the requested host."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Scripts and styles only from this server, none inline; no requests to other hosts.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

_MAX_PATH = 1000
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


def is_loopback(host: str) -> bool:
    """Return whether only this machine can connect to a host."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_safe_path(path: str) -> bool:
    """Return whether an address is a page of this server, and short enough for a cookie."""
    if len(path) > _MAX_PATH:
        return False
    return path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()


class SecurityHeaders:
    """Adds the headers to each response, and rejects requests for other hosts.

    Without the check, a web site whose name resolves to this machine could read pages that need no
    sign-in (DNS rebinding). An empty list accepts every host. `encrypted` adds the header that
    makes browsers use https only.
    """

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str], encrypted: bool) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        headers = dict(_HEADERS)
        if encrypted:
            headers["strict-transport-security"] = "max-age=31536000"
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request, if it is for an accepted host."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name.lower() for name, _value in message["headers"]}
                # Error responses must not be cached by proxies either.
                extra = [] if b"cache-control" in names else [(b"cache-control", b"no-store")]
                message["headers"] = [*message["headers"], *self._headers, *extra]
            await send(message)

        if self._hosts and _host(scope) not in self._hosts:
            await _reject(send_safely)
        else:
            await self._app(scope, receive, send_safely)


def _host(scope: Scope) -> str:
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


async def _reject(send: Send) -> None:
    body = b"Unknown host.\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 421, "headers": headers})
    await send({"type": "http.response.body", "body": body})
