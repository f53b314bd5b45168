"""Checks of every plan: who pays for it, who can read it, and what it may do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from .terraform import Plan

MANDATORY = {"Environment", "CostCenter", "Project", "Owner", "CreatedBy", "AllocationKey"}
_PART = "aws_s3_bucket_"
#: Actions that read or write tags, and nothing else.
_TAGS = re.compile(r":\w*(?:Tag|Untag)")


def taggable(plan: Plan) -> list[dict[str, Any]]:
    """List the resources that can carry tags, as the provider's schema says."""
    return [one for one in plan.resources() if "tags_all" in one["values"]]


def untagged(plan: Plan) -> dict[str, list[str]]:
    """Tell the tags that resources lack, by address."""
    return {
        one["address"]: sorted(MANDATORY - set(one["values"]["tags_all"] or {}))
        for one in taggable(plan)
        if MANDATORY - set(one["values"]["tags_all"] or {})
    }


def open_buckets(plan: Plan) -> dict[str, list[str]]:
    """Tell what buckets lack, by name: encryption, the block of public access, TLS, versions."""
    found = {}
    for bucket in plan.values("aws_s3_bucket"):
        missing = [
            what
            for what, is_there in {
                "encryption": _encrypted,
                "public access block": _blocked,
                "TLS": _tls_only,
                "versions": _versioned,
            }.items()
            if not any(is_there(part) for part in _parts(plan, bucket["bucket"]))
        ]
        if missing:
            found[bucket["bucket"]] = missing
    return found


def wide_statements(plan: Plan) -> list[tuple[str, Mapping[str, Any]]]:
    """List statements that allow what they do not name, or anything to anybody."""
    return [
        (address, statement)
        for address, statement in statements(plan)
        if statement["Effect"] == "Allow" and is_wide(statement)
    ]


def statements(plan: Plan) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Go through the statements of all planned policies.

    A policy that is not known before it is applied cannot be reviewed, and fails.
    """
    for one in plan.resources():
        name = "assume_role_policy" if one["type"] == "aws_iam_role" else "policy"
        if name == "policy" and not one["type"].endswith("_policy"):
            continue
        if one["type"] == "aws_organizations_policy":
            continue  # those of an organisation allow nothing to anybody
        assert one["values"].get(name), f"{one['address']}: {name} is not known in the plan"
        for statement in json.loads(one["values"][name])["Statement"]:
            yield one["address"], statement


def unbound_services(plan: Plan) -> list[tuple[str, Mapping[str, Any]]]:
    """List what services of AWS may do for anybody: without the account and the ARN they do it for.

    A service that works for every customer could use our resources for another one.
    """
    return [
        (address, statement)
        for address, statement in statements(plan)
        if statement["Effect"] == "Allow" and "Service" in statement.get("Principal", {})
        if not {"aws:SourceAccount", "aws:SourceArn"} <= _keys(statement)
    ]


def _keys(statement: Mapping[str, Any]) -> set[str]:
    return {key for test in statement.get("Condition", {}).values() for key in test}


def is_wide(statement: Mapping[str, Any]) -> bool:
    """Tell whether a statement allows actions by a pattern, or data of anybody, or to anybody.

    Services that know no narrower resource than `*` are no data of ours: costs and traces.
    """
    actions = _listed(statement["Action"])
    if "NotAction" in statement or any("*" in action for action in actions):
        return True
    if statement.get("Principal") in ("*", {"AWS": "*"}):
        return True
    resources = _listed(statement.get("Resource", []))
    without_narrower = all(
        action.startswith(("ce:", "ec2:Describe", "ecr:GetAuthorizationToken", "tag:", "xray:"))
        for action in actions
    )
    equals = statement.get("Condition", {}).get("StringEquals", {})
    if all(_TAGS.search(action) for action in actions) and equals.get("aws:ResourceAccount"):
        return False  # tags of whatever there is in one account
    return any(_is_wide_resource(one) for one in resources) and not without_narrower


def _is_wide_resource(arn: str) -> bool:
    """Only the end of an ARN may be a pattern, and only below something that has a name."""
    before, star, after = arn.partition("*")
    return bool(star) and (after != "" or not re.search(r":[^:*]*\w[/:]$", before))


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _parts(plan: Plan, bucket: str) -> list[dict[str, Any]]:
    return [
        one
        for one in plan.resources()
        if one["type"].startswith(_PART) and one["values"].get("bucket") == bucket
    ]


def _encrypted(part: dict[str, Any]) -> bool:
    if part["type"] != f"{_PART}server_side_encryption_configuration":
        return False
    (rule,) = part["values"]["rule"]
    (default,) = rule["apply_server_side_encryption_by_default"]
    return default["sse_algorithm"] in {"AES256", "aws:kms"}


def _blocked(part: dict[str, Any]) -> bool:
    names = ("block_public_acls", "block_public_policy", "ignore_public_acls")
    return part["type"] == f"{_PART}public_access_block" and all(
        part["values"][name] for name in (*names, "restrict_public_buckets")
    )


def _versioned(part: dict[str, Any]) -> bool:
    return (
        part["type"] == f"{_PART}versioning"
        and part["values"]["versioning_configuration"][0]["status"] == "Enabled"
    )


def _tls_only(part: dict[str, Any]) -> bool:
    if part["type"] != f"{_PART}policy":
        return False
    wanted = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    bucket = f"arn:aws:s3:::{part['values']['bucket']}"
    return any(
        wanted.items() <= statement.items()
        and {bucket, f"{bucket}/*"} == set(statement["Resource"])
        for statement in json.loads(part["values"]["policy"])["Statement"]
    )
