"""The AWS calls of each purpose: names in boto3, and the IAM actions that they need.

Errors name the action from this list. Policies come from `model/iam/roles.py`; a test compares both
with the calls that are made.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Reports from Cost Explorer. None of them writes; `get_cost_and_usage` is boto3's name for it.
COST_REPORTS: Mapping[str, str] = {
    "get_cost_and_usage": "ce:GetCostAndUsage",
    "get_cost_and_usage_with_resources": "ce:GetCostAndUsageWithResources",
    "get_tags": "ce:GetTags",
}

#: The exports that AWS Billing writes. Only `create_export` writes; the second permission that AWS
#: requires for it is in `model/iam/catalog.py`.
DATA_EXPORTS: Mapping[str, str] = {
    "list_exports": "bcm-data-exports:ListExports",
    "get_export": "bcm-data-exports:GetExport",
    "get_table": "bcm-data-exports:GetTable",
    "create_export": "bcm-data-exports:CreateExport",
}

#: Whose credentials they are; everybody may ask.
IDENTITY: Mapping[str, str] = {"get_caller_identity": "sts:GetCallerIdentity"}

#: The accounts of an organisation: `aws accounts sync`. None of them writes.
ORGANIZATION: Mapping[str, str] = {
    "describe_organization": "organizations:DescribeOrganization",
    "list_accounts": "organizations:ListAccounts",
    "list_parents": "organizations:ListParents",
    "describe_organizational_unit": "organizations:DescribeOrganizationalUnit",
    "list_tags_for_resource": "organizations:ListTagsForResource",
}

#: Which tag keys are active in bills: `aws plan`.
LOOK_AT_TAGS: Mapping[str, str] = {
    "list_cost_allocation_tags": "ce:ListCostAllocationTags",
    "list_cost_allocation_tag_backfill_history": "ce:ListCostAllocationTagBackfillHistory",
}
#: What `aws apply` may change beside that, in a role of its own.
CHANGE_TAGS: Mapping[str, str] = {
    "update_cost_allocation_tags_status": "ce:UpdateCostAllocationTagsStatus",
    "start_cost_allocation_tag_backfill": "ce:StartCostAllocationTagBackfill",
}

#: AWS Cost Categories: `aws cost-categories import`.
COST_CATEGORIES: Mapping[str, str] = {
    "list_cost_category_definitions": "ce:ListCostCategoryDefinitions",
    "describe_cost_category_definition": "ce:DescribeCostCategoryDefinition",
}

#: Invoices and credit memos: `invoices sync`.
INVOICES: Mapping[str, str] = {"list_invoice_summaries": "invoicing:ListInvoiceSummaries"}

#: A role that is taken for a plan, whose trust policy lists the callers.
ASSUME: Mapping[str, str] = {"assume_role": "sts:AssumeRole"}

#: Bills in a bucket. `head_bucket` returns its region; nothing is written.
BILLS_IN_S3: Mapping[str, str] = {
    "head_bucket": "s3:ListBucket",
    "list_objects_v2": "s3:ListBucket",
    "head_object": "s3:GetObject",
    "get_object": "s3:GetObject",
}

#: Tables for others: `publish`. Glue has the location of a table's current metadata.
PUBLISH: Mapping[str, str] = {
    "get_database": "glue:GetDatabase",
    "create_database": "glue:CreateDatabase",
    "get_table": "glue:GetTable",
    "create_table": "glue:CreateTable",
    "update_table": "glue:UpdateTable",
}

#: Objects that are read, and written whole; only `ledger expire` removes some. An object that is
#: missing looks like an object that may not be read, unless the caller may list the bucket.
OBJECTS: Mapping[str, str] = {
    "get_object": "s3:GetObject",
    "put_object": "s3:PutObject",
    "list_objects_v2": "s3:ListBucket",
    "delete_objects": "s3:DeleteObject",
}

#: SQL that Athena runs. It reads the tables and writes the result with the caller's own rights:
#: QUERY_BESIDE is what Athena calls for the caller.
QUERY: Mapping[str, str] = {
    "start_query_execution": "athena:StartQueryExecution",
    "get_query_execution": "athena:GetQueryExecution",
    "get_query_results": "athena:GetQueryResults",
    "stop_query_execution": "athena:StopQueryExecution",
}
QUERY_BESIDE = (
    *("athena:GetWorkGroup", "glue:GetDatabase", "glue:GetTable", "glue:GetTables"),
    *("s3:GetBucketLocation", "s3:GetObject", "s3:ListBucket", "s3:PutObject"),
)

#: Reports that are sent.
MAIL: Mapping[str, str] = {"send_email": "ses:SendEmail"}
NOTIFY: Mapping[str, str] = {"publish": "sns:Publish"}

#: What keeps a function from doing the same event's work twice (aws-lambda-powertools).
ONCE: Mapping[str, str] = {
    "delete_item": "dynamodb:DeleteItem",
    "put_item": "dynamodb:PutItem",
    "update_item": "dynamodb:UpdateItem",
}

#: Tags as they are on resources: `tags scan`, `tags fix plan`, the function that validates. Nothing
#: writes. Resource Explorer needs the right to search for its list.
SEE_RESOURCES: Mapping[str, str] = {"get_resources": "tag:GetResources"}
EXPLORE: Mapping[str, str] = {"list_resources": "resource-explorer-2:Search"}
#: What `tags fix apply` and `undo` may change, in a role of its own. Each service needs its own
#: right to tag beside these: `model/iam/catalog.py` has them.
FIX_TAGS: Mapping[str, str] = {
    "tag_resources": "tag:TagResources",
    "untag_resources": "tag:UntagResources",
}

#: What keeps the validation function from judging one event twice, and its policy.
REMEMBER: Mapping[str, str] = {
    "get_item": "dynamodb:GetItem",
    "put_item": "dynamodb:PutItem",
    "update_item": "dynamodb:UpdateItem",
    "delete_item": "dynamodb:DeleteItem",
}
