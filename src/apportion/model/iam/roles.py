"""What each role may do in AWS: the one list that every policy is made of.

`apportion aws policy`, the documents and the Terraform modules take their policies from here. A
test records every call that the code makes and fails where a role has an action that is not called
or lacks one that is; another looks every action up in AWS's own list.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from .catalog import (
    ACTIVATE_TAGS,
    ASK_ATHENA,
    ATHENA_DEFAULT,
    ATHENA_FINDS,
    ATHENA_GLUE,
    ATHENA_READS,
    ATHENA_WRITES,
    CHANGE_TABLES,
    CREATE_DATABASE,
    CREATE_EXPORT,
    DECRYPT_EXPORT,
    DECRYPT_STORE,
    DELIVER,
    EXPLORE,
    FAILED,
    FIND_DATABASE,
    FIND_EXPORT,
    FIND_KEPT,
    FIX_IN_SERVICES,
    FIX_TAGS,
    JUDGE_ONCE,
    KEEP_LEDGER,
    LIST_CATEGORIES,
    LOG,
    MAIL,
    MISS_KEPT,
    NOT_STARTED,
    NOTIFY,
    NOTIFY_CHAT,
    ONCE,
    READ_ACCOUNTS,
    READ_CATEGORIES,
    READ_COSTS,
    READ_EXPORT,
    READ_INVOICES,
    READ_SETTINGS,
    READ_UNITS,
    SEE_EXPORTS,
    SEE_RESOURCES,
    SEE_TAGS,
    SET_IN_SERVICES,
    SET_TAGS,
    START_REPORT,
    TAKE_EVENTS,
    TRACE,
    WRITE_TABLES,
)
from .network_statements import ATTACH, SEE_VPC
from .retention_statements import EXPIRE_LEDGER, FIND_REPORTS, READ_REPORTS
from .statement import Duty


class Role(StrEnum):
    """The roles. Each has one task."""

    REPORT_READER = "report-reader"
    EXPORT_READER = "export-reader"
    EXPORT_CREATOR = "export-creator"
    ACCOUNT_SYNC = "account-sync"
    INVOICE_READER = "invoice-reader"
    CATEGORY_READER = "category-reader"
    TAG_PLANNER = "tag-planner"
    TAG_ACTIVATOR = "tag-activator"
    LEDGER_KEEPER = "ledger-keeper"
    LEDGER_EXPIRER = "ledger-expirer"
    PUBLISHER = "publisher"
    QUERIER = "querier"
    REPORTER = "reporter"
    INGEST_FUNCTION = "ingest-function"
    INGEST_TASK = "ingest-task"
    REPORT_FUNCTION = "report-function"
    SCHEDULE = "schedule"
    TAG_SCANNER = "tag-scanner"
    TAG_FIXER = "tag-fixer"
    TAG_FUNCTION = "tag-function"


_AS_A_FUNCTION = (LOG, FAILED, TRACE, ATTACH, SEE_VPC)
_THROUGH_ATHENA = (
    *(ASK_ATHENA, ATHENA_GLUE, ATHENA_DEFAULT, ATHENA_READS, ATHENA_WRITES, ATHENA_FINDS),
)

DUTIES: Mapping[Role, Duty] = {
    Role.REPORT_READER: Duty("queries Cost Explorer", (READ_COSTS,)),
    Role.EXPORT_READER: Duty(
        "reads the bills that AWS exports to a bucket",
        (FIND_EXPORT, READ_EXPORT, DECRYPT_EXPORT),
    ),
    Role.EXPORT_CREATOR: Duty(
        "creates an export of the bill to a bucket",
        (*SEE_EXPORTS, *CREATE_EXPORT, FIND_EXPORT),
        approved_by_a_person=True,
    ),
    Role.ACCOUNT_SYNC: Duty(
        "reads accounts, organisational units and tags",
        (READ_ACCOUNTS, READ_UNITS),
    ),
    Role.INVOICE_READER: Duty("reads invoices and credit memos", (READ_INVOICES,)),
    Role.CATEGORY_READER: Duty(
        "reads AWS Cost Categories for import",
        (LIST_CATEGORIES, READ_CATEGORIES),
    ),
    Role.TAG_PLANNER: Duty("plans which tag keys the bill needs", (SEE_TAGS,)),
    Role.TAG_ACTIVATOR: Duty(
        "activates the tag keys of an approved plan",
        (SEE_TAGS, ACTIVATE_TAGS),
        approved_by_a_person=True,
    ),
    Role.LEDGER_KEEPER: Duty(
        "reads and writes a ledger in S3", (FIND_KEPT, KEEP_LEDGER, DECRYPT_STORE)
    ),
    Role.LEDGER_EXPIRER: Duty(
        "deletes superseded data of a ledger in S3",
        (FIND_REPORTS, READ_REPORTS, KEEP_LEDGER, EXPIRE_LEDGER, DECRYPT_STORE),
    ),
    Role.PUBLISHER: Duty(
        "publishes proved months as tables",
        (MISS_KEPT, WRITE_TABLES, CREATE_DATABASE, CHANGE_TABLES, DECRYPT_STORE),
    ),
    Role.QUERIER: Duty("queries published tables in Athena", (*_THROUGH_ATHENA, DECRYPT_STORE)),
    Role.REPORTER: Duty(
        "delivers reports from a ledger", (MISS_KEPT, DELIVER, MAIL, NOTIFY, DECRYPT_STORE)
    ),
    Role.INGEST_FUNCTION: Duty(
        "ingests bills when they arrive, allocates and publishes",
        (
            *(FIND_EXPORT, READ_EXPORT, FIND_KEPT, READ_SETTINGS, KEEP_LEDGER),
            *(WRITE_TABLES, FIND_DATABASE, CHANGE_TABLES, ONCE, *_AS_A_FUNCTION),
            *(DECRYPT_EXPORT, DECRYPT_STORE),
        ),
    ),
    Role.INGEST_TASK: Duty(
        "ingests bills on a schedule in Fargate, allocates and publishes",
        (
            *(FIND_EXPORT, READ_EXPORT, FIND_KEPT, READ_SETTINGS, KEEP_LEDGER),
            *(WRITE_TABLES, FIND_DATABASE, CHANGE_TABLES, DECRYPT_EXPORT, DECRYPT_STORE),
        ),
    ),
    Role.REPORT_FUNCTION: Duty(
        "delivers the weekly and monthly reports",
        (
            *(MISS_KEPT, *_THROUGH_ATHENA, DELIVER, MAIL, NOTIFY),
            *(*_AS_A_FUNCTION, DECRYPT_STORE),
        ),
    ),
    Role.SCHEDULE: Duty("starts the report function", (START_REPORT, NOT_STARTED)),
    Role.TAG_SCANNER: Duty(
        "reads the current tags of resources in each account", (SEE_RESOURCES, EXPLORE)
    ),
    Role.TAG_FIXER: Duty(
        "changes tags by an approved plan, in each account",
        (SEE_RESOURCES, FIX_TAGS, FIX_IN_SERVICES),
        approved_by_a_person=True,
    ),
    Role.TAG_FUNCTION: Duty(
        "validates the tags of created resources",
        (
            *(SEE_RESOURCES, JUDGE_ONCE, NOTIFY, NOTIFY_CHAT, SET_TAGS, SET_IN_SERVICES),
            *(TAKE_EVENTS, LOG, ATTACH, SEE_VPC),
        ),
    ),
}
