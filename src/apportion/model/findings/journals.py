"""Findings about the chart map, templates and journals for the finance system (J)."""

from __future__ import annotations

from .finding import Code, Severity


def _error(number: str, title: str, meaning: str) -> Code:
    return Code(number, Severity.ERROR, title, meaning)


# The chart map.
NO_CHART_MAP = _error(
    "J001",
    "No chart map",
    "The file in `chart` of apportion.toml does not exist. docs/how-to/journals.md shows one.",
)
UNKNOWN_COMPANY = _error(
    "J002",
    "Unknown company",
    "Owners, payers, account rules and intercompany accounts name companies of `companies`.",
)
MAPPED_TWICE = _error(
    "J003",
    "Owner is mapped twice on one day",
    "The cost of an owner is posted to one company and cost center. Give the lines `valid_from` "
    "and `valid_to` that do not overlap.",
)
WRONG_DAY = _error(
    "J004",
    "Invalid date",
    "Days are written 2026-09-30; a month like 2026-09 means its first or last day. `valid_from` "
    "is not after `valid_to`.",
)
NO_CLEARING = _error(
    "J005",
    "Company that pays an invoice has no clearing account",
    "A journal credits the account to which the provider's invoice was posted.",
)
UNREACHABLE_ACCOUNT = _error(
    "J006",
    "Account rule is never used",
    "The first rule that matches is used. A rule without service categories matches all of them.",
)

# What an allocation needs of it. Each has the money that could not be posted.
UNMAPPED_OWNER = _error(
    "J010",
    "Owner without a mapping",
    "The chart map has no line of this owner that is valid on the posting date.",
)
UNMAPPED_PAYER = _error(
    "J011",
    "Billing account without a company",
    "`payers` names the company that pays the invoices of each billing account.",
)
NO_ACCOUNT = _error(
    "J012",
    "Service category without an account",
    "No rule of `accounts` matches. A last rule without service categories matches all others.",
)
NO_TAX_ACCOUNT = _error(
    "J013",
    "Company without a tax account",
    "Tax has its own journal lines, on the account `tax` of the owner's company.",
)
NO_INTERCOMPANY = _error(
    "J014",
    "Two companies without intercompany accounts",
    "The company that pays the invoice needs a receivable from the owner's company, and that a "
    "payable to the first.",
)
ACCOUNT_CLOSED = _error(
    "J015",
    "Account is closed for posting",
    "The posting date is not before the first day on which the account is closed.",
)
UNKNOWN_CURRENCY = _error(
    "J016",
    "Currency is not an ISO 4217 code",
    "Without the currency, the minor unit of the amounts is unknown.",
)
OWNER_NOT_IN_BILL = Code(
    "J017",
    Severity.NOTICE,
    "Mapped owner has no cost in the month",
    "No cost was allocated to this owner. That is correct for a new or inactive owner, and wrong "
    "if the name is misspelled.",
)
SENT_BEFORE = Code(
    "J019",
    Severity.WARNING,
    "Journals were sent before",
    "Allocation, chart map and template are those of the batch that was marked as sent, so the "
    "file is the same. The finance system must not import it a second time.",
)
NOTHING_TO_POST = Code(
    "J018",
    Severity.NOTICE,
    "Nothing to post",
    "All amounts are zero in the minor unit, or nothing changed since the last journal was sent. "
    "No file is written.",
)

# Templates.
UNKNOWN_FIELD = _error(
    "J020",
    "Unknown field in a template",
    "`value` has fields in braces, such as {account} and {debit}.",
)
NO_AMOUNT = _error(
    "J021",
    "Template does not write the amount",
    "A template needs {debit} and {credit}, or {amount}, or {absolute} and {side}.",
)
COLUMN_TWICE = _error("J022", "Column appears twice", "Importers find columns by their names.")
BAD_PATTERN = _error(
    "J023",
    "Invalid pattern",
    "`pattern` is a regular expression for the whole cell.",
)

# Limits of the finance system; checked before anything is written.
TOO_LONG = _error(
    "J030",
    "Text is too long for the finance system",
    "`max_length` of the column counts characters.",
)
REQUIRED_EMPTY = _error(
    "J031", "Required column is empty", "The finance system does not import a line without it."
)
WRONG_CELL = _error(
    "J032",
    "Value does not have the form that the finance system accepts",
    "`pattern` of the column is a regular expression for the whole cell.",
)
TOO_MANY_DIGITS = _error(
    "J033",
    "Amount has too many digits for the finance system",
    "`limits` of the template names the most digits before and after the decimal point.",
)
LINE_COUNT = _error(
    "J034",
    "Journal has too few or too many lines",
    "`limits` of the template names the fewest and the most lines of a journal.",
)
ONE_JOURNAL = _error(
    "J035",
    "File would hold several journals",
    "The finance system imports one company and currency per file. Use `--company` and "
    "`--currency`.",
)
NOT_ENCODABLE = _error(
    "J036",
    "Text cannot be written in the encoding",
    "The encoding of the template lacks a character.",
)

# Reading back.
NOT_POSTED = _error(
    "J040",
    "General ledger differs from the journals that were sent",
    "The amount on this account and cost center is not the sum of the journals marked as sent.",
)
UNREADABLE_LINE = _error(
    "J041",
    "Line of the general ledger cannot be read",
    "A line has an account and an amount, or a debit and a credit, as decimal numbers.",
)

ALL = (
    NO_CHART_MAP,
    UNKNOWN_COMPANY,
    MAPPED_TWICE,
    WRONG_DAY,
    NO_CLEARING,
    UNREACHABLE_ACCOUNT,
    UNMAPPED_OWNER,
    UNMAPPED_PAYER,
    NO_ACCOUNT,
    NO_TAX_ACCOUNT,
    NO_INTERCOMPANY,
    ACCOUNT_CLOSED,
    UNKNOWN_CURRENCY,
    OWNER_NOT_IN_BILL,
    SENT_BEFORE,
    NOTHING_TO_POST,
    UNKNOWN_FIELD,
    NO_AMOUNT,
    COLUMN_TWICE,
    BAD_PATTERN,
    TOO_LONG,
    REQUIRED_EMPTY,
    WRONG_CELL,
    TOO_MANY_DIGITS,
    LINE_COUNT,
    ONE_JOURNAL,
    NOT_ENCODABLE,
    NOT_POSTED,
    UNREADABLE_LINE,
)
