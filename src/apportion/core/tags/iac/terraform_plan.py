"""Reads the tags of resources from a plan, `terraform show -json plan`: exact, with defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from apportion.model.tags.declared import Declared

from .propagated_tags import INSTANCES, TASKS, VOLUMES
from .resource_type_tables import terraform_types

_GROUP = "aws_autoscaling_group"
_OF_TEMPLATE = {"instance": (INSTANCES, "ec2:instance"), "volume": (VOLUMES, "ec2:volume")}


def is_plan(tree: object) -> bool:
    """Tell whether a JSON document is a plan or a state of Terraform's."""
    return isinstance(tree, Mapping) and isinstance(tree.get("resource_changes"), list)


def read_plan(tree: Mapping[str, Any], *, file: str) -> list[Declared]:
    """List the resources that a plan creates, changes or keeps; a plan knows no lines of code."""
    found: list[Declared] = []
    for change in tree["resource_changes"]:
        told = _map(_map(change).get("change"))
        if _map(change).get("mode") != "managed" or told.get("actions") == ["delete"]:
            continue
        found += _declared(change, _map(told.get("after")), _map(told.get("after_unknown")), file)
    return found


def _declared(
    change: Mapping[str, Any], after: Mapping[str, Any], later: Mapping[str, Any], file: str
) -> Iterator[Declared]:
    kind = str(change.get("type"))
    column = "tags_all" if "tags_all" in after or "tags_all" in later else "tags"
    group = kind == _GROUP
    if not group and column not in after and column not in later:
        return
    tags, whole = _tags(after.get(column), later.get(column))
    if column == "tags_all" and later.get(column) is True:
        tags = _tags(after.get("tags"), later.get("tags"))[0]
    one = Declared(
        name=str(change.get("address")),
        kind=kind,
        type=terraform_types().get(kind, "autoscaling:autoScalingGroup" if group else ""),
        tags=_of_group(after, propagated=False) if group else tags,
        whole=whole,
        file=file,
        line=0,
    )
    yield one
    yield from _handed_on(one, after, later)


def _handed_on(
    one: Declared, after: Mapping[str, Any], later: Mapping[str, Any]
) -> Iterator[Declared]:
    def made(
        what: str, kind: str, tags: tuple[tuple[str, str | None], ...], *, whole: bool
    ) -> Declared:
        return replace(one, type=kind, made=what, tags=tags, whole=whole)

    match one.kind:
        case "aws_autoscaling_group":
            templated = any(after.get(k) for k in ("launch_template", "mixed_instances_policy"))
            tags = _of_group(after, propagated=True)
            yield made(INSTANCES, "ec2:instance", tags, whole=not templated)
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


def _of_group(after: Mapping[str, Any], *, propagated: bool) -> tuple[tuple[str, str | None], ...]:
    return tuple(
        (str(_map(tag).get("key")), _text(_map(tag).get("value")))
        for tag in _list(after.get("tag"))
        if not propagated or _map(tag).get("propagate_at_launch")
    )


def _tags(value: object, later: object) -> tuple[tuple[tuple[str, str | None], ...], bool]:
    """Tags with what is known later as None, and whether these are all."""
    tags = {str(key): _text(one) for key, one in _map(value).items()}
    tags |= {str(key): None for key, unknown in _map(later).items() if unknown}
    return tuple(tags.items()), later is not True


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
