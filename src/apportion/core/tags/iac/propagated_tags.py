"""What resources make without the code naming it, and the tags it gets: instances, volumes, tasks.

Default tags of the provider do not reach what an Auto Scaling group or a template launches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from apportion.model.tags.declared import Declared

from .hcl_expressions import NULL, UNKNOWN, Mapped, Null, Texts, Value, as_tags, merged
from .hcl_parser import Attribute, Block

INSTANCES, VOLUMES, TASKS = "instances", "volumes", "tasks"
_OF_TEMPLATE = {"instance": (INSTANCES, "ec2:instance"), "volume": (VOLUMES, "ec2:volume")}
_DEVICES = ("root_block_device", "ebs_block_device")


@dataclass(frozen=True)
class ParentResource:
    """A resource, its block with the file of the block, and the values of one instance."""

    declared: Declared
    file: str
    block: Block
    instance: Mapping[str, object]
    defaults: Mapped
    evaluate: Callable[[str], Value]


def propagated_to(parent: ParentResource) -> Iterator[Declared]:
    """List what the resource makes, with the tags it gets."""
    match parent.declared.kind:
        case "aws_autoscaling_group":
            yield from _instances(parent)
        case "aws_launch_template":
            yield from _launched(parent)
        case "aws_instance" | "aws_spot_instance_request":
            yield from _volumes(parent)
        case "aws_ecs_service":
            yield from _tasks(parent)


def of_group(
    block: Block, instance: Mapping[str, object], evaluate: Callable[[str], Value]
) -> Mapped:
    """The tags of an Auto Scaling group, which stand in blocks of their own."""
    return _group_tags(block, instance, evaluate, propagated=False)


def _instances(parent: ParentResource) -> Iterator[Declared]:
    """A group's instances get what is propagated; a launch template may add tags of its own."""
    tags = _group_tags(parent.block, parent.instance, parent.evaluate, propagated=True)
    templated = bool(
        parent.block.inner("launch_template") or parent.block.inner("mixed_instances_policy")
    )
    yield _made(parent, INSTANCES, "ec2:instance", tags, whole=tags.whole and not templated)


def _group_tags(
    block: Block,
    instance: Mapping[str, object],
    evaluate: Callable[[str], Value],
    *,
    propagated: bool,
) -> Mapped:
    """Tags of `tag` blocks, and of dynamic ones over a map; of others, what instances show.

    The other parser leaves out keys whose values it does not know, so its list is never whole.
    """
    found: dict[str, Value] = {
        _word(one.text("key")): evaluate(one.text("value"))
        for one in block.inner("tag")
        if not propagated or _propagates(one)
    }
    whole = "tags" not in block.attributes
    for dynamic in (one for one in block.inner("dynamic") if one.labels == ("tag",)):
        over = _over(dynamic, evaluate)
        whole &= over is not None and over.whole
        if over is not None and (not propagated or any(map(_propagates, dynamic.inner("content")))):
            found |= over.entries
    if not whole:
        found = {**_shown(instance, propagated=propagated), **found}
    return Mapped(found, whole)


def _over(dynamic: Block, evaluate: Callable[[str], Value]) -> Mapped | None:
    """The map that dynamic tags are made of one by one; None where they are made otherwise."""
    value = evaluate(dynamic.text("for_each"))
    plain = any(
        (one.text("key"), one.text("value")) == ("tag.key", "tag.value")
        for one in dynamic.inner("content")
    )
    return value if plain and isinstance(value, Mapped) else None


def _shown(instance: Mapping[str, object], *, propagated: bool) -> dict[str, Value]:
    listed = instance.get("tag") or []
    many = listed if isinstance(listed, list) else [listed]
    return {
        str(one["key"]): _known(one.get("value"))
        for one in many
        if isinstance(one, Mapping) and isinstance(one.get("key"), str)
        if not propagated or one.get("propagate_at_launch")
    }


def _propagates(tag: Block) -> bool:
    return tag.text("propagate_at_launch") == "true"


def _word(text: str) -> str:
    return text.strip('"')


def _launched(parent: ParentResource) -> Iterator[Declared]:
    """What a launch template tags: each `tag_specifications` for its own type."""
    for one in parent.block.inner("tag_specifications"):
        made = _OF_TEMPLATE.get(one.text("resource_type").strip('"'))
        if made:
            tags = merged([parent.evaluate(one.text("tags"))])
            yield _made(parent, *made, tags, whole=tags.whole, at=one)


def _volumes(parent: ParentResource) -> Iterator[Declared]:
    """An instance's volumes: `volume_tags`, or the tags of each device with the default tags."""
    attribute = parent.block.attributes.get("volume_tags")
    if attribute is not None:
        tags = merged([parent.evaluate(attribute.expression)])
        yield _made(parent, VOLUMES, "ec2:volume", tags, whole=tags.whole, at=attribute)
        return
    for device in (one for kind in _DEVICES for one in parent.block.inner(kind)):
        written = as_tags(parent.evaluate(device.text("tags"))) if device.text("tags") else NULL
        tags = merged([parent.defaults, written])
        yield _made(parent, VOLUMES, "ec2:volume", tags, whole=tags.whole, at=device)


def _tasks(parent: ParentResource) -> Iterator[Declared]:
    """Tasks have the cost, and carry tags only if the service propagates them."""
    propagated = parent.block.text("propagate_tags").strip('"')
    if propagated in ("", "NONE"):
        yield _made(parent, TASKS, "ecs:task", Mapped(), whole=True)
    elif propagated == "SERVICE":
        own = Mapped({k: _known(v) for k, v in parent.declared.tags}, parent.declared.whole)
        yield _made(parent, TASKS, "ecs:task", own, whole=own.whole)


def _made(
    parent: ParentResource,
    made: str,
    kind: str,
    tags: Mapped,
    *,
    whole: bool,
    at: Block | Attribute | None = None,
) -> Declared:
    known = tuple(
        (key, value.text if isinstance(value, Texts) else None)
        for key, value in tags.entries.items()
        if not isinstance(value, Null)
    )
    place = at or parent.block
    return replace(
        parent.declared,
        type=kind,
        tags=known,
        whole=whole,
        made=made,
        file=place.file or parent.file,
        line=place.line,
        edit=None,
    )


def _known(value: object) -> Value:
    return Texts(value) if isinstance(value, str) else UNKNOWN
