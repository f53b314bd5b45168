"""Sign-in settings of the server: method, accepted hosts, and the secret of cookies."""

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

from .proxy import SecretProxy

if TYPE_CHECKING:
    from .oidc import OidcSignIn
    from .signed_proxy import SignedProxy

#: Signs cookies. If it is not set, each start creates a secret, and a restart ends open sign-ins.
SESSION_SECRET = "APPORTION_SESSION_SECRET"  # noqa: S105 - the name of a variable

#: The minimum length and entropy of that secret.
MIN_LENGTH, MIN_BITS = 32, 96


@dataclass(frozen=True)
class AuthConfig:
    """Sign-in settings. Without `sessions` and `proxy` there is no sign-in; at most one is set.

    An empty list of hosts accepts every host.
    """

    sessions: OidcSignIn | None = None
    proxy: SecretProxy | SignedProxy | None = None
    hosts: tuple[str, ...] = ()
    session_secret: str = ""
    encrypted: bool = False


def create_auth_config(
    access: Access | None, environment: Mapping[str, str], *, host: str
) -> AuthConfig:
    """Create the sign-in settings for this host.

    Raises NotLoopbackError if other machines can connect without sign-in, NoSecretError if a secret
    is not set, and WeakSecretError if the secret of cookies is too weak.
    """
    if access is None:
        if not is_loopback(host):
            raise NotLoopbackError(host)
        return AuthConfig(hosts=(*LOOPBACK_NAMES, host))
    match access.sign_in:
        case Oidc() as settings:
            return _oidc(settings, access, environment)
        case SignedHeader() as settings:
            return AuthConfig(proxy=_signed(settings, access))
        case SecretHeader() as settings:
            secret = _secret(settings.secret_from, environment)
            return AuthConfig(proxy=SecretProxy(settings, access, secret))


def _signed(settings: SignedHeader, access: Access) -> SignedProxy:
    from .signed_proxy import SignedProxy  # noqa: PLC0415 - only this sign-in needs its libraries

    return SignedProxy(settings, access)


def _oidc(settings: Oidc, access: Access, environment: Mapping[str, str]) -> AuthConfig:
    from .oidc import OidcSignIn  # noqa: PLC0415 - authlib is slow to import; only OIDC needs it

    secret = _secret(settings.secret_from, environment) if settings.secret_from else ""
    public = urlsplit(settings.public_url)
    return AuthConfig(
        sessions=OidcSignIn(settings, access, secret=secret),
        hosts=(public.hostname or "",),
        session_secret=_session_secret(environment) or token_urlsafe(32),
        encrypted=public.scheme == "https",
    )


def _session_secret(environment: Mapping[str, str]) -> str:
    """Read the secret of cookies; a weak one could be found offline from any cookie."""
    found = environment.get(SESSION_SECRET, "")
    if found and (len(found) < MIN_LENGTH or _bits(found) < MIN_BITS):
        raise WeakSecretError(SESSION_SECRET, MIN_LENGTH)
    return found


def _bits(secret: str) -> float:
    """Estimate the entropy of a secret from the frequency of its characters."""
    counts = Counter(secret).values()
    return sum(-n * math.log2(n / len(secret)) for n in counts)


def _secret(variable: str, environment: Mapping[str, str]) -> str:
    found = environment.get(variable, "")
    if not found:
        raise NoSecretError(variable)
    return found
