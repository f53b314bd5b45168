"""Findings about the files of a bill (B0)."""

from __future__ import annotations

from .finding import Code, Severity

_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTICE

NOTHING_FOUND = Code(
    "B001",
    _E,
    "No billing files",
    "A given path does not exist, or a folder has no file that can be a bill.",
)
LEFT_OUT = Code(
    "B002",
    _N,
    "Files not read",
    "These files hold no charges, or only an older manifest names them.",
)
UNREADABLE_LIST = Code(
    "B003",
    _E,
    "Manifest or checksum list cannot be read",
    "The file that lists the bill's data files, or their SHA-256, is damaged.",
)
MISSING_FILE = Code(
    "B004",
    _E,
    "File of the bill is missing",
    "A manifest or a checksum list names a file that does not exist. The delivery is incomplete.",
)
TWO_MANIFESTS = Code(
    "B005",
    _E,
    "Two deliveries of the same month",
    "Two manifests of one report and billing period name different files. If both were read, "
    "every charge would count twice.",
)
WRONG_CHECKSUM = Code(
    "B006",
    _E,
    "Checksum does not match",
    "The file's SHA-256 differs from the SHA-256 delivered with it.",
)
SAME_FILE_TWICE = Code(
    "B007",
    _E,
    "Same file twice",
    "Two files of the delivery have the same bytes. If both were read, every charge would count "
    "twice.",
)
DAMAGED = Code(
    "B008",
    _E,
    "File is damaged",
    "The file fails its own checks: CRC-32 and length (gzip, zip), or structure, counts and "
    "checksums (Parquet). Many engines read such files without an error and return wrong "
    "numbers.",
)
UNPACKS_TOO_LARGE = Code(
    "B009",
    _E,
    "Archive unpacks to too much data",
    "The zip holds more data than a bill plausibly has. Unpacking it could fill the disk.",
)
NOTHING_TO_CHECK_BY = Code(
    "B010",
    _N,
    "No checksums",
    "The files have no checksums, so damage cannot be detected. A manifest with SHA-256, gzip, "
    "or Parquet with page checksums closes this gap.",
)
NOT_TEXT = Code(
    "B011",
    _E,
    "CSV file is not text",
    "A CSV bill is UTF-8 text without NUL characters.",
)
WRONG_WIDTH = Code(
    "B012",
    _E,
    "CSV record has too many or too few fields",
    "Every record needs as many fields as the header. Otherwise values move to other columns.",
)
UNKNOWN_FORMAT = Code(
    "B013",
    _E,
    "Unknown billing format",
    "The columns are not those of FOCUS, CUR 2.0 or legacy CUR.",
)
TYPES_DIFFER = Code(
    "B014",
    _E,
    "Column has two types",
    "Files of one delivery store the column with different types. Reading them together would "
    "convert values without notice.",
)
COLUMN_TWICE = Code(
    "B015",
    _W,
    "Two columns have the same name",
    "SQL does not distinguish names by case. The later column gets a number after its name.",
)
COST_COLUMN_TWICE = Code(
    "B016",
    _E,
    "Cost column appears twice",
    "Two columns have the name of a column that holds amounts, accounts or periods. It is not "
    "clear which one is correct.",
)
NOT_AN_AMOUNT = Code(
    "B017",
    _E,
    "Not an amount",
    "A cost is NaN, infinite, not a number, or too large to add up.",
)
NOT_A_PERIOD = Code(
    "B018",
    _E,
    "Not a date",
    "The start of the billing period is missing or not a date, so the charge has no month.",
)
ROUNDED = Code(
    "B019",
    _N,
    "Amounts rounded",
    "Amounts with more than 18 decimal places were rounded to 18 (half away from zero).",
)
COLUMNS_DIFFER = Code(
    "B020",
    _E,
    "File lacks a cost or account column that another file has",
    "If the files were read together, charges of this file would have no cost, account or "
    "currency.",
)
FILE_LACKS = Code(
    "B021",
    _N,
    "File lacks a column that other files have",
    "The column is empty for the charges of this file. Rules that use the column do not match "
    "them.",
)
NO_CHARGES = Code(
    "B022",
    _W,
    "Bill without charges",
    "The files have columns but no lines. This is normal for a month without cost; it can also "
    "be a failed export.",
)
OTHER_DATASET = Code(
    "B023",
    _N,
    "FOCUS dataset without charges",
    "Since FOCUS 1.3, Contract Commitment, Billing Period and Invoice Detail accompany Cost and "
    "Usage. Cost and Usage already includes their amounts.",
)
REWRITTEN_IDS = Code(
    "B024",
    _W,
    "Account ids changed by a spreadsheet",
    "A spreadsheet reads an account id as a number: 123456789012 becomes 1.23457E+11, and "
    "leading zeros disappear. The lost digits cannot be restored, and several accounts can "
    "become one.",
)
UNREADABLE_FILE = Code(
    "B025",
    _E,
    "File or folder cannot be read",
    "The link is broken, a permission is missing, or the path is neither a file nor a folder. A "
    "part of the bill can be there.",
)
MAYBE_CHARGES = Code(
    "B026",
    _E,
    "File that seems to hold charges is not read",
    "The file's name or format is not supported, but its first bytes are those of compressed "
    "data, a workbook or a bill. Without it the bill can be incomplete.",
)
CHARGES_LEFT_OUT = Code(
    "B027",
    _W,
    "Charges not read",
    "The file holds charges, but its name begins with `.` or `_`, or no manifest in its folder "
    "names it. Its cost is in no total.",
)
QUOTES = Code(
    "B028",
    _E,
    "Wrong quote in a CSV",
    "Double a quote inside a quoted value, and close every quoted value. Otherwise readers "
    "disagree on where a value ends, and lines are lost.",
)
RECORDS_IN_A_VALUE = Code(
    "B029",
    _E,
    "CSV value contains whole records",
    "The text between two quotes contains lines that are records. Their charges would be lost "
    "without notice.",
)
LINES_DIFFER = Code(
    "B030",
    _E,
    "Record counts differ",
    "The number of records by quotes and line ends differs from the number of lines read.",
)
WRONG_ENDING = Code(
    "B031",
    _E,
    "File content does not match its name",
    "The first bytes show another format than the file's extension. Readers go by one or the "
    "other.",
)
NO_ID = Code(
    "B040",
    _W,
    "Lines without billing account or currency",
    "The billing account or the currency is empty, blank or a word like NULL. The lines count in "
    "full, under a billing account or a currency without a name.",
)
CLEANED_IDS = Code(
    "B041",
    _W,
    "Ids with invisible characters",
    "An account id or a currency has spaces around it, or characters without width (byte order "
    "mark, no-break space). It is read without them.",
)
PERIOD_ELSEWHERE = Code(
    "B042",
    _N,
    "Billing period does not begin at midnight UTC",
    "A period begins with a month in the time zone it is written in: 2026-09-01T00:00:00+02:00 "
    "is September, and so is 2026-08-31T22:00:00Z. Days of charges are in UTC.",
)
NO_ACCOUNT = Code(
    "B043",
    _N,
    "Lines without a sub account",
    "Providers leave the account empty for charges that belong to no account, like taxes and "
    "support. The lines count in full.",
)
IDS_ALIKE = Code(
    "B044",
    _W,
    "Account ids in several spellings",
    "Two ids differ only in case or in leading zeros. They count as different accounts, and "
    "lookups find only one of them. The amount is that of the spelling with less cost.",
)
NO_CURRENCY_CODE = Code(
    "B045",
    _W,
    "Currency is not an ISO 4217 code",
    "A currency is three capital letters. Another text, such as usd or N/A, is a currency of its "
    "own, whose charges are never added to others.",
)
PLACEHOLDER_ID = Code(
    "B046",
    _W,
    "Account id is a placeholder",
    "Texts such as N/A, - or 000000000000 are written where an export has no id. All such charges "
    "are one account, whoever caused them. An empty id is B040 or B043.",
)
NO_AMOUNT = Code(
    "B047",
    _W,
    "Lines without an amount",
    "A cost column that has an amount for every charge is empty on these lines. They count as "
    "zero in that column. The amount is that of the same lines in the column that is named.",
)
NO_PERIOD = Code(
    "B048",
    _W,
    "Lines without a billing period",
    "The billing period is empty, so the charge counts in the month of its day. The invoice can "
    "have it in another month.",
)
UNKNOWN_LINE_TYPE = Code(
    "B049",
    _W,
    "Unknown type of line",
    "The Cost and Usage Report has a line type that Apportion does not know. The lines count as "
    "usage, with what was billed in all four costs.",
)

