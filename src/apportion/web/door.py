"""How people come in: what signs them in, which hosts are answered to, what signs cookies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from apportion.model.access import Access, Oidc, SecretHeader, SignedHeader
from apportion.model.web_errors import NoSecretError, NotLoopbackError

from .proxy import SecretProxy, SignedProxy
from .safety import LOOPBACK_NAMES, is_loopback

if TYPE_CHECKING:
    from .oidc import SignedIn

#: Signs cookies, where several processes or restarts are to know them; else each has its own.
SESSION_SECRET = "APPORTION_SESSION_SECRET"  # noqa: S105 - the name of a variable


@dataclass(frozen=True)
class Door:
    """The way in. Nobody signs in where all of it is empty; an empty list of hosts is every host.

    At most one of `sessions` and `proxy` is there.
    """

    sessions: SignedIn | None = None
    proxy: SecretProxy | SignedProxy | None = None
    hosts: tuple[str, ...] = ()
    session_secret: str = ""
    encrypted: bool = False


def open_door(access: Access | None, environment: Mapping[str, str], *, host: str) -> Door:
    """Make the way in to pages on this host.

    Raises NotLoopbackError where others reach the host and nobody would sign in, NoSecretError
    where a secret is not set.
    """
    if access is None:
        if not is_loopback(host):
            raise NotLoopbackError(host)
        return Door(hosts=(*LOOPBACK_NAMES, host))
    match access.sign_in:
        case Oidc() as way:
            return _oidc(way, access, environment)
        case SignedHeader() as way:
            return Door(proxy=SignedProxy(way, access))
        case SecretHeader() as way:
            secret = _secret(way.secret_from, environment)
            return Door(proxy=SecretProxy(way, access, secret))


def _oidc(way: Oidc, access: Access, environment: Mapping[str, str]) -> Door:
    # authlib takes a while to import, and nobody needs it who does not sign in this way.
    from .oidc import SignedIn  # noqa: PLC0415 - as said above

    secret = _secret(way.secret_from, environment) if way.secret_from else ""
    public = urlsplit(way.public_url)
    return Door(
        sessions=SignedIn(way, access, secret=secret),
        hosts=(public.hostname or "",),
        session_secret=environment.get(SESSION_SECRET) or token_urlsafe(32),
        encrypted=public.scheme == "https",
    )


def _secret(variable: str, environment: Mapping[str, str]) -> str:
    found = environment.get(variable, "")
    if not found:
        raise NoSecretError(variable)
    return found
