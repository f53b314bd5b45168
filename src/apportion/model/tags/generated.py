"""What is generated from a tag policy, as values: files, and what the policies among them do."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True)
class TypeSpend:
    """What resources of one type cost in the bill that the policies are packed by."""

    type: str
    cost: Decimal


@dataclass(frozen=True)
class Document:
    """A policy document as it is attached: `text` is JSON without a space too many."""

    name: str
    text: str

    @property
    def size(self) -> int:
        """Its characters, which AWS counts."""
        return len(self.text)


class Enforced(StrEnum):
    """What service control policies do about creating resources of a type."""

    YES = "enforced"
    NOT_ENFORCEABLE = "not enforceable"  # AWS lets no policy look at the tags of the call
    LEFT_OUT = "left out"  # it could be enforced, and is not: `why` has the reason
    UNKNOWN = "unknown"  # no creating call of the type is known


@dataclass(frozen=True)
class Left:
    """A type that the documents do not cover, and why."""

    type: str
    status: Enforced
    why: str


@dataclass(frozen=True)
class ControlPolicies:
    """The service control policies, and what they leave out."""

    documents: tuple[Document, ...]
    types: tuple[str, ...]  # those whose creation is denied without the tags
    left: tuple[Left, ...]
    keys: tuple[str, ...]
