"""Finds in an event of CloudTrail which resources were created, or had their tags changed.

The places of ARNs are in the table `created.csv`, which `tools/created_resources.py` makes from
AWS's service models. Nothing in an event is trusted: what cannot be read touches nothing.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from apportion.core.tags.resource_types import resource_type
from apportion.model.tags.events import AffectedResource, ResourceChange, TagEvent

from .callers import caller_of
from .cloudtrail import read_call

MOST = 1_000
_MOST_LEVELS = 12
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d{1,2}", re.ASCII)
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(?:\d{12})?:[^\x00-\x1f\x7f]{1,1000}")
_PLACE = re.compile(r"\{([!?])([^}]+)\}")
_VERSION = re.compile(r"(?:\d{8}(?:v\d)?|_?V?\d{4}_\d{2}_\d{2})$")
_CHANGES = re.compile(
    r"(?:Batch)?(?:Tag|Untag|AddTags|RemoveTags|CreateTags|DeleteTags|Put\w*Tagging"
    r"|Delete\w*Tagging|ChangeTags)(?![a-z])"
)
_EC2_ID = re.compile(r"[a-z]+(?:-attach)?-[0-9a-f]{8,17}")
_EVENT_ID = re.compile(r"[0-9A-Za-z-]{8,64}")


def read_event(event: object) -> TagEvent:
    """Read an event: CloudTrail's record, or EventBridge's envelope of one. Raises nothing."""
    record = _record(event)
    call = read_call(record)
    if record is None or call is None:
        return TagEvent(
            _fingerprint(event), "", "", caller_of(None), why="not an event of CloudTrail"
        )
    caller = caller_of(record.get("userIdentity"))
    own = call.id if _EVENT_ID.fullmatch(call.id) else _fingerprint(event)
    touched, why = _touched(record)
    return TagEvent(own, call.time[:40], call.action[:200], caller, touched, why)


def source_of_table() -> str:
    """The version of AWS's models that the table was made from."""
    return _table_text().partition("\n")[0].removeprefix("# ")


def known_events() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Give where the ARN of what was made stands, by the event's source and name."""
    return _places()


def partition_of(region: str) -> str:
    """Name the partition that a region is in."""
    prefixes = {"cn-": "aws-cn", "us-gov-": "aws-us-gov", "eusc-": "aws-eusc"}
    return next((name for start, name in prefixes.items() if region.startswith(start)), "aws")


def _record(event: object) -> Mapping[str, Any] | None:
    if not isinstance(event, Mapping):
        return None
    detail = event.get("detail")
    if isinstance(detail, Mapping):
        return detail
    return event if "eventName" in event else None


def _touched(record: Mapping[str, Any]) -> tuple[tuple[AffectedResource, ...], str]:
    account, region = record.get("recipientAccountId"), record.get("awsRegion")
    if why := _useless(record, account, region):
        return (), why
    where = {"partition": partition_of(str(region)), "region": str(region), "account": str(account)}
    source = str(record.get("eventSource"))[:100].removesuffix(".amazonaws.com")
    event = _VERSION.sub("", str(record.get("eventName"))[:200])
    if _CHANGES.match(event):
        arns = _named(record.get("requestParameters"), where)
        return _made(
            arns, ResourceChange.TAGS_CHANGED, where
        ), "" if arns else "no resource is named"
    places = _places().get((source, event)) or _places().get((source.partition(".")[0], event))
    if places is None:
        return (), "not a call that creates something with tags"
    made = _made(_created(record, places, where), ResourceChange.CREATED, where, record)
    return made, "" if made else "the resource is not named where it should be"


def _useless(record: Mapping[str, Any], account: object, region: object) -> str:
    if record.get("errorCode") or record.get("errorMessage"):
        return "the call failed"
    if record.get("readOnly") is True:
        return "the call read"
    if not (isinstance(account, str) and _ACCOUNT.fullmatch(account)):
        return "no account"
    if not (isinstance(region, str) and _REGION.fullmatch(region)):
        return "no region"
    return ""


def _made(
    arns: Mapping[str, None],
    deed: ResourceChange,
    where: Mapping[str, str],
    record: Mapping[str, Any] | None = None,
) -> tuple[AffectedResource, ...]:
    found = []
    for arn in list(arns)[:MOST]:
        kind = resource_type(arn)
        tags = _tags(record, kind) if record else ()
        found.append(AffectedResource(arn, kind, where["account"], where["region"], deed, tags))
    return tuple(found)


def _tags(record: Mapping[str, Any], kind: str) -> tuple[tuple[str, str], ...]:
    """Read the requested tags; if they are given by type, those of the type."""
    requested = record.get("requestParameters")
    chosen = requested
    if isinstance(requested, Mapping) and isinstance(requested.get("tagSpecificationSet"), Mapping):
        items = requested["tagSpecificationSet"].get("items")
        word = kind.partition(":")[2]
        own = [
            one
            for one in (items if isinstance(items, list) else [])
            if isinstance(one, Mapping) and one.get("resourceType") == word
        ]
        chosen = {"tagSpecificationSet": {"items": own}}
    call = read_call({**record, "requestParameters": chosen})
    return call.tags[:100] if call else ()


