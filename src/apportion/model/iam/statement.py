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
    """What a role is for, and what it may do. Who may change AWS's settings asks a person first."""

    purpose: str
    statements: tuple[Statement, ...]
    approved_by_a_person: bool = False


#: What a name in a resource stands for.
NAMES: Mapping[str, str] = {
    "partition": "the partition: aws, aws-cn or aws-us-gov",
    "region": "the region of bucket, database, workgroup, table and functions",
    "account": "the account that they are in",
    "export_bucket": "the bucket that AWS writes the export to",
    "export_prefix": "where in it, without the slash at the end",
    "bucket": "the bucket of ledger, tables and reports",
    "database": "the Glue database of the published tables",
    "workgroup": "the Athena workgroup",
    "table": "the DynamoDB table that remembers events that were done",
    "sender": "the address or domain that reports are sent from, verified in SES",
    "topic": "the ARN of the SNS topic that is told of reports",
    "queue": "the ARN of the queue for events that failed",
    "export_key": "the ARN of the key that encrypts export_bucket, where that is your own",
    "kms_key": "the ARN of the key that encrypts bucket, where that is your own",
    "chat_topic": "the ARN of the SNS topic that a chat room shows",
    "events_queue": "the ARN of the queue in which events wait for the function",
    "explorer_view": "the ARN of a view of Resource Explorer",
    "function": "the name of the function",
    "tagging": "anything, where the function may set tags",
    "tracing": "anything, where functions write traces",
}
