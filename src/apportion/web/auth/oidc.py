"""Sign in with OpenID Connect: authorization code with PKCE, and a signed cookie after it."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote

import httpx
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


class SignedIn:
    """The pages under /auth, and who a session is of.

    `clock` gives seconds; `secret` is the client's, which may be empty for a public client.
    """

    def __init__(
        self, way: Oidc, access: Access, *, secret: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._way = way
        self._access = access
        self._sessions = Sessions(clock)
        issuer = way.issuer.rstrip("/")
        self._provider = OAuth().register(
            "provider",
            client_id=way.client_id,
            client_secret=secret or None,
            server_metadata_url=f"{issuer}/.well-known/openid-configuration",
            client_kwargs={"scope": way.scopes, "code_challenge_method": "S256"},
        )

    def viewer(self, session: dict[str, Any]) -> User | None:
        """Tell who a session is of; None where nobody has signed in, or too long ago."""
        found = self._sessions.find(session.get(_KEY))
        return User.of(found.name, found.groups, self._access) if found else None

    async def enter(self, request: Request) -> Response:
        """Send a browser to the provider."""
        wanted = request.query_params.get("next", "/")
        request.session[_NEXT] = wanted if is_safe_path(wanted) else "/"
        try:
            answer = await self._provider.authorize_redirect(request, self._back())
        except (httpx.HTTPError, OAuthError) as error:
            return _failed(
                f"The identity provider {self._way.issuer} did not respond: {error}.", 502
            )
        return _unkept(answer)

    async def arrive(self, request: Request) -> Response:
        """Take a browser back from the provider, with a code that is changed into who it is."""
        try:
            token = await self._provider.authorize_access_token(request)
        except (OAuthError, JoseError, httpx.HTTPError, ValueError) as error:
            return _failed(
                f"The response of the identity provider could not be verified: {error}.", 400
            )
        claims = token.get("userinfo") or {}
        name = claims.get(self._way.name_claim) or claims.get("sub")
        if not name:
            return _failed("The response of the identity provider has no user name.", 400)
        wanted = str(request.session.get(_NEXT, "/"))
        groups = groups_of(claims.get(self._way.groups_claim))
        self._sessions.end(request.session.get(_KEY))
        request.session.clear()  # nothing that was there before belongs to who has signed in
        request.session[_KEY] = self._sessions.begin(str(name), groups)
        return _unkept(RedirectResponse(wanted if is_safe_path(wanted) else "/", 303))

    async def account(self, request: Request) -> Response:
        """Show who has signed in, and what they see."""
        session = self._sessions.find(request.session.get(_KEY))
        if session is None:
            return RedirectResponse("/auth/in?next=/account", 303)
        viewer = User.of(session.name, session.groups, self._access)
        told = account_html(viewer.name, sorted(viewer.groups), sees(viewer), token=session.token)
        return _unkept(HTMLResponse(told))

    async def leave(self, request: Request) -> Response:
        """End the session; only with the token of its own form."""
        session = self._sessions.find(request.session.get(_KEY))
        if session is None or not await _has_token(request, session.token):
            return _failed("The form is invalid or expired. Nothing was changed.", 403)
        self._sessions.end(request.session.get(_KEY))
        request.session.clear()
        told = notice_html("Signed out", "Sign in again to see costs.")
        return _unkept(HTMLResponse(told))

    def _back(self) -> str:
        return f"{self._way.public_url.rstrip('/')}/auth/back"


def sign_in_address(path: str, query: str) -> str:
    """Tell where to sign in, to come back to an address."""
    wanted = f"{path}?{query}" if query else path
    return f"/auth/in?next={quote(wanted, safe='')}"


def sees(viewer: User) -> str:
    """Say in a sentence what somebody sees."""
    if viewer.scope.everything:
        return "You see all owners."
    parts = [
        f"{dimension} {', '.join(sorted(values))}"
        for dimension, values in sorted(viewer.scope.values.items())
        if values
    ]
    return (
        f"You see {' and '.join(parts)}."
        if parts
        else "None of your groups has access to any owner."
    )


async def _has_token(request: Request, token: str) -> bool:
    sent = parse_qs((await request.body()).decode("utf-8", "replace")).get("token", [""])[0]
    return hmac.compare_digest(sent.encode(), token.encode())


def _failed(sentence: str, status: int) -> Response:
    told = notice_html("Not signed in", sentence, home="/auth/in", status=status)
    return _unkept(HTMLResponse(told, status))


def _unkept(answer: Response) -> Response:
    answer.headers["cache-control"] = "no-store"
    return answer
