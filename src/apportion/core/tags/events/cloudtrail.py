"""CloudTrail's records of calls: who created what, with which tags. Nothing in them is trusted.

Records come from anywhere: a file of `{"Records": [...]}`, lines of JSON, EventBridge's envelopes,
what `aws cloudtrail lookup-events` prints. What cannot be read is counted, never an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_MOST_LEVELS = 12
_TAG_LISTS = frozenset({
    "tags", "tagset", "tagspecificationset", "tagspecifications", "taglist", "tagging",
    "resourcetags", "tagspecification", "hostedzonetags",
})  # fmt: skip
#: Services whose name in events is not the prefix of their actions.
_PREFIXES = {"monitoring": "cloudwatch", "email": "ses", "elasticmapreduce": "elasticmapreduce"}
_VERSION = re.compile(r"(?:\d{8}(?:v\d)?|_?V?\d{4}_\d{2}_\d{2})$")


@dataclass(frozen=True)
class Call:
    """One call. `tags` are those of the request, `principal` the caller's ARN, `creator` a person.

    `resources` are ARNs and ids that its answer names.
    """

    id: str
    time: str
    action: str
    account: str
    region: str
    principal: str
    creator: str
    via: str
    error: str
    tags: tuple[tuple[str, str], ...]
    resources: tuple[str, ...]


def read_calls(text: str) -> tuple[list[Call], int]:
    """Read calls from any of the forms; also how many records could not be read."""
    calls, unread = [], 0
    for record in _records(text):
        call = read_call(record)
        if call is None:
            unread += 1
        else:
            calls.append(call)
    return calls, unread


def creators(calls: Iterable[Call]) -> dict[str, str]:
    """Map created resources to the people who created them; the last call counts."""
    return {
        resource: call.creator
        for call in sorted(calls, key=lambda call: call.time)
        if call.creator and not call.error
        for resource in call.resources
    }


def read_call(record: object) -> Call | None:
    """Read one record; None where it is none."""
    return _call(record) if isinstance(record, Mapping) else None


def _records(text: str) -> Iterator[object]:
    try:
        yield from _unwrapped(json.loads(text))
    except (ValueError, RecursionError):
        lines = [line for line in text.splitlines() if line.strip()]
        for line in lines:
            try:
                yield from _unwrapped(json.loads(line))
            except (ValueError, RecursionError):
                yield None


def _unwrapped(tree: object) -> Iterator[object]:
    """Take records out of what they came in."""
    if isinstance(tree, list):
        for one in tree:
            yield from _unwrapped(one)
    elif isinstance(tree, Mapping):
        for key in ("Records", "Events"):
            if isinstance(tree.get(key), list):
                yield from _unwrapped(tree[key])
                return
        inner = tree.get("detail", tree.get("CloudTrailEvent"))
        if isinstance(inner, str):
            try:
                inner = json.loads(inner)
            except (ValueError, RecursionError):
                inner = None
            yield inner
        else:
            yield inner if isinstance(inner, Mapping) else tree
    else:
        yield None


def _call(record: Mapping[str, Any]) -> Call | None:
    source, name = _text(record.get("eventSource")), _text(record.get("eventName"))
    if not source or not name:
        return None
    prefix = source.partition(".")[0]
    identity = _map(record.get("userIdentity"))
    requested = _map(record.get("requestParameters"))
    answered = _map(record.get("responseElements"))
    return Call(
        id=_text(record.get("eventID")),
        time=_text(record.get("eventTime")),
        action=f"{_PREFIXES.get(prefix, prefix)}:{_VERSION.sub('', name)}",
        account=_text(record.get("recipientAccountId")) or _text(identity.get("accountId")),
        region=_text(record.get("awsRegion")),
        principal=_text(identity.get("arn")),
        creator=_creator(identity),
        via=_text(identity.get("invokedBy")),
        error=_text(record.get("errorCode")),
        tags=tuple(_tags(requested)),
        resources=tuple(dict.fromkeys([*_named(requested), *_ids(answered)])),
    )


def _creator(identity: Mapping[str, Any]) -> str:
    """Name the person of an identity: a user, or a session of Identity Center."""
    kind, arn = _text(identity.get("type")), _text(identity.get("arn"))
    if kind == "IAMUser":
        return _text(identity.get("userName"))
    if kind == "Root":
        return "root"
    session = arn.rpartition("/")[2] if ":assumed-role/" in arn else ""
    machine = session.startswith(("i-", "awslambda")) or session.isdigit()
    return "" if machine else session


def _tags(tree: object, level: int = 0) -> Iterator[tuple[str, str]]:
    """Find tags wherever a service puts them in its request."""
    if level > _MOST_LEVELS:
        return
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            folded = str(key).casefold()
            if folded in _TAG_LISTS:
                yield from _pairs(value, level)
            elif isinstance(value, Mapping | list):
                yield from _tags(value, level + 1)
    elif isinstance(tree, list):
        for one in tree:
            yield from _tags(one, level + 1)


def _pairs(value: object, level: int) -> Iterator[tuple[str, str]]:
    """Read tags as a list of key and value, in any case, a mapping, or wrapped once more."""
    if level > _MOST_LEVELS:
        return
    if isinstance(value, list):
        for one in value:
            yield from _pairs(one, level + 1)
    elif isinstance(value, Mapping):
        folded = {str(key).casefold(): inner for key, inner in value.items()}
        key = folded.get("key", folded.get("tagkey"))
        if isinstance(key, str) and not isinstance(folded.get("tags"), list):
            yield key, _text(folded.get("value", folded.get("tagvalue")))
            return
        for name, inner in value.items():
            if isinstance(inner, Mapping | list):
                yield from _pairs(inner, level + 1)
            elif isinstance(inner, str) and str(name).casefold() != "resourcetype":
                yield str(name), inner


def _named(requested: Mapping[str, Any]) -> Iterator[str]:
    """The request names a bucket; the response does not."""
    if name := _text(requested.get("bucketName")):
        yield name


_ID = re.compile(r"arn:aws[a-z-]*:[^\s]+|(?:i|vol|nat|vpce|eipalloc|snap)-[0-9a-f]{8,}")


def _ids(tree: object, level: int = 0) -> Iterator[str]:
    if level > _MOST_LEVELS:
        return
    if isinstance(tree, str) and _ID.fullmatch(tree) and ":iam::" not in tree:
        yield tree
    elif isinstance(tree, Mapping):
        for one in tree.values():
            yield from _ids(one, level + 1)
    elif isinstance(tree, list):
        for one in tree:
            yield from _ids(one, level + 1)


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
