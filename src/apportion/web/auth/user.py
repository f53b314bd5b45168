"""Who asks: a name, groups, and what they may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.types import Scope as Asgi

from apportion.model.access import EVERYTHING, Access, Scope

#: How long one stays signed in; after it, the provider is asked again.
SECONDS = 8 * 3600

#: Where the viewer of a request stands in its scope.
_PLACE = "apportion.viewer"


@dataclass(frozen=True)
class User:
    """Somebody who looks at pages."""

    name: str
    groups: frozenset[str]
    scope: Scope

    @classmethod
    def of(cls, name: str, groups: frozenset[str], access: Access) -> User:
        """Give somebody what their groups see."""
        return cls(name, groups, access.scope(groups))


#: Who sits at this machine, where nobody signs in.
AT_HOME = User("", frozenset(), EVERYTHING)


def put(scope: Asgi, viewer: User) -> None:
    """Say who asks."""
    scope[_PLACE] = viewer


def viewer_of(scope: Mapping[str, object]) -> User:
    """Tell who asks; a request that nobody was named for is refused with an error of ours."""
    viewer = scope[_PLACE]
    assert isinstance(viewer, User)
    return viewer


def sees_everything(scope: Mapping[str, object]) -> bool:
    """Tell whether who asks sees everything; whom nobody named sees nothing."""
    viewer = scope.get(_PLACE)
    return isinstance(viewer, User) and viewer.scope.everything


def groups_of(claim: object) -> frozenset[str]:
    """Read a claim of groups: a list of texts, or one text, which is one group.

    Providers write a single group as a text (ADFS, mappers of Keycloak, claims of Cognito), and a
    group's name may have spaces and commas.
    """
    listed = claim if isinstance(claim, list | tuple) else [claim]
    return frozenset(part.strip() for part in listed if isinstance(part, str) and part.strip())
