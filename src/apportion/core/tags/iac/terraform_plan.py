"""Reads the tags of resources from a plan, `terraform show -json plan`: exact, with defaults."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

from apportion.model.tags.declared import Declared

from .propagated_tags import INSTANCES, TASKS, VOLUMES
from .resource_type_tables import tag_column

_GROUP = "aws_autoscaling_group"
_INDEX = re.compile(r"\[[^\]]*\]")
_MOST_LEVELS = 40
_OF_TEMPLATE = {"instance": (INSTANCES, "ec2:instance"), "volume": (VOLUMES, "ec2:volume")}


def is_plan(tree: object) -> bool:
    """Whether a JSON document is a Terraform plan or state."""
    return isinstance(tree, Mapping) and isinstance(tree.get("resource_changes"), list)


def read_plan(tree: Mapping[str, Any], *, file: str) -> list[Declared]:
    """List the resources that a plan creates, changes or keeps; a plan knows no lines of code."""
    configured = _Configured.of(tree)
    found: list[Declared] = []
    for change in tree["resource_changes"]:
        planned = _map(_map(change).get("change"))
        if _map(change).get("mode") != "managed" or planned.get("actions") == ["delete"]:
            continue
        one = _Change(change, _map(planned.get("after")), _map(planned.get("after_unknown")), file)
        found += _declared(one, configured)
    return found


@dataclass(frozen=True)
class _Configured:
    """What the code of a plan writes of each resource, by its address without indices."""

    written: Mapping[str, AbstractSet[str]]

    @classmethod
    def of(cls, tree: Mapping[str, Any]) -> _Configured:
        """Read the configuration that a plan has beside its changes."""
        root = _map(_map(tree.get("configuration")).get("root_module"))
        return cls(dict(_written(root, "", 0)))

    def leaves_out(self, address: str, attribute: str) -> bool:
        """Whether the code is there and does not set the attribute."""
        written = self.written.get(_INDEX.sub("", address))
        return written is not None and attribute not in written


def _written(
    module: Mapping[str, Any], prefix: str, level: int
) -> Iterator[tuple[str, AbstractSet[str]]]:
    for one in _list(module.get("resources")):
        resource = _map(one)
        yield f"{prefix}{resource.get('address')}", set(_map(resource.get("expressions")))
    for name, call in _map(module.get("module_calls")).items() if level < _MOST_LEVELS else ():
        inner = _map(_map(call).get("module"))
        yield from _written(inner, f"{prefix}module.{name}.", level + 1)


@dataclass(frozen=True)
class _Change:
    """A change of a resource: what it becomes, and what of that is known only later."""

    change: Mapping[str, Any]
    after: Mapping[str, Any]
    later: Mapping[str, Any]
    file: str

    @property
    def kind(self) -> str:
        return str(self.change.get("type"))

    @property
    def address(self) -> str:
        return str(self.change.get("address"))

    def has(self, column: str) -> bool:
        return column in self.after or column in self.later


def _declared(one: _Change, configured: _Configured) -> Iterator[Declared]:
    known_column = tag_column(one.kind, {*one.after, *one.later})
    usual = "tags_all" if one.has("tags_all") else "tags"
    column = known_column.name if known_column and not known_column.defaults else usual
    group = one.kind == _GROUP
    if not group and not one.has(column):
        return
    tags, whole = _tags(one.after.get(column), one.later.get(column))
    if column == "tags_all" and one.later.get(column) is True:
        tags = _tags(one.after.get("tags"), one.later.get("tags"))[0]
    if known_column and not known_column.defaults:
        # What the provider computes for lack of code is no tag of anybody's.
        whole = whole or configured.leaves_out(one.address, column)
    made = Declared(
        name=one.address,
        kind=one.kind,
        type=known_column.type if known_column else "",
        tags=_of_group(one.after, one.later, propagated=False) if group else tags,
        whole=one.later.get("tag") is not True if group else whole,
        file=one.file,
        line=0,
    )
    yield made
    yield from _propagated(made, one.after, one.later)


def _propagated(
    one: Declared, after: Mapping[str, Any], later: Mapping[str, Any]
) -> Iterator[Declared]:
    def made(
        what: str, kind: str, tags: tuple[tuple[str, str | None], ...], *, whole: bool
    ) -> Declared:
        return replace(one, type=kind, made=what, tags=tags, whole=whole)

    match one.kind:
        case "aws_autoscaling_group":
            templated = any(after.get(k) for k in ("launch_template", "mixed_instances_policy"))
            tags = _of_group(after, later, propagated=True)
            whole = not templated and later.get("tag") is not True
            yield made(INSTANCES, "ec2:instance", tags, whole=whole)
        case "aws_launch_template":
            for spec in _list(after.get("tag_specifications")):
                known = _OF_TEMPLATE.get(str(_map(spec).get("resource_type")))
                if known:
                    tags, whole = _tags(_map(spec).get("tags"), None)
                    unknown = "tag_specifications" in later and bool(later["tag_specifications"])
                    yield made(*known, tags, whole=whole and not _any_true(later, unknown=unknown))
        case "aws_instance" | "aws_spot_instance_request":
            yield from _volumes(one, after, later)
        case "aws_ecs_service" if after.get("propagate_tags") in (None, "", "NONE"):
            yield made(TASKS, "ecs:task", (), whole="propagate_tags" not in later)
        case _:
            return


def _volumes(
    one: Declared, after: Mapping[str, Any], later: Mapping[str, Any]
) -> Iterator[Declared]:
    if after.get("volume_tags") or later.get("volume_tags"):
        tags, whole = _tags(after.get("volume_tags"), later.get("volume_tags"))
        yield replace(one, type="ec2:volume", made=VOLUMES, tags=tags, whole=whole)
        return
    for kind in ("root_block_device", "ebs_block_device"):
        unknown = _list(later.get(kind))
        for at, device in enumerate(_list(after.get(kind))):
            column = "tags_all" if _map(device).get("tags_all") else "tags"
            known = _map(unknown[at]).get(column) if at < len(unknown) else None
            tags, whole = _tags(_map(device).get(column), known)
            yield replace(one, type="ec2:volume", made=VOLUMES, tags=tags, whole=whole)


def _any_true(later: Mapping[str, Any], *, unknown: bool) -> bool:
    """Whether anything of the tag specifications is known only later."""
    return unknown and "true" in str(later.get("tag_specifications")).lower()


def _of_group(
    after: Mapping[str, Any], later: Mapping[str, Any], *, propagated: bool
) -> tuple[tuple[str, str | None], ...]:
    unknown = _any_unknown(later.get("tag"))
    return tuple(
        (str(_map(tag).get("key")), _text(_map(tag).get("value")))
        for tag in _list(after.get("tag"))
        if not propagated or _map(tag).get("propagate_at_launch")
        if unknown or _map(tag).get("value") is not None
    )


def _any_unknown(later: object) -> bool:
    if isinstance(later, Mapping | list):
        return any(map(_any_unknown, later.values() if isinstance(later, Mapping) else later))
    return later is True


def _tags(value: object, later: object) -> tuple[tuple[tuple[str, str | None], ...], bool]:
    """Tags with what is known later as None, and whether these are all; null is no tag."""
    if isinstance(value, list):
        return _listed(value, later)
    tags = {str(key): _text(one) for key, one in _map(value).items() if one is not None}
    tags |= {str(key): None for key, unknown in _map(later).items() if unknown}
    return tuple(tags.items()), later is not True


def _listed(value: list[Any], later: object) -> tuple[tuple[tuple[str, str | None], ...], bool]:
    """Tags as a list of keys and values, which the provider awscc has."""
    unknown = _any_unknown(later)
    pairs = [_map(one) for one in value]
    tags = tuple(
        (str(pair["key"]), _text(pair.get("value")))
        for pair in pairs
        if isinstance(pair.get("key"), str) and (unknown or pair.get("value") is not None)
    )
    return tags, not (unknown and any(not isinstance(pair.get("key"), str) for pair in pairs))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
