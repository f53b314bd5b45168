"""How people come in: what signs them in, which hosts are answered to, what signs cookies."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from apportion.model.access import Access, Oidc, SecretHeader, SignedHeader
from apportion.model.errors.web import NoSecretError, NotLoopbackError, WeakSecretError
from apportion.web.security_headers import LOOPBACK_NAMES, is_loopback

from .proxy import SecretProxy, SignedProxy

if TYPE_CHECKING:
    from .oidc import SignedIn

#: Signs cookies, where a sign-in that was begun is to outlast a restart; else each has its own.
SESSION_SECRET = "APPORTION_SESSION_SECRET"  # noqa: S105 - the name of a variable

#: The least strength of it: 32 letters that are not the same few again and again.
LEAST_LENGTH, LEAST_BITS = 32, 96


@dataclass(frozen=True)
class AuthConfig:
    """The way in. Nobody signs in where all of it is empty; an empty list of hosts is every host.

    At most one of `sessions` and `proxy` is there.
    """

    sessions: SignedIn | None = None
    proxy: SecretProxy | SignedProxy | None = None
    hosts: tuple[str, ...] = ()
    session_secret: str = ""
    encrypted: bool = False


def open_door(access: Access | None, environment: Mapping[str, str], *, host: str) -> AuthConfig:
    """Make the way in to pages on this host.

    Raises NotLoopbackError where others reach the host and nobody would sign in, NoSecretError
    where a secret is not set, WeakSecretError where the one that signs cookies can be guessed.
    """
    if access is None:
        if not is_loopback(host):
            raise NotLoopbackError(host)
        return AuthConfig(hosts=(*LOOPBACK_NAMES, host))
    match access.sign_in:
        case Oidc() as way:
            return _oidc(way, access, environment)
        case SignedHeader() as way:
            return AuthConfig(proxy=SignedProxy(way, access))
        case SecretHeader() as way:
            secret = _secret(way.secret_from, environment)
            return AuthConfig(proxy=SecretProxy(way, access, secret))


def _oidc(way: Oidc, access: Access, environment: Mapping[str, str]) -> AuthConfig:
    # authlib takes a while to import, and nobody needs it who does not sign in this way.
    from .oidc import SignedIn  # noqa: PLC0415 - as said above

    secret = _secret(way.secret_from, environment) if way.secret_from else ""
    public = urlsplit(way.public_url)
    return AuthConfig(
        sessions=SignedIn(way, access, secret=secret),
        hosts=(public.hostname or "",),
        session_secret=_session_secret(environment) or token_urlsafe(32),
        encrypted=public.scheme == "https",
    )


def _session_secret(environment: Mapping[str, str]) -> str:
    """Read what signs cookies: any cookie is there to try guesses on, as fast as one likes."""
    found = environment.get(SESSION_SECRET, "")
    if found and (len(found) < LEAST_LENGTH or _bits(found) < LEAST_BITS):
        raise WeakSecretError(SESSION_SECRET, LEAST_LENGTH)
    return found


def _bits(secret: str) -> float:
    """Estimate from how often its letters come what a secret can hold at most."""
    counts = Counter(secret).values()
    return sum(-n * math.log2(n / len(secret)) for n in counts)


def _secret(variable: str, environment: Mapping[str, str]) -> str:
    found = environment.get(variable, "")
    if not found:
        raise NoSecretError(variable)
    return found
