"""What an event of CloudTrail did to resources, and who did it, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CallerKind(StrEnum):
    """Who calls AWS: a person, a program in a role, or AWS itself."""

    PERSON = "person"
    ROLE = "role"
    SERVICE = "service"
    ROOT = "root"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Caller:
    """Who made a call. `name` identifies them, empty if unknown.

    A person's is a user name or the session of Identity Center, mostly an e-mail address; a role's
    is the role. `arn` is the whole of it.
    """

    kind: CallerKind
    name: str = ""
    role: str = ""
    session: str = ""
    arn: str = ""

    @property
    def creator(self) -> str:
        """The name that may stand in a tag: a person's, else the role's."""
        return self.name if self.kind in (CallerKind.PERSON, CallerKind.ROLE) else ""


class ResourceChange(StrEnum):
    """What happened to a resource."""

    CREATED = "created"
    TAGS_CHANGED = "tags changed"


@dataclass(frozen=True)
class AffectedResource:
    """A resource that an event is about. `tags` are those of the call that created it."""

    arn: str
    type: str
    account: str
    region: str
    deed: ResourceChange
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class TagEvent:
    """A parsed event. `why` is the reason if it concerns no resource."""

    id: str
    time: str
    action: str
    caller: Caller
    touched: tuple[AffectedResource, ...] = ()
    why: str = ""
