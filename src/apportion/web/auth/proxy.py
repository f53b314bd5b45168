"""Users who signed in at a reverse proxy that shares a secret with the server."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from apportion.model.access import Access, SecretHeader

from .user import User


class NotSignedInError(Exception):
    """A request has no valid proof of its user. The message is shown on the error page."""


class SecretProxy:
    """Trusts headers of requests with the shared secret."""

    def __init__(self, settings: SecretHeader, access: Access, secret: str) -> None:
        self._settings = settings
        self._access = access
        self._secret = secret.encode()
        #: The trusted headers; a request must not have one of them twice.
        self.trusted = (settings.secret_header, settings.name_header, settings.groups_header)

    def user(self, headers: Mapping[str, str]) -> User:
        """Read the user from the headers of a request, with lower-case names."""
        given = headers.get(self._settings.secret_header.lower(), "").encode()
        if not hmac.compare_digest(given, self._secret):
            message = (
                f"The header {self._settings.secret_header} does not contain the proxy's secret."
            )
            raise NotSignedInError(message)
        name = headers.get(self._settings.name_header.lower(), "")
        if not name:
            message = f"The header {self._settings.name_header} contains no user name."
            raise NotSignedInError(message)
        groups = headers.get(self._settings.groups_header.lower(), "")
        listed = frozenset(part.strip() for part in groups.split(",") if part.strip())
        return User.of(name, listed, self._access)
