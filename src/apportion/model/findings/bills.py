"""What can be wrong with the files of a bill."""

from __future__ import annotations

from .finding import Code, Severity

_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTICE

NOTHING_FOUND = Code(
    "B001",
    _E,
    "No billing files",
    "A path that was given does not exist, or a folder holds no file that can be a bill.",
)
LEFT_OUT = Code(
    "B002",
    _N,
    "Files left out",
    "Files that hold no charges, or that only an older manifest names, were not read.",
)
UNREADABLE_LIST = Code(
    "B003",
    _E,
    "A manifest or list of checksums cannot be read",
    "A file that should say which data files belong to the bill, or their SHA-256, is damaged.",
)
MISSING_FILE = Code(
    "B004",
    _E,
    "A file of the bill is missing",
    "A manifest or a list of checksums names a file that is not there: the delivery is incomplete.",
)
TWO_MANIFESTS = Code(
    "B005",
    _E,
    "Two deliveries of the same month",
    "Two manifests of one report and billing period name different files. Read together, every "
    "charge would count twice.",
)
WRONG_CHECKSUM = Code(
    "B006",
    _E,
    "A file is not what its checksum says",
    "The SHA-256 of the file differs from the one that was delivered with it.",
)
SAME_FILE_TWICE = Code(
    "B007",
    _E,
    "The same file twice",
    "Two files of the delivery have the same bytes. Read together, every charge would count twice.",
)
DAMAGED = Code(
    "B008",
    _E,
    "A file is damaged",
    "The file's own checks failed: gzip or zip CRC-32 and lengths, or the structure, counts and "
    "checksums of Parquet. Engines often read such files without complaint, with wrong numbers.",
)
UNPACKS_TOO_LARGE = Code(
    "B009",
    _E,
    "An archive unpacks to too much",
    "A zip holds more than is plausible for a bill; unpacking it could fill the disk.",
)
NOTHING_TO_CHECK_BY = Code(
    "B010",
    _N,
    "Damage could not be noticed",
    "The files carry no checksums, so a flipped bit in them cannot be noticed. A manifest with "
    "SHA-256, gzip, or Parquet with page checksums closes this gap.",
)
NOT_TEXT = Code(
    "B011",
    _E,
    "A CSV file is not text",
    "Billing CSV is UTF-8 without NUL characters.",
)
WRONG_WIDTH = Code(
    "B012",
    _E,
    "A CSV record has too many or too few fields",
    "Every record must have as many fields as the header, or values move to other columns.",
)
UNKNOWN_FORMAT = Code(
    "B013",
    _E,
    "Not a known billing format",
    "The columns are not those of FOCUS, CUR 2.0 or legacy CUR.",
)
TYPES_DIFFER = Code(
    "B014",
    _E,
    "A column has two types",
    "Files of one delivery store a column in different types; reading them as one would convert "
    "values silently.",
)
COLUMN_TWICE = Code(
    "B015",
    _W,
    "Two columns have the same name",
    "Names that differ in case alone are one name in SQL; the later column gets a number behind "
    "its name.",
)
COST_COLUMN_TWICE = Code(
    "B016",
    _E,
    "A column that decides costs stands twice",
    "Two columns have the name of one that amounts, accounts or periods are taken from, and "
    "nothing says which of them is meant.",
)
NOT_AN_AMOUNT = Code(
    "B017",
    _E,
    "Not an amount",
    "A cost is NaN, infinite, no number at all, or too large to add up.",
)
NOT_A_PERIOD = Code(
    "B018",
    _E,
    "Not a date",
    "The start of the billing period is missing or no date, so the charge has no month.",
)
ROUNDED = Code(
    "B019",
    _N,
    "Amounts were rounded",
    "Amounts with more than eighteen decimal places were rounded to eighteen, half away from zero.",
)
COLUMNS_DIFFER = Code(
    "B020",
    _E,
    "A file lacks a column that decides costs or accounts, and another file has it",
    "Read together, charges would count otherwise than in their own file: a cost would be nothing, "
    "where the file alone counts what was billed, and accounts or currencies would be empty.",
)
FILE_LACKS = Code(
    "B021",
    _N,
    "A file lacks a column that other files of the delivery have",
    "What the file does not say is empty there; a rule that asks for it finds nothing.",
)
NO_CHARGES = Code(
    "B022",
    _W,
    "A bill without charges",
    "The files have columns and no lines, as providers deliver for a month without cost, or where "
    "an export failed.",
)
OTHER_DATASET = Code(
    "B023",
    _N,
    "A FOCUS dataset that holds no charges",
    "Contract Commitment, Billing Period and Invoice Detail lie beside Cost and Usage since FOCUS "
    "1.3. Their amounts stand in Cost and Usage already.",
)
REWRITTEN_IDS = Code(
    "B024",
    _W,
    "Account ids that a spreadsheet rewrote",
    "A spreadsheet reads an account id as a number: 123456789012 becomes 1.23457E+11, and leading "
    "zeros go. What was lost cannot be put back, and several accounts may have become one.",
)
UNREADABLE_FILE = Code(
    "B025",
    _E,
    "A file or folder cannot be read",
    "A link that leads nowhere, a missing permission, or what is neither file nor folder. A part "
    "of the bill may lie there.",
)
MAYBE_CHARGES = Code(
    "B026",
    _E,
    "A file that seems to hold charges is not read",
    "Its name or its form is not one that is read, and its first bytes are those of packed data, a "
    "workbook or a bill. Without it the bill may be incomplete.",
)
CHARGES_LEFT_OUT = Code(
    "B027",
    _W,
    "Charges were left out",
    "A file holds charges, and its name begins with `.` or `_`, or no manifest of its folder names "
    "it. Its money is in no total.",
)
QUOTES = Code(
    "B028",
    _E,
    "A quote in a CSV that does not end its value",
    "Quotes inside a quoted value must be doubled, and every quoted value must end. With other "
    "quotes readers disagree on where a value ends, and lines are lost.",
)
RECORDS_IN_A_VALUE = Code(
    "B029",
    _E,
    "A value that holds whole records",
    "Between two quotes stand lines that are records themselves: the charges on them would be lost "
    "without a sign.",
)
LINES_DIFFER = Code(
    "B030",
    _E,
    "Records were counted in two ways that differ",
    "The records that quotes and line ends make are not as many as the lines that were read.",
)
WRONG_ENDING = Code(
    "B031",
    _E,
    "A file is not what its name says",
    "Its first bytes are those of another form than its name ends in, and readers go by one or the "
    "other.",
)
NO_ID = Code(
    "B040",
    _W,
    "Lines without a payer or a currency",
    "An empty cell, blanks or a word like NULL stands where the account that is invoiced or the "
    "currency should. The lines count in full, as a bill or in a currency without a name.",
)
CLEANED_IDS = Code(
    "B041",
    _W,
    "Ids with characters that cannot be seen",
    "An account or a currency has blanks around it or characters without a width, as byte order "
    "marks and no-break spaces are. It is read as the id that it looks like.",
)
PERIOD_ELSEWHERE = Code(
    "B042",
    _N,
    "A billing period that does not begin at midnight UTC",
    "A period begins with a month on the clock it is written by: 2026-09-01T00:00:00+02:00 is "
    "September, and so is the same moment in UTC, 22:00 on 31 August. Days of charges are in UTC.",
)
NO_ACCOUNT = Code(
    "B043",
    _N,
    "Lines without an account",
    "Providers leave it out for what belongs to no account, like taxes and support. The lines "
    "count in full.",
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
)
