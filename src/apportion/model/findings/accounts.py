"""What can be wrong with accounts and their files, and with plans for cost allocation tags."""

from __future__ import annotations

from .finding import Code, Severity

NO_ACCOUNTS = Code(
    "A001",
    Severity.ERROR,
    "No accounts",
    "An organisation without accounts would close every account that is known. There is none such; "
    "the file or the answer is not what it should be.",
)
WRONG_ACCOUNTS_FILE = Code(
    "A002",
    Severity.ERROR,
    "A file of accounts that cannot be read",
    "CSV needs a column `account` (or `SubAccountId`, `Id`) and one or more of `name`, `unit`, "
    "`state` and `tag:KEY`; JSON a list of accounts, or what `aws organizations list-accounts` "
    "prints.",
)
ACCOUNT_TWICE = Code(
    "A003",
    Severity.ERROR,
    "An account twice on one day",
    "Two lines say something else about an account on the same day.",
)
SHORT_ACCOUNT = Code(
    "A004",
    Severity.WARNING,
    "An account id that lost its zeros",
    "AWS account ids have twelve digits. A spreadsheet drops zeros in front; the charges of the "
    "account would not be found.",
)
KEY_UNKNOWN = Code(
    "A010",
    Severity.WARNING,
    "A tag key that AWS does not know yet",
    "A key appears among the cost allocation tags up to a day after the first resource or account "
    "carried it, and can be activated only then.",
)
BACKFILL_WAITS = Code(
    "A011",
    Severity.WARNING,
    "The backfill has to wait",
    "AWS takes one backfill a day, and none while one runs. Plan it again later.",
)
BACKFILL_ALL = Code(
    "A012",
    Severity.NOTICE,
    "A backfill applies to all keys",
    "It writes the present state of every key into the past, not only of those just activated: "
    "what has been deactivated disappears from the past months too.",
)
NEAR_QUOTA = Code(
    "A013",
    Severity.WARNING,
    "More active keys than AWS allows",
    "A payer may have 500 active cost allocation tags, unless AWS raised that.",
)
NOT_ACTIVATED = Code(
    "A014",
    Severity.ERROR,
    "A key that AWS did not activate",
    "AWS answers such a request as a success, and lists in it what it refused. The others are "
    "activated.",
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
