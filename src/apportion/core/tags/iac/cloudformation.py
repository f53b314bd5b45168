"""Reads the tags of resources from CloudFormation templates, YAML or JSON, as CDK writes them too.

Templates are read as nodes, so that each resource has its line, and `!Ref` and its kind stay what
they are: values that are known only in a deployment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import yaml

from apportion.model.findings import tags as codes
from apportion.model.findings.finding import Finding
from apportion.model.tags.declared import Declared

from .propagated_tags import INSTANCES, TASKS, VOLUMES
from .resource_type_tables import TemplateType, template_types

_GROUP = "AWS::AutoScaling::AutoScalingGroup"
_OF_TEMPLATE = {"instance": (INSTANCES, "ec2:instance"), "volume": (VOLUMES, "ec2:volume")}
#: Types of SAM, which become others when they are deployed.
_SAM = {
    "AWS::Serverless::Function": TemplateType("Tags", mapped=True, type="lambda:function"),
    "AWS::Serverless::Api": TemplateType("Tags", mapped=True, type="apigateway:restapis"),
    "AWS::Serverless::HttpApi": TemplateType("Tags", mapped=True, type="apigateway:apis"),
    "AWS::Serverless::StateMachine": TemplateType("Tags", mapped=True, type="states:stateMachine"),
    "AWS::Serverless::SimpleTable": TemplateType("Tags", mapped=True, type="dynamodb:table"),
}

#: Types whose own tags are not checked, but those of what they create are.
_MAKING = {
    "AWS::EC2::LaunchTemplate": TemplateType("Tags", mapped=False, type="ec2:launch-template")
}

Tags = tuple[tuple[tuple[str, str | None], ...], bool]


def read_template(text: str, *, file: str) -> tuple[list[Declared], list[Finding]] | None:
    """Read a template; None where the text is something else. Stack tags are not in it."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        if "AWS::" not in text:
            return None
        mark = getattr(error, "problem_mark", None)
        place = f"{file}:{mark.line + 1}" if mark else file
        problem = str(getattr(error, "problem", "") or "it is no YAML")
        return [], [Finding(codes.NOT_READ, place, "this is no template", found=problem)]
    except (RecursionError, ValueError):
        return [], [Finding(codes.NOT_READ, file, "this is no template", found="deep nesting")]
    resources = _get(root, "Resources")
    if not isinstance(resources, yaml.MappingNode):
        return None
    known = {**template_types(), **_SAM, **_MAKING}
    declared = [
        one
        for name, node in resources.value
        if (kind := _text(_get(node, "Type"))) in known
        for one in _declared(name, node, kind, known[kind], file)
    ]
    templated = any("::" in (_text(_get(node, "Type")) or "") for _, node in resources.value)
    return (declared, []) if templated else None


def _declared(
    name: yaml.Node, node: yaml.Node, kind: str, known: TemplateType, file: str
) -> Iterator[Declared]:
    properties = _get(node, "Properties")
    written = _get(properties, known.property)
    tags, whole = _mapped(written) if known.mapped else _listed(written)
    if isinstance(properties, yaml.MappingNode) and _get(properties, "Fn::Transform"):
        whole = False
    line = (written or name).start_mark.line + 1
    one = Declared(str(name.value), kind, known.type, tags, whole, file, line)
    if kind not in _MAKING:
        yield one
    yield from _propagated(one, properties, written)


def _propagated(
    one: Declared, properties: yaml.Node | None, written: yaml.Node | None
) -> Iterator[Declared]:
    match one.kind:
        case "AWS::AutoScaling::AutoScalingGroup":
            tags, whole = _listed(written, propagated=True)
            templated = any(
                _get(properties, key) for key in ("LaunchTemplate", "MixedInstancesPolicy")
            )
            whole = whole and not templated
            yield replace(one, type="ec2:instance", made=INSTANCES, tags=tags, whole=whole)
        case "AWS::EC2::LaunchTemplate":
            specs = _get(_get(properties, "LaunchTemplateData"), "TagSpecifications")
            for spec in specs.value if isinstance(specs, yaml.SequenceNode) else ():
                known = _OF_TEMPLATE.get(_text(_get(spec, "ResourceType")) or "")
                if known:
                    tags, whole = _listed(_get(spec, "Tags"))
                    line = spec.start_mark.line + 1
                    made, kind = known
                    yield replace(one, type=kind, made=made, tags=tags, whole=whole, line=line)
        case "AWS::ECS::Service" if (_text(_get(properties, "PropagateTags")) or "NONE") == "NONE":
            unknown = _get(properties, "PropagateTags") is not None
            plain = not unknown or _text(_get(properties, "PropagateTags")) is not None
            yield replace(one, type="ecs:task", made=TASKS, tags=(), whole=plain)
        case _:
            return


def _listed(node: yaml.Node | None, *, propagated: bool = False) -> Tags:
    """Read a list of Key and Value; an item that is a function may be any tag."""
    if node is None:
        return (), True
    if not isinstance(node, yaml.SequenceNode) or node.tag.startswith("!"):
        return (), False
    tags: dict[str, str | None] = {}
    whole = True
    for item in node.value:
        key = _text(_get(item, "Key"))
        if key is None:
            whole = False
        elif not propagated or _text(_get(item, "PropagateAtLaunch")) != "false":
            tags[key] = _text(_get(item, "Value"))
    return tuple(tags.items()), whole


def _mapped(node: yaml.Node | None) -> Tags:
    if node is None:
        return (), True
    if not isinstance(node, yaml.MappingNode) or node.tag.startswith("!"):
        return (), False
    keys = {str(key.value): _text(value) for key, value in node.value}
    function = any(key == "Ref" or key.startswith("Fn::") for key in keys)
    return ((), False) if function else (tuple(keys.items()), True)


def _get(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    found: yaml.Node | None = next((v for k, v in node.value if k.value == key), None)
    return found


def _text(node: yaml.Node | None) -> str | None:
    """A text; None where it is a function, a list, or nothing."""
    if isinstance(node, yaml.ScalarNode) and not node.tag.startswith("!"):
        return str(node.value)
    return None
