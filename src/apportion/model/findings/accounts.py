"""Findings about accounts files and plans for cost allocation tags (A)."""

from __future__ import annotations

from .finding import Code, Severity

NO_ACCOUNTS = Code(
    "A001",
    Severity.ERROR,
    "No accounts",
    "The file or the answer from AWS lists no account. An empty list would close every known "
    "account, so it is not used.",
)
WRONG_ACCOUNTS_FILE = Code(
    "A002",
    Severity.ERROR,
    "Accounts file cannot be read",
    "A CSV file needs a column `account` (or `SubAccountId`, `Id`) and one or more of `name`, "
    "`unit`, `state` and `tag:KEY`. A JSON file is a list of accounts, or the output of `aws "
    "organizations list-accounts`.",
)
ACCOUNT_TWICE = Code(
    "A003",
    Severity.ERROR,
    "Account listed twice for one day",
    "Two lines give different facts about one account on the same day.",
)
SHORT_ACCOUNT = Code(
    "A004",
    Severity.WARNING,
    "Account id lost its leading zeros",
    "AWS account ids have twelve digits. Spreadsheets remove leading zeros, and the shorter id "
    "does not match the account's charges.",
)
KEY_UNKNOWN = Code(
    "A010",
    Severity.WARNING,
    "Tag key not yet known to AWS",
    "AWS lists a key among the cost allocation tags up to 24 hours after the first resource or "
    "account has it. Only then can the key be activated.",
)
BACKFILL_WAITS = Code(
    "A011",
    Severity.WARNING,
    "Backfill must wait",
    "AWS accepts one backfill in 24 hours, and none while another runs. Plan it again later.",
)
BACKFILL_ALL = Code(
    "A012",
    Severity.NOTICE,
    "Backfill applies to all keys",
    "A backfill applies the current status of every key to past months. Keys that are inactive "
    "now disappear from past months too.",
)
NEAR_QUOTA = Code(
    "A013",
    Severity.WARNING,
    "More active keys than AWS allows",
    "A payer account can have 500 active cost allocation tag keys, unless AWS raised the quota.",
)
NOT_ACTIVATED = Code(
    "A014",
    Severity.ERROR,
    "AWS did not activate a key",
    "AWS accepts the request and lists the keys it rejected in its answer. All other keys are "
    "active.",
)
ALL = (
    NO_ACCOUNTS,
    WRONG_ACCOUNTS_FILE,
    ACCOUNT_TWICE,
    SHORT_ACCOUNT,
    KEY_UNKNOWN,
    BACKFILL_WAITS,
    BACKFILL_ALL,
    NEAR_QUOTA,
    NOT_ACTIVATED,
)
