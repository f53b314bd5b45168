"""Users who signed in at a reverse proxy that signs a token."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from apportion.model.access import Access, SignedHeader

from .proxy import NotSignedInError
from .signing_keys import Fetch, SigningKeys, UnknownKeyError, fetch
from .user import User, groups_of

#: Accepted signature algorithms: never `none`, and no HMAC, whose secret could be a public key.
_ALGORITHMS = ["ES256", "ES384", "RS256", "RS384", "RS512", "PS256"]
#: AWS adds fields to a token's header that the standard does not define.
_REGISTRY = JWSRegistry(algorithms=_ALGORITHMS, strict_check_header=False)
_KEY_ID = re.compile(r"[A-Za-z0-9_.-]{1,200}")


class SignedProxy:
    """Trusts a signed token of the proxy, for example x-amzn-oidc-data of an AWS load balancer."""

    def __init__(self, settings: SignedHeader, access: Access, *, fetch: Fetch = fetch) -> None:
        self._settings = settings
        self._access = access
        self._keys = SigningKeys(settings.keys, fetch=fetch)
        self.trusted = (settings.header,)
        wanted: dict[str, jwt.ClaimsOption] = {"exp": {"essential": True}}
        for claim, value in (("iss", settings.issuer), ("aud", settings.audience)):
            if value:
                wanted[claim] = {"essential": True, "value": value}
        self._registry = jwt.JWTClaimsRegistry(None, 30, **wanted)

    def user(self, headers: Mapping[str, str]) -> User:
        """Read the user from the headers of a request, with lower-case names.

        Reads a key over the network if `has_key` is false.
        """
        token = headers.get(self._settings.header.lower(), "")
        if not token:
            name = self._settings.header
            message = f"The header {name} is missing: requests must come through the proxy."
            raise NotSignedInError(message)
        try:
            claims = self._claims(token)
        except (JoseError, ValueError, httpx2.HTTPError, UnknownKeyError) as error:
            message = f"The token in {self._settings.header} could not be verified: {error}."
            raise NotSignedInError(message) from error
        name = str(claims.get(self._settings.name_claim) or claims.get("sub") or "")
        return User.of(name, groups_of(claims.get(self._settings.groups_claim)), self._access)

    def has_key(self, headers: Mapping[str, str]) -> bool:
        """Return whether a request can be verified without reading a key first."""
        try:
            key_id = str(_head(headers.get(self._settings.header.lower(), "")).get("kid", ""))
        except ValueError:
            return True
        return not _KEY_ID.fullmatch(key_id) or self._keys.has_key(key_id)

    def _claims(self, token: str) -> dict[str, object]:
        # AWS pads base64, which the standard does not allow.
        bare = ".".join(part.rstrip("=") for part in token.split("."))
        head = _head(bare)
        if self._settings.signer and head.get("signer") != self._settings.signer:
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
    """Read a token's header before verification: it names the key."""
    part = token.split(".", maxsplit=1)[0]
    try:
        read = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except RecursionError as error:
        message = "it is nested too deeply"
        raise ValueError(message) from error
    return read if isinstance(read, dict) else {}
