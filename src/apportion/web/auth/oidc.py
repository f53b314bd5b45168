"""Sign-in with OpenID Connect: authorization code with PKCE, then a signed cookie."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote

import httpx2
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.starlette_client import OAuth
from joserfc.errors import JoseError
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from apportion.model.access import Access, Oidc
from apportion.web.html import account_html, notice_html
from apportion.web.security_headers import is_safe_path

from .sessions import Sessions
from .user import User, groups_of

_KEY, _NEXT = "session", "next"


class OidcSignIn:
    """The sign-in pages, and the user of a session.

    `clock` gives seconds; `secret` is the client secret, empty for a public client.
    """

    def __init__(
        self, settings: Oidc, access: Access, *, secret: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._settings = settings
        self._access = access
        self._sessions = Sessions(clock)
        issuer = settings.issuer.rstrip("/")
        self._provider = OAuth().register(
            "provider",
            client_id=settings.client_id,
            client_secret=secret or None,
            server_metadata_url=f"{issuer}/.well-known/openid-configuration",
            client_kwargs={"scope": settings.scopes, "code_challenge_method": "S256"},
        )

    def user(self, session: dict[str, Any]) -> User | None:
        """The user of a session; None if it is unknown or expired."""
        found = self._sessions.find(session.get(_KEY))
        return User.of(found.name, found.groups, self._access) if found else None

    async def sign_in(self, request: Request) -> Response:
        """Redirect the browser to the identity provider."""
        wanted = request.query_params.get("next", "/")
        request.session[_NEXT] = wanted if is_safe_path(wanted) else "/"
        try:
            response = await self._provider.authorize_redirect(request, self._callback_url())
        except (httpx2.HTTPError, OAuthError) as error:
            return _failed(
                f"The identity provider {self._settings.issuer} did not respond: {error}.", 502
            )
        return _no_store(response)

    async def callback(self, request: Request) -> Response:
        """Handle the redirect back from the provider: exchange the code for the user's claims."""
        try:
            token = await self._provider.authorize_access_token(request)
        except (OAuthError, JoseError, httpx2.HTTPError, ValueError) as error:
            return _failed(
                f"The response of the identity provider could not be verified: {error}.", 400
            )
        claims = token.get("userinfo") or {}
        name = claims.get(self._settings.name_claim) or claims.get("sub")
        if not name:
            return _failed("The response of the identity provider has no user name.", 400)
        wanted = str(request.session.get(_NEXT, "/"))
        groups = groups_of(claims.get(self._settings.groups_claim))
        self._sessions.end(request.session.get(_KEY))
        request.session.clear()  # against session fixation
        request.session[_KEY] = self._sessions.begin(str(name), groups)
        return _no_store(RedirectResponse(wanted if is_safe_path(wanted) else "/", 303))

    async def account(self, request: Request) -> Response:
        """Show the signed-in user and the owners they may see."""
        session = self._sessions.find(request.session.get(_KEY))
        if session is None:
            return RedirectResponse("/auth/sign-in?next=/account", 303)
        user = User.of(session.name, session.groups, self._access)
        page = account_html(
            user.name, sorted(user.groups), access_summary(user), token=session.token
        )
        return _no_store(HTMLResponse(page))

    async def sign_out(self, request: Request) -> Response:
        """End the session; the form must contain the session's token."""
        session = self._sessions.find(request.session.get(_KEY))
        if session is None or not await _has_token(request, session.token):
            return _failed("The form is invalid or expired. Nothing was changed.", 403)
        self._sessions.end(request.session.get(_KEY))
        request.session.clear()
        page = notice_html("Signed out", "Sign in again to see costs.")
        return _no_store(HTMLResponse(page))

    def _callback_url(self) -> str:
        return f"{self._settings.public_url.rstrip('/')}/auth/callback"


def sign_in_address(path: str, query: str) -> str:
    """The address to sign in, with a return to an address of this server."""
    wanted = f"{path}?{query}" if query else path
    return f"/auth/sign-in?next={quote(wanted, safe='')}"


def access_summary(user: User) -> str:
    """Describe in a sentence the owners that a user may see."""
    if user.scope.everything:
        return "You may see all owners."
    parts = [
        f"{dimension} {', '.join(sorted(values))}"
        for dimension, values in sorted(user.scope.values.items())
        if values
    ]
    return (
        f"You may see {' and '.join(parts)}."
        if parts
        else "None of your groups has access to any owner."
    )


async def _has_token(request: Request, token: str) -> bool:
    sent = parse_qs((await request.body()).decode("utf-8", "replace")).get("token", [""])[0]
    return hmac.compare_digest(sent.encode(), token.encode())


def _failed(sentence: str, status: int) -> Response:
    page = notice_html("Not signed in", sentence, home="/auth/sign-in", status=status)
    return _no_store(HTMLResponse(page, status))


def _no_store(response: Response) -> Response:
    response.headers["cache-control"] = "no-store"
    return response