def _created(
    record: Mapping[str, Any], places: tuple[str, ...], where: Mapping[str, str]
) -> dict[str, None]:
    """Fill in the first place that gives ARNs."""
    trees = {"?": record.get("requestParameters"), "!": record.get("responseElements")}
    for place in places:
        match = _PLACE.search(place)
        if match is None:
            continue
        values = _values(trees[match[1]], match[2])
        whole = match[0] == place
        # An answered id may stand behind a path: a queue's address, `/hostedzone/Z1`.
        bare = values if whole or match[1] == "?" else [one.rpartition("/")[2] for one in values]
        start = place[: match.start()]
        filled = [start.format_map(where) + one for one in bare if one]
        if arns := {arn: None for arn in filled if _ARN.fullmatch(arn)}:
            return arns
    return {}


def _values(tree: object, path: str) -> list[str]:
    """Follow a path whatever the case of its letters.

    CloudTrail leaves out the outermost structure of some answers (RDS) and adds one to others
    (`CreateNatGatewayResponse`): both are tried.
    """
    parts = path.casefold().split(".")
    for root in (tree, *_wrapped(tree)):
        for at in range(len(parts)):
            if found := list(_follow(root, parts[at:])):
                return found
    return []


def _wrapped(tree: object) -> Iterator[object]:
    if isinstance(tree, Mapping):
        for key, inner in tree.items():
            if str(key).endswith("Response") or str(key).endswith("Result"):
                yield inner


def _follow(tree: object, parts: list[str]) -> Iterator[str]:
    if not parts:
        if isinstance(tree, str):
            yield tree
        return
    key, through = parts[0].removesuffix("[]"), parts[0].endswith("[]")
    if not isinstance(tree, Mapping):
        return
    inner = next((v for k, v in tree.items() if str(k).casefold() == key), None)
    for one in inner if through and isinstance(inner, list) else [inner]:
        yield from _follow(one, parts[1:])


def _named(requested: object, where: Mapping[str, str]) -> dict[str, None]:
    """List the resources that a change of tags names: ARNs anywhere, ids of EC2, a bucket."""
    found: dict[str, None] = {}
    for key, text in _texts(requested, "", 0):
        if _ARN.fullmatch(text):
            found[text] = None
        elif key in ("resourceid", "resources") and _EC2_ID.fullmatch(text):
            if arn := arn_of(text, account=where["account"], region=where["region"]):
                found[arn] = None
        elif key == "bucketname":
            found[f"arn:{where['partition']}:s3:::{text}"] = None
        elif key == "queueurl":
            name = text.rpartition("/")[2]
            found[f"arn:{where['partition']}:sqs:{where['region']}:{where['account']}:{name}"] = (
                None
            )
    return {arn: None for arn in found if _ARN.fullmatch(arn)}


def arn_of(resource: str, *, account: str, region: str, service_code: str = "") -> str:
    """Write the ARN of a resource that bills and events name by a bare id; empty if unknown."""
    if resource.startswith("arn:"):
        return resource if _ARN.fullmatch(resource) else ""
    kind = resource_type(resource, service_code)
    partition = partition_of(region)
    if kind == "s3:bucket":
        return f"arn:{partition}:s3:::{resource}"
    if kind.startswith("ec2:") and account and region:
        return f"arn:{partition}:ec2:{region}:{account}:{kind.partition(':')[2]}/{resource}"
    return ""


def _texts(tree: object, key: str, level: int) -> Iterator[tuple[str, str]]:
    if level > _MOST_LEVELS:
        return
    if isinstance(tree, str):
        yield key, tree
    elif isinstance(tree, Mapping):
        for name, inner in tree.items():
            folded = str(name).casefold()
            # Values of tags may look like ARNs, and are none of the call's resources.
            if folded not in ("tags", "tagset", "tagging", "tag", "tagkeys", "tagslist"):
                yield from _texts(inner, folded, level + 1)
    elif isinstance(tree, list):
        for one in tree:
            yield from _texts(one, key, level + 1)


def _fingerprint(event: object) -> str:
    try:
        text = json.dumps(event, sort_keys=True, default=str)
    except (ValueError, TypeError, RecursionError):
        text = str(type(event))
    return sha256(text.encode("utf-8", "replace")).hexdigest()


@cache
def _places() -> Mapping[tuple[str, str], tuple[str, ...]]:
    lines = [line for line in _table_text().splitlines() if not line.startswith("#")]
    return {(r["source"], r["event"]): tuple(r["arn"].split()) for r in csv.DictReader(lines)}


def _table_text() -> str:
    return files("apportion.core.tags").joinpath("tables", "created.csv").read_text("utf-8")
