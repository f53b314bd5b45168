"""What each role may do in AWS, and why: the one list that every policy is made of.

`apportion aws policy`, the documents and the Terraform modules take their policies from here. A
test records every call that the code makes and fails where a role has an action that is not called
or lacks one that is; another looks every action up in AWS's own list.

Resources hold names such as `${bucket}`, which are filled in where a policy is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """Who may do what. No role has more than one reason to exist."""

    REPORT_READER = "report-reader"
    EXPORT_READER = "export-reader"
    INGEST_FUNCTION = "ingest-function"
    REPORT_FUNCTION = "report-function"
    SCHEDULE = "schedule"


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
    "partition": "aws, aws-cn or aws-us-gov",
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
    "function": "the name of the function",
}

#: Actions of Cost Explorer, Organizations and the like know no narrower resource.
_EVERYTHING = ("*",)
_EXPORT = "arn:${partition}:s3:::${export_bucket}"
_STORE = "arn:${partition}:s3:::${bucket}"
_GLUE = "arn:${partition}:glue:${region}:${account}"
_DATABASE = (f"{_GLUE}:catalog", f"{_GLUE}:database/${{database}}")
_TABLES = (*_DATABASE, f"{_GLUE}:table/${{database}}/*")
_WORKGROUP = ("arn:${partition}:athena:${region}:${account}:workgroup/${workgroup}",)

_READ_COSTS = Statement(
    "AskCostExplorer",
    ("ce:GetCostAndUsage", "ce:GetCostAndUsageWithResources", "ce:GetTags"),
    _EVERYTHING,
    "costs, costs of single resources, and tags in use; Cost Explorer knows no narrower resource",
)
_FIND_EXPORT = Statement(
    "FindTheExport",
    ("s3:ListBucket",),
    (_EXPORT,),
    "which periods there are, and the bucket's region",
)
_READ_EXPORT = Statement(
    "ReadTheExport",
    ("s3:GetObject",),
    (f"{_EXPORT}/${{export_prefix}}/*",),
    "manifests and the files that they name",
)
_DECRYPT_EXPORT = Statement(
    "DecryptTheExport",
    ("kms:Decrypt",),
    ("${export_key}",),
    "S3 decrypts for the reader",
    conditions={"StringEquals": {"kms:ViaService": "s3.${region}.amazonaws.com"}},
    called_by="S3",
    only_with="export_key",
)

_READ_SETTINGS = Statement(
    "ReadSettings",
    ("s3:GetObject",),
    (f"{_STORE}/config/*",),
    "apportion.toml, rulebooks, lookups and drivers",
)
_FIND_KEPT = Statement(
    "FindWhatIsKept",
    ("s3:ListBucket",),
    (_STORE,),
    "what there is; without it, S3 does not tell what is not there from what is forbidden",
)
_KEEP_LEDGER = Statement(
    "KeepTheLedger",
    ("s3:GetObject", "s3:PutObject"),
    (f"{_STORE}/ledger/*",),
    "the ledger between two runs; nothing in it is ever deleted",
)
_READ_LEDGER = Statement(
    "ReadTheLedger",
    ("s3:GetObject",),
    (f"{_STORE}/ledger/*",),
    "what was allocated and proved",
)
_WRITE_TABLES = Statement(
    "WriteTables",
    ("s3:GetObject", "s3:PutObject"),
    (f"{_STORE}/lake/*",),
    "the files of the published tables; S3's versions keep what was replaced",
)
_CHANGE_TABLES = Statement(
    "ChangeTables",
    ("glue:CreateTable", "glue:GetTable", "glue:UpdateTable"),
    _TABLES,
    "which metadata is a table's current one, and the views",
)
_ASK_ATHENA = Statement(
    "AskAthena",
    (
        "athena:GetQueryExecution",
        "athena:GetQueryResults",
        "athena:StartQueryExecution",
        "athena:StopQueryExecution",
    ),
    _WORKGROUP,
    "queries, within what the workgroup lets one scan",
)
_ATHENA_GLUE = Statement(
    "AthenaFindsTables",
    ("glue:GetDatabase", "glue:GetTable", "glue:GetTables"),
    _TABLES,
    "Athena looks tables up with the caller's rights",
    called_by="Athena",
)
_ATHENA_DEFAULT = Statement(
    "AthenaNeedsTheDefault",
    ("glue:GetDatabase",),
    (f"{_GLUE}:catalog", f"{_GLUE}:database/default"),
    "Athena looks at the database `default` whatever is asked",
    called_by="Athena",
)
_ATHENA_READS = Statement(
    "AthenaReadsTables",
    ("s3:GetObject",),
    (f"{_STORE}/lake/*",),
    "Athena reads the tables with the caller's rights",
    called_by="Athena",
)
_ATHENA_WRITES = Statement(
    "AthenaWritesResults",
    ("s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"),
    (f"{_STORE}/queries/*",),
    "Athena writes the result, and reads it back, with the caller's rights",
    called_by="Athena",
)
_ATHENA_FINDS = Statement(
    "AthenaFindsTheBucket",
    ("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"),
    (_STORE,),
    "Athena asks where the bucket is",
    called_by="Athena",
)
_DELIVER = Statement(
    "DeliverReports",
    ("s3:GetObject", "s3:PutObject"),
    (f"{_STORE}/reports/*",),
    "reports and the pointer to the latest; reading makes the signed link",
)
_MAIL = Statement(
    "SendMail",
    ("ses:SendEmail",),
    ("arn:${partition}:ses:${region}:${account}:identity/${sender}",),
    "reports to their readers",
    only_with="sender",
)
_TELL = Statement(
    "TellTheTopic",
    ("sns:Publish",),
    ("${topic}",),
    "a plain summary, and findings",
    only_with="topic",
)
_ONCE = Statement(
    "RememberEvents",
    ("dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
    ("arn:${partition}:dynamodb:${region}:${account}:table/${table}",),
    "an event that comes twice is done once",
)
_DECRYPT_STORE = Statement(
    "UseTheKey",
    ("kms:Decrypt", "kms:GenerateDataKey"),
    ("${kms_key}",),
    "S3 encrypts and decrypts with your own key",
    conditions={"StringEquals": {"kms:ViaService": "s3.${region}.amazonaws.com"}},
    called_by="S3",
    only_with="kms_key",
)
_LOG = Statement(
    "WriteLogs",
    ("logs:CreateLogStream", "logs:PutLogEvents"),
    ("arn:${partition}:logs:${region}:${account}:log-group:/aws/lambda/${function}:*",),
    "the function's own log group, which Terraform makes",
    called_by="Lambda",
)
_TRACE = Statement(
    "WriteTraces",
    ("xray:PutTelemetryRecords", "xray:PutTraceSegments"),
    _EVERYTHING,
    "traces; X-Ray knows no narrower resource",
    called_by="Lambda",
)
_FAILED = Statement(
    "KeepFailedEvents",
    ("sqs:SendMessage",),
    ("${queue}",),
    "an event that failed to its end waits in the queue",
    called_by="Lambda",
)
_START_REPORT = Statement(
    "StartTheReport",
    ("lambda:InvokeFunction",),
    ("arn:${partition}:lambda:${region}:${account}:function:${function}",),
    "the report function, when it is due",
    called_by="EventBridge Scheduler",
)
_NOT_STARTED = Statement(
    "KeepWhatCouldNotStart",
    ("sqs:SendMessage",),
    ("${queue}",),
    "a report that could not be started waits in the queue",
    called_by="EventBridge Scheduler",
)
_AS_A_FUNCTION = (_ONCE, _LOG, _TRACE, _FAILED)

DUTIES: Mapping[Role, Duty] = {
    Role.REPORT_READER: Duty("asks Cost Explorer", (_READ_COSTS,)),
    Role.EXPORT_READER: Duty(
        "reads the bills that AWS exports to a bucket",
        (_FIND_EXPORT, _READ_EXPORT, _DECRYPT_EXPORT),
    ),
    Role.INGEST_FUNCTION: Duty(
        "takes an export's month in when its manifest arrives, allocates, proves and publishes it",
        (
            *(_FIND_EXPORT, _READ_EXPORT, _FIND_KEPT, _READ_SETTINGS, _KEEP_LEDGER),
            *(_WRITE_TABLES, _CHANGE_TABLES, _TELL, *_AS_A_FUNCTION),
            *(_DECRYPT_EXPORT, _DECRYPT_STORE),
        ),
    ),
    Role.REPORT_FUNCTION: Duty(
        "delivers the weekly and monthly reports",
        (
            *(_FIND_KEPT, _READ_SETTINGS, _ASK_ATHENA, _ATHENA_GLUE, _ATHENA_DEFAULT),
            *(_ATHENA_READS, _ATHENA_WRITES, _ATHENA_FINDS, _DELIVER, _MAIL, _TELL),
            *(*_AS_A_FUNCTION, _DECRYPT_STORE),
        ),
    ),
    Role.SCHEDULE: Duty("starts the report function", (_START_REPORT, _NOT_STARTED)),
}
