"""The statements that policies are made of, each with its reason.

Resources hold names such as `${bucket}` (`model/iam/statement.py`), filled in where a policy
is made. Below `${bucket}` everything lies as the Terraform modules lay it out: config, ledger,
lake, reports, queries.
"""

from __future__ import annotations

from dataclasses import replace

from .statement import Statement

#: Actions of Cost Explorer, Organizations and the like know no narrower resource.
_EVERYTHING = ("*",)
_EXPORT = "arn:${partition}:s3:::${export_bucket}"
_STORE = "arn:${partition}:s3:::${bucket}"
_GLUE = "arn:${partition}:glue:${region}:${account}"
_DATABASE = (f"{_GLUE}:catalog", f"{_GLUE}:database/${{database}}")
_TABLES = (*_DATABASE, f"{_GLUE}:table/${{database}}/*")
_WORKGROUP = ("arn:${partition}:athena:${region}:${account}:workgroup/${workgroup}",)

_EXPORT_TABLES = "arn:${partition}:bcm-data-exports:us-east-1:${account}:table/*"

READ_COSTS = Statement(
    "AskCostExplorer",
    ("ce:GetCostAndUsage", "ce:GetCostAndUsageWithResources", "ce:GetTags"),
    _EVERYTHING,
    "costs, costs of resources, and tags in use; Cost Explorer has no narrower resource",
)
FIND_EXPORT = Statement(
    "FindTheExport",
    ("s3:ListBucket",),
    (_EXPORT,),
    "existing periods, and the region of the bucket",
)
READ_EXPORT = Statement(
    "ReadTheExport",
    ("s3:GetObject",),
    (f"{_EXPORT}/${{export_prefix}}/*",),
    "manifests and their files",
)
DECRYPT_EXPORT = Statement(
    "DecryptTheExport",
    ("kms:Decrypt",),
    ("${export_key}",),
    "S3 decrypts for the reader",
    conditions={"StringEquals": {"kms:ViaService": "s3.${region}.amazonaws.com"}},
    called_by="S3",
    only_with="export_key",
)

