"""The tag policy as JSON, with the rulebook's values in it: what the function in AWS is given.

Nothing but the standard library is needed to read it back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from apportion.model.tags.tag_policy import (
    AllowedValues,
    AnyValue,
    Automated,
    Case,
    DimensionValues,
    Enforcement,
    Exemption,
    ListedValues,
    Mandatory,
    PatternValues,
    TagKey,
    TagKind,
    TagPolicy,
    TagRule,
    TagValue,
    Targets,
)

_VERSION = 1


class NotAPolicyError(ValueError):
    """A text is not what `policy_json` writes."""

    def __init__(self, why: str) -> None:
        super().__init__(f"Expected a tag policy as JSON, version {_VERSION}; {why}.")


def policy_json(policy: TagPolicy) -> str:
    """Write a policy whose values are there; the same policy makes the same text."""
    return json.dumps(_tree(policy), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def read_policy_json(text: str) -> TagPolicy:
    """Read what `policy_json` wrote; raises NotAPolicyError on anything else."""
    try:
        tree = json.loads(text)
        if tree["apportion_tag_policy"] != _VERSION:
            raise NotAPolicyError(f"found version {tree['apportion_tag_policy']}")
        return _policy(tree)
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise NotAPolicyError(f"found otherwise ({type(error).__name__}: {error})") from error


def _tree(policy: TagPolicy) -> dict[str, object]:
    automated = policy.automated
    targets, enforcement = policy.targets, policy.enforcement
    return {
        "apportion_tag_policy": _VERSION,
        "name": policy.name,
        "sha256": policy.sha256,
        "keys": [_key_tree(key) for key in policy.keys],
        "rules": [{"tag": rule.key, "equals": rule.equals} for rule in policy.rules],
        "exemptions": [_exemption_tree(one) for one in policy.exemptions],
        "environment": policy.environment,
        "project": policy.project,
        "automated": automated and {"tag": automated.key, "values": list(automated.values)},
        "targets": {"crawl": targets.crawl, "walk": targets.walk, "run": targets.run},
        "enforce": {
            "tags": list(enforcement.keys),
            "exempt_principals": list(enforcement.exempt_principals),
            "launched": list(enforcement.launched),
            "also": list(enforcement.also),
        },
    }


def _key_tree(key: TagKey) -> dict[str, object]:
    mandatory = key.mandatory
    return {
        "name": key.name,
        "about": key.about,
        "kind": key.kind.value,
        "mandatory": mandatory
        and {
            "environments": list(mandatory.environments),
            "resource_types": list(mandatory.resource_types),
        },
        "values": _values_tree(key.values),
        "aliases": list(key.aliases),
        "example": key.example,
    }


def _values_tree(values: AllowedValues) -> dict[str, object]:
    match values:
        case AnyValue():
            return {}
        case ListedValues(listed, dimension):
            of = [[value.name, *value.aliases] for value in listed]
            return {"of": of, "dimension": dimension}
        case PatternValues(pattern, case):
            return {"pattern": pattern, "case": case.value}
        case DimensionValues(dimension):
            raise NotAPolicyError(f"found the values of {dimension} not put in")


def _exemption_tree(one: Exemption) -> dict[str, object]:
    return {
        "owner": one.owner,
        "until": one.until.isoformat(),
        "why": one.why,
        "tags": list(one.keys),
        "accounts": list(one.accounts),
        "resources": list(one.resources),
        "resource_types": list(one.resource_types),
    }


def _policy(tree: Mapping[str, Any]) -> TagPolicy:
    automated = tree["automated"]
    enforce = tree["enforce"]
    return TagPolicy(
        name=tree["name"],
        sha256=tree["sha256"],
        keys=tuple(_key(key) for key in tree["keys"]),
        rules=tuple(TagRule(rule["tag"], rule["equals"]) for rule in tree["rules"]),
        exemptions=tuple(_exemption(one) for one in tree["exemptions"]),
        environment=tree["environment"],
        project=tree["project"],
        automated=Automated(automated["tag"], tuple(automated["values"])) if automated else None,
        targets=Targets(**tree["targets"]),
        enforcement=Enforcement(
            tuple(enforce["tags"]),
            tuple(enforce["exempt_principals"]),
            tuple(enforce["launched"]),
            tuple(enforce["also"]),
        ),
    )


def _key(tree: Mapping[str, Any]) -> TagKey:
    mandatory = tree["mandatory"]
    return TagKey(
        name=tree["name"],
        about=tree["about"],
        kind=TagKind(tree["kind"]),
        mandatory=mandatory
        and Mandatory(tuple(mandatory["environments"]), tuple(mandatory["resource_types"])),
        values=_values(tree["values"]),
        aliases=tuple(tree["aliases"]),
        example=tree["example"],
    )


def _values(tree: Mapping[str, Any]) -> AllowedValues:
    if "of" in tree:
        values = tuple(TagValue(name, tuple(aliases)) for name, *aliases in tree["of"])
        return ListedValues(values, tree["dimension"])
    if "pattern" in tree:
        return PatternValues(tree["pattern"], Case(tree["case"]))
    return AnyValue()


def _exemption(tree: Mapping[str, Any]) -> Exemption:
    return Exemption(
        owner=tree["owner"],
        until=date.fromisoformat(tree["until"]),
        why=tree["why"],
        keys=tuple(tree["tags"]),
        accounts=tuple(tree["accounts"]),
        resources=tuple(tree["resources"]),
        resource_types=tuple(tree["resource_types"]),
    )
