"""What may be done in AWS: a statement of a policy, a role's duty, and the names in both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Statement:
    """Some actions on some resources.

    `called_by` names the service of AWS that makes these calls in the role's name; empty, it is our
    code. `only_with` names what must be given for the statement to be there at all.
    """

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    why: str
    conditions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    called_by: str = ""
    only_with: str = ""


@dataclass(frozen=True)
class Duty:
    """What a role is for, and what it may do. Roles that change AWS settings are for people."""

    purpose: str
    statements: tuple[Statement, ...]
    approved_by_a_person: bool = False


#: What a name in a resource stands for.
NAMES: Mapping[str, str] = {
    "partition": "the partition: aws, aws-cn or aws-us-gov",
    "region": "the region of bucket, database, workgroup, table and functions",
    "account": "the account of these resources",
    "export_bucket": "the bucket that AWS writes the export to",
    "export_prefix": "the prefix of the export in that bucket, without a slash at the end",
    "bucket": "the bucket of ledger, tables and reports",
    "database": "the Glue database of the published tables",
    "workgroup": "the Athena workgroup",
    "table": "the DynamoDB table of processed events",
    "sender": "the address or domain that reports are sent from, verified in SES",
    "topic": "the ARN of the SNS topic that gets a message for each report",
    "queue": "the ARN of the queue for failed events",
    "export_key": "the ARN of the key that encrypts export_bucket, if it is your own key",
    "kms_key": "the ARN of the key that encrypts bucket, if it is your own key",
    "chat_topic": "the ARN of the SNS topic for chat messages",
    "events_queue": "the ARN of the queue in which events wait for the function",
    "explorer_view": "the ARN of a Resource Explorer view",
    "function": "the name of the function",
    "tagging": "any value, if the function may set tags",
    "tracing": "any value, if functions write traces",
    "network": "any value, if functions run in your VPC",
}
