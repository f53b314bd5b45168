"""Events of CloudTrail as AWS writes them, and hostile ones, for what reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

ACCOUNT, REGION = "123456789012", "eu-central-1"
ADA = {
    "type": "AssumedRole",
    "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/"
    "ada@acme.example",
    "accountId": ACCOUNT,
}


def event(
    source: str,
    name: str,
    wanted: object,
    answered: object = None,
    *,
    identity: object = None,
    **more: object,
) -> dict[str, Any]:
    """Make EventBridge's envelope of one record."""
    record = {
        "eventVersion": "1.11",
        "userIdentity": identity or ADA,
        "eventTime": "2026-11-23T09:12:00Z",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": REGION,
        "requestParameters": wanted,
        "responseElements": answered,
        "eventID": str(uuid4()),
        "readOnly": False,
        "recipientAccountId": ACCOUNT,
        **more,
    }
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "AWS API Call via CloudTrail",
        "source": f"aws.{source}",
        "account": ACCOUNT,
        "region": REGION,
        "detail": record,
    }


def run_instances(*ids: str, tags: Mapping[str, str], word: str = "instance") -> dict[str, Any]:
    pairs = [{"key": key, "value": value} for key, value in tags.items()]
    specs = {"items": [{"resourceType": word, "tags": pairs}]}
    items = [{"instanceId": one, "imageId": "ami-0123456789abcdef0"} for one in ids]
    return event(
        "ec2",
        "RunInstances",
        {"tagSpecificationSet": specs, "instanceType": "t3.micro"},
        {"instancesSet": {"items": items}, "ownerId": ACCOUNT},
    )


def deep(levels: int) -> Any:
    """Nest mappings and lists."""
    made: Any = {"tags": {"a": "b"}}
    for at in range(levels):
        made = {"tags": made} if at % 2 else [made]
    return made


def hostile() -> list[object]:
    """More than a hundred things that are no good events, or are meant badly."""
    fine = run_instances("i-0123456789abcdef0", tags={"CostCenter": "FIN-100"})
    strange: list[object] = [
        None, True, 0, -1, 3.5, "", "null", [], {}, [[]], [None], {"detail": None},
        {"detail": []}, {"detail": "x"}, {"Records": "x"}, {"Records": {}}, {"Records": [None]},
        {"Records": [{"body": 5}]}, {"Records": [{"body": "{"}]}, {"Records": [{"messageId": []}]},
        {"Records": [{"body": "[" * 5000, "messageId": "deep"}]},
        {"detail": {"eventName": "RunInstances"}}, {"detail": {"eventSource": "ec2.amazonaws.com"}},
        {"\x00": "\ud800"}, {"detail": {"eventName": 5, "eventSource": 5}},
        {"detail": {"Records": [fine["detail"]]}},
    ]  # fmt: skip
    odd: list[object] = [
        None,
        "",
        7,
        [],
        {},
        "\x00\x1b[2J",
        "a" * 300_000,
        [{}],
        {"a": []},
        "\ud800",
    ]
    for field in (*fine["detail"], "errorMessage"):
        values = odd[:6] if field != "eventName" else odd
        strange += [{**fine, "detail": {**fine["detail"], field: value}} for value in values]
    for tree in (deep(3), deep(50), deep(400), {"tagSpecificationSet": {"items": "x"}}):
        strange.append({**fine, "detail": {**fine["detail"], "requestParameters": tree}})
        strange.append({**fine, "detail": {**fine["detail"], "responseElements": tree}})
    for name in (
        "i-' OR 1=1",
        "i-../../..",
        "i-0123456789abcdef0\nX",
        "*",
        "${aws:username}",
        "{account}",
    ):
        items = {"instancesSet": {"items": [{"instanceId": name}]}}
        strange.append({**fine, "detail": {**fine["detail"], "responseElements": items}})
        strange.append(event("s3", "CreateBucket", {"bucketName": name}))
        strange.append(event("s3", "PutBucketTagging", {"bucketName": name}))
    many = {"instancesSet": {"items": [{"instanceId": f"i-{n:017x}"} for n in range(3_000)]}}
    strange.append({**fine, "detail": {**fine["detail"], "responseElements": many}})
    return strange
