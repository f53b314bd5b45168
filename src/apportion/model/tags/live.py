"""Resources with their current tags in AWS, and changes of tags that are planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class LiveResource:
    """A resource and its tags; account and region where the response has them."""

    arn: str
    tags: tuple[tuple[str, str], ...]
    account: str = ""
    region: str = ""


@dataclass(frozen=True)
class TagFix:
    """What is to change on one resource.

    `before` has the value of each changed key when it was planned, None if it was missing.
    """

    arn: str
    account: str
    region: str
    set: Mapping[str, str]
    remove: tuple[str, ...]
    before: Mapping[str, str | None]
    why: Mapping[str, str] = field(default_factory=dict)
    cost: str = ""

    @property
    def after(self) -> dict[str, str | None]:
        """What each key that changes has when it is done."""
        return {**self.set, **dict.fromkeys(self.remove)}


@dataclass(frozen=True)
class FixPlan:
    """Changes of tags as data, to be read, approved and applied. `policy` is the tag policy's hash.

    With `undoes` it takes another plan back.
    """

    made: str
    policy: str
    fixes: tuple[TagFix, ...]
    undoes: str = ""
