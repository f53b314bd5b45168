"""Service control policies of a tag policy: no creation without the tags, no loss of them.

The rules they are written by: docs/how-to/tags.md. Types are packed by cost, the highest first,
into documents of the size that AWS takes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from apportion.core.tags.policy.verdict import needs
from apportion.model.tags.generated import ControlPolicies, Document, Enforced, Left, TypeSpend
from apportion.model.tags.tag_policy import Tagged, TagPolicy

from .create_actions import CreateAction, TagsCheckedOn, actions_of_type
from .iam_conditions import matches
from .protection import protection
from .value_conditions import denied_values

#: The characters that AWS takes in a service control policy.
LIMIT = 10_240

#: Calls that others make for people, without tags: denying them breaks more than it mends.
CAUTIOUS = {
    "s3:CreateBucket": "clients that tag a bucket after making it would be denied",
    "logs:CreateLogGroup": "functions make their log groups themselves, without tags",
    "ec2:CreateNetworkInterface": "services make interfaces with roles of the account",
    "ec2:CreateSnapshot": "schedules make snapshots with roles of the account",
    "ec2:CreateSnapshots": "schedules make snapshots with roles of the account",
}

#: What a launch of instances makes beside them, as the policy names it in `launched`.
LAUNCHED = ("volume", "network-interface", "spot-instances-request")


def enforced_keys(policy: TagPolicy) -> tuple[str, ...]:
    """The keys without which creation is denied."""
    always = (key.name for key in policy.keys if key.mandatory and key.mandatory.everywhere)
    return policy.enforcement.keys or tuple(always)


def control_policies(
    policy: TagPolicy, spend: Iterable[TypeSpend], *, limit: int = LIMIT, most: int = 1
) -> ControlPolicies:
    """Write the documents: at most `most` that deny creation, and one that protects tags.

    Types come by cost; those that no longer fit are left out and reported.
    """
    keys = enforced_keys(policy)
    drafts = [_Draft(policy, keys) for _ in range(most)] if keys else []
    types: list[str] = []
    left: list[Left] = []
    for each in sorted(spend, key=lambda one: (-one.cost, one.type)):
        actions, why = usable(policy, each.type)
        if not actions:
            left.append(why)
        elif any(draft.takes(actions, limit) for draft in drafts):
            types.append(each.type)
        else:
            full = f"{most} document{'' if most == 1 else 's'} of {limit:,} characters are full"
            left.append(Left(each.type, Enforced.LEFT_OUT, full))
    written = [draft.statements() for draft in drafts if draft.actions]
    documents = [
        Document(f"scp-create-{number}.json", compact(statements))
        for number, statements in enumerate(written, start=1)
    ]
    services = sorted({kind.partition(":")[0] for kind in types} | _services(left))
    documents += protection(policy, keys, services, limit=limit)
    return ControlPolicies(tuple(documents), tuple(types), tuple(left), keys)


def usable(policy: TagPolicy, kind: str) -> tuple[list[CreateAction], Left]:
    """The calls that make a type and can be denied without tags, or why there are none."""
    every = actions_of_type().get(kind, ())
    if not every:
        return [], Left(kind, Enforced.UNKNOWN, "no call that creates it is known")
    checkable = [
        one
        for one in every
        if one.checked_on is not TagsCheckedOn.NONE and statements_resources(policy, one)
    ]
    if not checkable:
        why = f"{every[0].name} carries no tags that a policy could check"
        return [], Left(kind, Enforced.NOT_ENFORCEABLE, why)
    wanted = policy.enforcement.also
    allowed = [one for one in checkable if one.name not in CAUTIOUS or one.name in wanted]
    if not allowed:
        why = f"{CAUTIOUS[checkable[0].name]}; `also: [{checkable[0].name}]` takes it in"
        return [], Left(kind, Enforced.LEFT_OUT, why)
    return allowed, Left(kind, Enforced.YES, "")


def statements_resources(policy: TagPolicy, action: CreateAction) -> tuple[str, ...]:
    """The resources on which an action is denied: of a launch, those that the policy names."""
    if action.checked_on is TagsCheckedOn.REQUEST:
        return ("*",)
    if action.name == "ec2:RunInstances":
        wanted = {f"arn:aws:ec2:*:*:{kind}/*" for kind in policy.enforcement.launched}
        return tuple(arn for arn in action.on if arn in wanted)
    # A pattern that covers what is only used, too, would deny the call whatever it tags.
    return tuple(arn for arn in action.on if not _covers([arn], action.beside))


def compact(statements: Sequence[dict[str, Any]]) -> str:
    """Write a document without spaces, which AWS would count."""
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


@dataclass
class _Group:
    """Actions that can stand in one statement: no resource of it is used untagged by another."""

    resources: tuple[str, ...]
    beside: frozenset[str]
    actions: list[CreateAction] = field(default_factory=list)


class _Draft:
    """A document that grows by the calls of one type after the other, while it fits."""

    def __init__(self, policy: TagPolicy, keys: Sequence[str]) -> None:
        self._policy = policy
        self._keys = keys
        self._size = 0
        self.actions: list[CreateAction] = []

    def takes(self, actions: Sequence[CreateAction], limit: int) -> bool:
        """Take all these actions in, or none if the document would be too long."""
        before, new = list(self.actions), [one for one in actions if one not in self.actions]
        # Each action stands in quotes, with a comma, under each key: less than that it never takes.
        least = sum(
            len(one.name) + 3 for one in new if all(self._needs(k, one) for k in self._keys)
        )
        if self._size + least * len(self._keys) > limit:
            return False
        self.actions += new
        size = len(compact(self.statements()))
        if size > limit:
            self.actions = before
            return False
        self._size = size
        return True

    def statements(self) -> list[dict[str, Any]]:
        """One statement a key and group: conditions under one statement would all have to hold."""
        return [
            self._statement(f"{_sid(key)}{number}", key, group, actions)
            for key in self._keys
            for number, group in enumerate(self._groups())
            if (actions := [one.name for one in group.actions if self._needs(key, one)])
        ]

    def _statement(
        self, sid: str, key: str, group: _Group, actions: Sequence[str]
    ) -> dict[str, Any]:
        resources = list(group.resources)
        condition = denied_values(self._policy, key, f"aws:RequestTag/{key}")
        return {
            "Sid": sid,
            "Effect": "Deny",
            "Action": sorted(actions),
            "Resource": resources[0] if len(resources) == 1 else resources,
            "Condition": {**condition, **exempt(self._policy)},
        }

    def _needs(self, key: str, action: CreateAction) -> bool:
        found = self._policy.key(key)
        mandatory = found.mandatory if found else None
        return mandatory is None or needs(mandatory, "", Tagged((), resource_type=action.type))

    def _groups(self) -> list[_Group]:
        groups: list[_Group] = []
        for action in self.actions:
            resources = statements_resources(self._policy, action)
            beside = frozenset({*action.beside, *set(action.on).difference(resources)})
            fitting = (one for one in groups if _fit(one, resources, beside))
            group = next(fitting, None)
            if group is None:
                group = _Group(resources, beside)
                groups.append(group)
            else:
                group.resources = tuple(sorted({*group.resources, *resources}))
                group.beside |= beside
            group.actions.append(action)
        return groups


def _fit(group: _Group, resources: Sequence[str], beside: frozenset[str]) -> bool:
    whole = group.resources == ("*",)
    if whole or resources == ("*",):
        return whole and tuple(resources) == ("*",)
    return not _covers(group.resources, beside) and not _covers(resources, group.beside)


def _covers(patterns: Iterable[str], arns: Iterable[str]) -> bool:
    """Whether a pattern matches a resource that one of the other patterns stands for."""
    every = [arn.replace("*", "x") for arn in arns]
    return any(matches(arn, pattern) for pattern in patterns for arn in every)


def exempt(policy: TagPolicy) -> dict[str, object]:
    """Write the condition that spares the exempt principals."""
    principals = policy.enforcement.exempt_principals
    if not principals:
        return {}
    return {"ArnNotLike": {"aws:PrincipalArn": list(principals)}}


def _sid(key: str) -> str:
    """A statement's name: letters and digits only."""
    return "".join(char for char in key if char.isascii() and char.isalnum()) or "Tag"


def _services(left: Iterable[Left]) -> set[str]:
    """Services whose creation is not denied, and whose tags are protected all the same."""
    return {one.type.partition(":")[0] for one in left if one.status is not Enforced.UNKNOWN}
