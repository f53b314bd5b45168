"""CloudTrail records as AWS writes them, with an engineer as the caller."""

from __future__ import annotations

from typing import Any

ENGINEER = {
    "type": "AssumedRole",
    "arn": "arn:aws:sts::111111111111:assumed-role/AWSReservedSSO_Dev_0a/ann@example.com",
    "accountId": "111111111111",
}
TAGS = [{"key": "CostCenter", "value": "CX"}]


def record(source: str, name: str, wanted: object = None, **more: Any) -> dict[str, Any]:
    return {
        "eventID": "e1",
        "eventTime": "2026-09-01T10:00:00Z",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": "eu-west-1",
        "recipientAccountId": "111111111111",
        "userIdentity": ENGINEER,
        "requestParameters": wanted,
        "responseElements": None,
        **more,
    }
