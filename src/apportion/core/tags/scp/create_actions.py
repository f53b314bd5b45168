"""The actions that create and tag resources in AWS, and what a policy can look at in each.

The tables are made by `tools/create_actions.py` from AWS's service reference.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files


class TagsCheckedOn(StrEnum):
    """The part of a creating call whose tags a policy can check."""

    REQUEST = "request"  # the whole call
    RESOURCE = "resource"  # only what it makes, not what it uses
    NONE = "none"


@dataclass(frozen=True)
class CreateAction:
    """A call that makes resources of a type. `on` and `beside` are ARN patterns.

    With `TagsCheckedOn.RESOURCE`, tags stand on what is in `on`, and not on what is in `beside`.
    """

    name: str
    type: str
    checked_on: TagsCheckedOn
    on: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    @property
    def service(self) -> str:
        """The service's prefix."""
        return self.name.partition(":")[0]


@dataclass(frozen=True)
class TagAction:
    """A call that tags or untags resources; whether a policy can check its values and keys."""

    name: str
    untags: bool
    values: bool
    keys: bool

    @property
    def service(self) -> str:
        """The service's prefix."""
        return self.name.partition(":")[0]


@cache
def create_actions() -> tuple[CreateAction, ...]:
    """Every call that makes something, by name."""
    return tuple(
        CreateAction(
            row["action"],
            row["type"],
            TagsCheckedOn(row["tags"]),
            tuple(row["on"].split()),
            tuple(row["beside"].split()),
        )
        for row in _rows("create_actions.csv")
    )


@cache
def actions_of_type() -> Mapping[str, tuple[CreateAction, ...]]:
    """The calls that make each type."""
    found: dict[str, list[CreateAction]] = {}
    for action in create_actions():
        found.setdefault(action.type, []).append(action)
    return {kind: tuple(actions) for kind, actions in found.items()}


@cache
def tag_actions() -> tuple[TagAction, ...]:
    """Every call that tags or untags, by name."""
    return tuple(
        TagAction(row["action"], row["does"] == "untag", bool(row["values"]), bool(row["keys"]))
        for row in _rows("tag_actions.csv")
    )


def source_of_tables() -> str:
    """The version of AWS's reference that the tables were made from."""
    return _text("create_actions.csv").partition("\n")[0].removeprefix("# ")


def _rows(file: str) -> Iterator[dict[str, str]]:
    lines = [line for line in _text(file).splitlines() if not line.startswith("#")]
    yield from csv.DictReader(lines)


def _text(file: str) -> str:
    return files("apportion.core.tags").joinpath("tables", file).read_text("utf-8")
