"""Resources as code declares them, before anything is deployed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """Where a resource is declared."""

    TERRAFORM = "Terraform"
    PLAN = "Terraform plan"
    CLOUDFORMATION = "CloudFormation"


@dataclass(frozen=True)
class Declared:
    """A resource with the tags it will carry; a value of None is known only later.

    With `whole` false it may get keys that are unknown here, so that nothing is reported as
    missing. `made` is what it makes without the code naming it: `instances`, `volumes`, `tasks`.
    `edit` is where its tags are written in the file, for a suggestion: the expression's bounds, or
    where a block begins that has none.
    """

    name: str
    kind: str
    type: str
    tags: tuple[tuple[str, str | None], ...]
    whole: bool
    file: str
    line: int
    made: str = ""
    defaulted: bool = True  # whether the provider's or stack's default tags are known
    edit: tuple[int, int] | None = None


@dataclass(frozen=True)
class Edit:
    """A change of a text: what stands between two places is replaced."""

    file: str
    start: int
    end: int
    text: str
