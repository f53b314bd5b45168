"""The user of a request: name, groups and access scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.types import Scope as Asgi

from apportion.model.access import EVERYTHING, Access, Scope

#: The length of a session, in seconds; after it, the user signs in again.
SESSION_SECONDS = 8 * 3600

#: The key of the user in a request's scope.
_KEY = "apportion.user"


@dataclass(frozen=True)
class User:
    """A user with the scope of their groups."""

    name: str
    groups: frozenset[str]
    scope: Scope

    @classmethod
    def of(cls, name: str, groups: frozenset[str], access: Access) -> User:
        """Create a user with the scope of their groups."""
        return cls(name, groups, access.scope(groups))


#: The user of a server without sign-in, which only this machine can reach.
LOCAL_USER = User("", frozenset(), EVERYTHING)


def set_user(scope: Asgi, user: User) -> None:
    """Set the user of a request."""
    scope[_KEY] = user


def user_of(scope: Mapping[str, object]) -> User:
    """The user of a request; KeyError if none was set."""
    user = scope[_KEY]
    assert isinstance(user, User)
    return user


def has_full_access(scope: Mapping[str, object]) -> bool:
    """Return whether the user of a request may see every owner; False without a user."""
    user = scope.get(_KEY)
    return isinstance(user, User) and user.scope.everything


def groups_of(claim: object) -> frozenset[str]:
    """Read a claim of groups: a list of texts, or one text for one group.

    Some providers write a single group as a text (ADFS, Keycloak, Cognito). A group's name may
    contain spaces and commas.
    """
    listed = claim if isinstance(claim, list | tuple) else [claim]
    return frozenset(part.strip() for part in listed if isinstance(part, str) and part.strip())
