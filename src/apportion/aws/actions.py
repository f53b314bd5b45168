"""What Apportion calls in AWS for each purpose: the one list that policies are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

#: Reports from Cost Explorer. None of them writes; `get_cost_and_usage` is boto3's name for it.
COST_REPORTS: Mapping[str, str] = {
    "get_cost_and_usage": "ce:GetCostAndUsage",
    "get_cost_and_usage_with_resources": "ce:GetCostAndUsageWithResources",
    "get_tags": "ce:GetTags",
}


def policy(sid: str, actions: Sequence[str]) -> dict[str, object]:
    """Make an IAM policy of actions that know no narrower resource than `*`."""
    statement = {"Sid": sid, "Effect": "Allow", "Action": sorted(actions), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}
