"""The service control policy that keeps tags: not taken off, not misspelt, not set wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from apportion.model.tags.generated import Document
from apportion.model.tags.tag_policy import TagPolicy

from .create_actions import tag_actions
from .value_conditions import asked_values, denied_values

NAME = "scp-protect.json"


def protection(
    policy: TagPolicy, keys: Sequence[str], services: Sequence[str], *, limit: int
) -> list[Document]:
    """Write the document for these services; services at the end are left out if it is too long."""
    kept = list(services)
    while kept and keys:
        text = _compact(list(_statements(policy, keys, kept)))
        if len(text) <= limit:
            return [Document(NAME, text)]
        kept.pop()
    return []


def misspellings(policy: TagPolicy, key: str) -> tuple[str, ...]:
    """Other spellings of a key that people write, but for those that differ in case alone."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", key)
    joined = [f"{mark}".join(words).lower() for mark in "-_ "] if len(words) > 1 else []
    found = policy.key(key)
    aliases = found.aliases if found else ()
    folded = {name.casefold() for name in (one.name for one in policy.keys)}
    spelt = dict.fromkeys(one for one in (*joined, *aliases) if one.casefold() not in folded)
    return tuple(spelt)


def _statements(
    policy: TagPolicy, keys: Sequence[str], services: Sequence[str]
) -> Iterator[dict[str, Any]]:
    actions = [action for action in tag_actions() if action.service in set(services)]
    untag = [action.name for action in actions if action.untags and action.keys]
    tag = [action.name for action in actions if not action.untags and action.values]
    if untag:
        condition = {"ForAnyValue:StringEquals": {"aws:TagKeys": list(keys)}}
        yield _deny("KeepTags", {"Action": untag}, condition, policy)
    # Whoever cleans up must be able to take a misspelt tag off.
    cleaning = {"NotAction": untag} if untag else {"Action": "*"}
    for key in keys:
        case = {
            "ForAnyValue:StringEqualsIgnoreCase": {"aws:TagKeys": key},
            "ForAllValues:StringNotEquals": {"aws:TagKeys": key},
        }
        yield _deny(f"Case{_letters(key)}", cleaning, case, policy)
    wrong = [spelling for key in keys for spelling in misspellings(policy, key)]
    if wrong:
        spelt = {"ForAnyValue:StringEqualsIgnoreCase": {"aws:TagKeys": wrong}}
        yield _deny("Spelling", cleaning, spelt, policy)
    for key in keys:
        if tag and any(asked_values(policy, key)):
            requested = denied_values(policy, key, f"aws:RequestTag/{key}")
            there = {"Null": {f"aws:RequestTag/{key}": "false"}}
            yield _deny(f"Value{_letters(key)}", {"Action": tag}, requested | there, policy)


def _deny(
    sid: str, what: dict[str, Any], condition: dict[str, Any], policy: TagPolicy
) -> dict[str, Any]:
    principals = policy.enforcement.exempt_principals
    spared = {"ArnNotLike": {"aws:PrincipalArn": list(principals)}} if principals else {}
    statement = {"Sid": sid, "Effect": "Deny", **what, "Resource": "*"}
    return {**statement, "Condition": {**condition, **spared}}


def _letters(key: str) -> str:
    return "".join(char for char in key if char.isascii() and char.isalnum())


def _compact(statements: Sequence[dict[str, Any]]) -> str:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)