SEE_EXPORTS = (
    Statement(
        "ListExports",
        ("bcm-data-exports:ListExports",),
        _EVERYTHING,
        "list of exports; there is no narrower resource",
    ),
    Statement(
        "SeeExports",
        ("bcm-data-exports:GetExport",),
        ("arn:${partition}:bcm-data-exports:us-east-1:${account}:export/*",),
        "their content, location and status",
    ),
    Statement(
        "SeeColumns",
        ("bcm-data-exports:GetTable",),
        (_EXPORT_TABLES,),
        "available columns, which an export must list",
    ),
)
CREATE_EXPORT = (
    Statement(
        "CreateTheExport",
        ("bcm-data-exports:CreateExport",),
        (
            "arn:${partition}:bcm-data-exports:us-east-1:${account}:export/*",
            _EXPORT_TABLES,
            "arn:${partition}:billing::${account}:billingview/primary",
        ),
        "the one call of `aws exports apply`",
    ),
    Statement(
        "CreateTheReport",
        ("cur:PutReportDefinition",),
        ("arn:${partition}:cur:us-east-1:${account}:definition/*",),
        "AWS also requires this to create an export",
    ),
)
READ_ACCOUNTS = Statement(
    "ReadAccounts",
    (
        "organizations:DescribeOrganization",
        "organizations:ListAccounts",
    ),
    _EVERYTHING,
    "list of accounts; there is no narrower resource",
)
READ_UNITS = Statement(
    "ReadUnitsAndTags",
    (
        "organizations:DescribeOrganizationalUnit",
        "organizations:ListParents",
        "organizations:ListTagsForResource",
    ),
    (
        "arn:${partition}:organizations::${account}:account/o-*/*",
        "arn:${partition}:organizations::${account}:ou/o-*/ou-*",
    ),
    "organisational units and tags of accounts",
)
READ_INVOICES = Statement(
    "ReadInvoices",
    ("invoicing:ListInvoiceSummaries",),
    _EVERYTHING,
    "invoices and credit memos without their lines; there is no narrower resource",
)
LIST_CATEGORIES = Statement(
    "ListCostCategories",
    ("ce:ListCostCategoryDefinitions",),
    _EVERYTHING,
    "list of cost categories; there is no narrower resource",
)
READ_CATEGORIES = Statement(
    "ReadCostCategories",
    ("ce:DescribeCostCategoryDefinition",),
    ("arn:${partition}:ce::${account}:costcategory/*",),
    "their rules, defaults and split charges",
)
SEE_TAGS = Statement(
    "SeeCostAllocationTags",
    ("ce:ListCostAllocationTagBackfillHistory", "ce:ListCostAllocationTags"),
    _EVERYTHING,
    "tag keys that are active in bills; there is no narrower resource",
)
ACTIVATE_TAGS = Statement(
    "ActivateCostAllocationTags",
    ("ce:StartCostAllocationTagBackfill", "ce:UpdateCostAllocationTagsStatus"),
    _EVERYTHING,
    "calls of an approved plan; there is no narrower resource",
)
READ_SETTINGS = Statement(
    "ReadSettings",
    ("s3:GetObject",),
    (f"{_STORE}/config/*",),
    "apportion.toml, rulebooks, lookups and drivers",
)
FIND_KEPT = Statement(
    "FindWhatIsKept",
    ("s3:ListBucket",),
    (_STORE,),
    "files beside apportion.toml, and existing and missing files of a ledger",
)
MISS_KEPT = Statement(
    "SeeWhatIsNotThere",
    ("s3:ListBucket",),
    (_STORE,),
    "S3 reports a missing object only with this permission, otherwise 'denied'",
    called_by="S3",
)
KEEP_LEDGER = Statement(
    "KeepTheLedger",
    ("s3:GetObject", "s3:PutObject"),
    (f"{_STORE}/ledger/*",),
    "files of the ledger",
)
WRITE_TABLES = Statement(
    "WriteTables",
    ("s3:GetObject", "s3:PutObject"),
    (f"{_STORE}/lake/*",),
    "files of the published tables; S3 versions keep replaced files",
)
CHANGE_TABLES = Statement(
    "ChangeTables",
    ("glue:CreateTable", "glue:GetTable", "glue:UpdateTable"),
    _TABLES,
    "current metadata of the tables, and the views",
)
CREATE_DATABASE = Statement(
    "CreateTheDatabase",
    ("glue:CreateDatabase", "glue:GetDatabase"),
    _DATABASE,
    "the database, if it does not exist",
)
FIND_DATABASE = Statement(
    "FindTheDatabase",
    ("glue:GetDatabase",),
    _DATABASE,
    "whether the database exists, which Terraform creates",
)
ASK_ATHENA = Statement(
    "AskAthena",
    (
        "athena:GetQueryExecution",
        "athena:GetQueryResults",
        "athena:StartQueryExecution",
        "athena:StopQueryExecution",
    ),
    _WORKGROUP,
    "queries, within the scan limit of the workgroup",
)
ATHENA_GLUE = Statement(
    "AthenaFindsTables",
    ("glue:GetDatabase", "glue:GetTable", "glue:GetTables"),
    _TABLES,
    "Athena looks tables up with the caller's rights",
    called_by="Athena",
)
ATHENA_DEFAULT = Statement(
    "AthenaNeedsTheDefault",
    ("glue:GetDatabase",),
    (f"{_GLUE}:catalog", f"{_GLUE}:database/default"),
    "Athena reads the database `default` in every query",
    called_by="Athena",
)
ATHENA_READS = Statement(
    "AthenaReadsTables",
    ("s3:GetObject",),
    (f"{_STORE}/lake/*",),
    "Athena reads the tables with the caller's rights",
    called_by="Athena",
)
ATHENA_WRITES = Statement(
    "AthenaWritesResults",
    ("s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"),
    (f"{_STORE}/queries/*",),
    "Athena writes and reads the result with the caller's rights",
    called_by="Athena",
)
ATHENA_FINDS = Statement(
    "AthenaFindsTheBucket",
    ("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"),
    (_STORE,),
    "Athena reads the region of the bucket",
    called_by="Athena",
)
DELIVER = Statement(
    "DeliverReports",
    ("s3:GetObject", "s3:PutObject"),
    (f"{_STORE}/reports/*",),
    "reports and the pointer to the latest one; presigned links need read access",
)
MAIL = Statement(
    "SendMail",
    ("ses:SendEmail",),
    ("arn:${partition}:ses:${region}:${account}:identity/${sender}",),
    "reports by e-mail",
    only_with="sender",
)
NOTIFY = Statement(
    "TellTheTopic",
    ("sns:Publish",),
    ("${topic}",),
    "summaries and findings",
    only_with="topic",
)
ONCE = Statement(
    "RememberEvents",
    ("dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
    ("arn:${partition}:dynamodb:${region}:${account}:table/${table}",),
    "each event is processed once",
)
DECRYPT_STORE = Statement(
    "UseTheKey",
    ("kms:Decrypt", "kms:GenerateDataKey"),
    ("${kms_key}",),
    "S3 encrypts and decrypts with your own key",
    conditions={"StringEquals": {"kms:ViaService": "s3.${region}.amazonaws.com"}},
    called_by="S3",
    only_with="kms_key",
)
LOG = Statement(
    "WriteLogs",
    ("logs:CreateLogStream", "logs:PutLogEvents"),
    ("arn:${partition}:logs:${region}:${account}:log-group:/aws/lambda/${function}:*",),
    "the function's log group, which Terraform creates",
    called_by="Lambda",
)
TRACE = Statement(
    "WriteTraces",
    ("xray:PutTelemetryRecords", "xray:PutTraceSegments"),
    _EVERYTHING,
    "traces; X-Ray has no narrower resource",
    called_by="Lambda",
    only_with="tracing",
)
FAILED = Statement(
    "KeepFailedEvents",
    ("sqs:SendMessage",),
    ("${queue}",),
    "events that failed after all retries",
    called_by="Lambda",
)
START_REPORT = Statement(
    "StartTheReport",
    ("lambda:InvokeFunction",),
    ("arn:${partition}:lambda:${region}:${account}:function:${function}",),
    "the report function, on schedule",
    called_by="EventBridge Scheduler",
)
NOT_STARTED = Statement(
    "KeepWhatCouldNotStart",
    ("sqs:SendMessage",),
    ("${queue}",),
    "reports that could not be started",
    called_by="EventBridge Scheduler",
)
#: The tagging API writes with the caller's rights in each service. Others than these can be added.
_TAGGED = {
    "arn:${partition}:dynamodb:*:${account}:table/*": (
        *("dynamodb:TagResource", "dynamodb:UntagResource"),
    ),
    "arn:${partition}:ec2:*:${account}:*/*": ("ec2:CreateTags", "ec2:DeleteTags"),
    "arn:${partition}:ecs:*:${account}:*": ("ecs:TagResource", "ecs:UntagResource"),
    "arn:${partition}:eks:*:${account}:*": ("eks:TagResource", "eks:UntagResource"),
    "arn:${partition}:elasticache:*:${account}:*": (
        *("elasticache:AddTagsToResource", "elasticache:RemoveTagsFromResource"),
    ),
    "arn:${partition}:elasticfilesystem:*:${account}:*": (
        *("elasticfilesystem:TagResource", "elasticfilesystem:UntagResource"),
    ),
    "arn:${partition}:elasticloadbalancing:*:${account}:*": (
        *("elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"),
    ),
    "arn:${partition}:es:*:${account}:domain/*": ("es:AddTags", "es:RemoveTags"),
    "arn:${partition}:kinesis:*:${account}:stream/*": (
        *("kinesis:AddTagsToStream", "kinesis:RemoveTagsFromStream"),
    ),
    "arn:${partition}:lambda:*:${account}:function:*": (
        *("lambda:TagResource", "lambda:UntagResource"),
    ),
    "arn:${partition}:logs:*:${account}:log-group:*": ("logs:TagResource", "logs:UntagResource"),
    "arn:${partition}:rds:*:${account}:*": (
        *("rds:AddTagsToResource", "rds:RemoveTagsFromResource"),
    ),
    "arn:${partition}:redshift:*:${account}:*": ("redshift:CreateTags", "redshift:DeleteTags"),
    "arn:${partition}:s3:::*": ("s3:GetBucketTagging", "s3:PutBucketTagging"),
    "arn:${partition}:sagemaker:*:${account}:*": ("sagemaker:AddTags", "sagemaker:DeleteTags"),
    "arn:${partition}:sns:*:${account}:*": ("sns:TagResource", "sns:UntagResource"),
    "arn:${partition}:sqs:*:${account}:*": ("sqs:TagQueue", "sqs:UntagQueue"),
}
SEE_RESOURCES = Statement(
    "SeeTagsOfResources",
    ("tag:GetResources",),
    _EVERYTHING,
    "current tags of resources; the tagging API has no narrower resource",
)
EXPLORE = Statement(
    "ListWhatNeverHadATag",
    ("resource-explorer-2:Search",),
    ("${explorer_view}",),
    "resources in the view of Resource Explorer",
    only_with="explorer_view",
)
FIX_TAGS = Statement(
    "ChangeTags",
    ("tag:TagResources", "tag:UntagResources"),
    _EVERYTHING,
    "changes of an approved plan; the tagging API has no narrower resource",
)
FIX_IN_SERVICES = Statement(
    "ChangeTagsInServices",
    tuple(action for actions in _TAGGED.values() for action in actions),
    tuple(_TAGGED),
    "each service needs its own tagging permission; remove services that must not be changed",
    conditions={"StringEquals": {"aws:ResourceAccount": "${account}"}},
    called_by="the tagging API",
)
SET_TAGS = replace(
    FIX_TAGS,
    why="tags that can be derived, and the quarantine tag",
    only_with="tagging",
)
SET_IN_SERVICES = replace(FIX_IN_SERVICES, only_with="tagging")
JUDGE_ONCE = Statement(
    "RememberEvents",
    ("dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
    ("arn:${partition}:dynamodb:${region}:${account}:table/${table}",),
    "the tag policy, and processed events",
)
NOTIFY_CHAT = Statement(
    "TellTheChatTopic",
    ("sns:Publish",),
    ("${chat_topic}",),
    "messages for chat",
    only_with="chat_topic",
)
TAKE_EVENTS = Statement(
    "TakeEventsFromTheQueue",
    ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"),
    ("${events_queue}",),
    "events of CloudTrail wait in the queue for the function",
    called_by="Lambda",
)