ALL = (
    NOTHING_FOUND,
    LEFT_OUT,
    UNREADABLE_LIST,
    MISSING_FILE,
    TWO_MANIFESTS,
    WRONG_CHECKSUM,
    SAME_FILE_TWICE,
    DAMAGED,
    UNPACKS_TOO_LARGE,
    NOTHING_TO_CHECK_BY,
    NOT_TEXT,
    WRONG_WIDTH,
    UNKNOWN_FORMAT,
    TYPES_DIFFER,
    COLUMN_TWICE,
    COST_COLUMN_TWICE,
    NOT_AN_AMOUNT,
    NOT_A_PERIOD,
    ROUNDED,
    COLUMNS_DIFFER,
    FILE_LACKS,
    NO_CHARGES,
    OTHER_DATASET,
    REWRITTEN_IDS,
    UNREADABLE_FILE,
    MAYBE_CHARGES,
    CHARGES_LEFT_OUT,
    QUOTES,
    RECORDS_IN_A_VALUE,
    LINES_DIFFER,
    WRONG_ENDING,
    NO_ID,
    CLEANED_IDS,
    PERIOD_ELSEWHERE,
    NO_ACCOUNT,
    IDS_ALIKE,
    NO_CURRENCY_CODE,
    PLACEHOLDER_ID,
    NO_AMOUNT,
    NO_PERIOD,
    UNKNOWN_LINE_TYPE,
)
