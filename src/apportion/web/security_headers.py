"""What every answer says to browsers, which hosts we answer to, and where we may listen."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Scripts and styles from here alone, none within pages; nothing is asked of any other host.
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

_LONGEST_PATH = 1000
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches a host."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_safe_path(path: str) -> bool:
    """Tell whether an address leads to a page of ours and nowhere else, and fits into a cookie."""
    if len(path) > _LONGEST_PATH:
        return False
    return path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()


class SecurityHeaders:
    """Adds the headers to each answer, and refuses hosts that are not ours.

    A page of another site that has its name point to this machine could else read what is shown
    without signing in; an empty list of hosts answers to all. `encrypted` tells browsers to come
    by https alone.
    """

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str], encrypted: bool) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        headers = dict(_HEADERS)
        if encrypted:
            headers["strict-transport-security"] = "max-age=31536000"
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, if it is for us."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _value in message["headers"]}
                # Refusals, too, are for who asked alone.
                kept = [] if b"cache-control" in said else [(b"cache-control", b"no-store")]
                message["headers"] = [*message["headers"], *self._headers, *kept]
            await send(message)

        if self._hosts and _host(scope) not in self._hosts:
            await _refuse(send_safely)
        else:
            await self._app(scope, receive, send_safely)


def _host(scope: Scope) -> str:
    said = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    try:
        return urlsplit(f"//{said}").hostname or ""
    except ValueError:
        return ""


async def _refuse(send: Send) -> None:
    body = b"Unknown host.\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 421, "headers": headers})
    await send({"type": "http.response.body", "body": body})
