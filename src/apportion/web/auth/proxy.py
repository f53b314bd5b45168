"""People whom a proxy has signed in: the proof that its headers are its own."""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Mapping

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from apportion.model.access import Access, SecretHeader, SignedHeader

from .signing_keys import Fetch, SigningKeys, UnknownKeyError, fetch
from .user import User, groups_of

#: What tokens may be signed with: never `none`, and never a secret that a public key could be.
_ALGORITHMS = ["ES256", "ES384", "RS256", "RS384", "RS512", "PS256"]
#: AWS writes more into a token's head than the standard names.
_REGISTRY = JWSRegistry(algorithms=_ALGORITHMS, strict_check_header=False)
_KEY_ID = re.compile(r"[A-Za-z0-9_.-]{1,200}")


class NotSignedInError(Exception):
    """A request does not prove who it is from; the sentence says why, for the log and the page."""


class SecretProxy:
    """Trusts headers that come with the secret."""

    def __init__(self, way: SecretHeader, access: Access, secret: str) -> None:
        self._way = way
        self._access = access
        self._secret = secret.encode()
        #: What is believed; a request has each of these headers at most once.
        self.trusted = (way.secret_header, way.name_header, way.groups_header)

    def viewer(self, headers: Mapping[str, str]) -> User:
        """Tell who asks, by the headers of a request, named in lower case."""
        given = headers.get(self._way.secret_header.lower(), "").encode()
        if not hmac.compare_digest(given, self._secret):
            message = f"The header {self._way.secret_header} does not contain the proxy's secret."
            raise NotSignedInError(message)
        name = headers.get(self._way.name_header.lower(), "")
        if not name:
            message = f"The header {self._way.name_header} contains no user name."
            raise NotSignedInError(message)
        groups = headers.get(self._way.groups_header.lower(), "")
        listed = frozenset(part.strip() for part in groups.split(",") if part.strip())
        return User.of(name, listed, self._access)


class SignedProxy:
    """Trusts a token that the proxy signed, as AWS's load balancers do in x-amzn-oidc-data."""

    def __init__(self, way: SignedHeader, access: Access, *, fetch: Fetch = fetch) -> None:
        self._way = way
        self._access = access
        self._keys = SigningKeys(way.keys, fetch=fetch)
        self.trusted = (way.header,)
        wanted: dict[str, jwt.ClaimsOption] = {"exp": {"essential": True}}
        for claim, value in (("iss", way.issuer), ("aud", way.audience)):
            if value:
                wanted[claim] = {"essential": True, "value": value}
        self._registry = jwt.JWTClaimsRegistry(None, 30, **wanted)

    def viewer(self, headers: Mapping[str, str]) -> User:
        """Tell who asks, by the headers of a request, named in lower case.

        Where `knows` is false it reads a key over the network, and takes its time.
        """
        token = headers.get(self._way.header.lower(), "")
        if not token:
            message = (
                f"The header {self._way.header} is missing: requests must come through the proxy."
            )
            raise NotSignedInError(message)
        try:
            claims = self._claims(token)
        except (JoseError, ValueError, httpx.HTTPError, UnknownKeyError) as error:
            message = f"The token in {self._way.header} could not be verified: {error}."
            raise NotSignedInError(message) from error
        name = str(claims.get(self._way.name_claim) or claims.get("sub") or "")
        return User.of(name, groups_of(claims.get(self._way.groups_claim)), self._access)

    def knows(self, headers: Mapping[str, str]) -> bool:
        """Tell whether a request can be judged without reading a key first."""
        try:
            key_id = str(_head(headers.get(self._way.header.lower(), "")).get("kid", ""))
        except ValueError:
            return True
        return not _KEY_ID.fullmatch(key_id) or self._keys.knows(key_id)

    def _claims(self, token: str) -> dict[str, object]:
        # AWS pads its base64, which the standard does not allow.
        bare = ".".join(part.rstrip("=") for part in token.split("."))
        head = _head(bare)
        if self._way.signer and head.get("signer") != self._way.signer:
            message = "it was signed by another load balancer"
            raise ValueError(message)
        key_id = str(head.get("kid", ""))
        if not _KEY_ID.fullmatch(key_id):
            message = "it has no valid key id"
            raise ValueError(message)
        decoded = jwt.decode(bare, self._keys.key(key_id), registry=_REGISTRY)
        self._registry.validate(decoded.claims)
        return decoded.claims


def _head(token: str) -> Mapping[str, object]:
    """Read a token's head before it is known who signed it: it names the key."""
    part = token.split(".", maxsplit=1)[0]
    try:
        read = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except RecursionError as error:
        message = "it is nested too deeply"
        raise ValueError(message) from error
    return read if isinstance(read, dict) else {}
