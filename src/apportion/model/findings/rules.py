"""Findings about rulebooks, lookups and drivers (R)."""

from __future__ import annotations

from .finding import Code, Severity


def _error(number: str, title: str, meaning: str) -> Code:
    return Code(number, Severity.ERROR, title, meaning)


def _warning(number: str, title: str, meaning: str) -> Code:
    return Code(number, Severity.WARNING, title, meaning)


def _notice(number: str, title: str, meaning: str) -> Code:
    return Code(number, Severity.NOTICE, title, meaning)


# The text of a rulebook.
NOT_YAML = _error(
    "R001",
    "Not valid YAML",
    "YAML cannot be read from this place on. Frequent causes: a tab as indentation, a missing "
    "quote, or text that begins with a special character.",
)
DUPLICATE_KEY = _error(
    "R002",
    "Key appears twice",
    "Most programs would use the last one without notice. Keep one.",
)
YAML_FEATURE = _error(
    "R003",
    "YAML aliases, anchors and tags are not allowed",
    "Every value is written where it applies, so that a line can be shown as the reason for an "
    "amount. Write the value in full.",
)
NOT_ONE_DOCUMENT = _error(
    "R004",
    "Not one document",
    "A rulebook file holds exactly one YAML document. Each version has its own file.",
)
TOO_LARGE = _error("R005", "File is too large or too deep", "A limit keeps reading fast and safe.")
CONTROL_CHARACTER = _error(
    "R006",
    "Control character",
    "Control characters are invisible in reports. They often come from copying out of a document.",
)

# The form of a rulebook.
UNKNOWN_KEY = _error(
    "R010", "Unknown key", "The format has no such key here. Often a spelling error."
)
MISSING_KEY = _error("R011", "Missing key", "The format requires this key here.")
WRONG_FORM = _error(
    "R012",
    "Wrong type",
    "The value is a text, a list or a mapping where another of these is required.",
)
WRONG_VALUE = _error("R013", "Wrong value", "The text is not one of the allowed values.")
EMPTY = _error("R014", "Empty value", "A value is required here. Add one, or remove the key.")
NOT_EXACTLY_ONE = _error(
    "R015", "Not exactly one", "A source or a split has exactly one of these keys."
)

# Dimensions.
DIMENSION_NAME = _error(
    "R020",
    "Invalid dimension name",
    "A dimension becomes a column next to the FOCUS columns: lower-case letters, digits and `_`, "
    "and not the name of an existing column.",
)
SAME_VALUE = _error(
    "R021",
    "Two values are the same",
    "Values are compared without case and separators. These two would be one.",
)
DEFAULT_IS_VALUE = _error(
    "R022",
    "Default is another spelling of a value",
    "The default is used as written. With the spelling of an alias it would be a separate owner.",
)
UNKNOWN_VALUE = _error(
    "R023",
    "Value is not allowed",
    "The dimension lists its allowed values and rejects others.",
)
UNREACHABLE = _warning(
    "R024",
    "Source is never used",
    "An earlier source gives every charge a value, or is the same as this one.",
)
CYCLE = _error(
    "R025",
    "Dimensions depend on each other",
    "A condition can use other dimensions, which are derived first. These depend on each other "
    "in a cycle.",
)
DEFAULT_IN_VALUES = _warning(
    "R026",
    "Default is one of the values",
    "Charges without a value cannot be distinguished from charges that really have this value.",
)
NEVER_EQUAL = _error(
    "R027",
    "Comparison never matches",
    "The condition compares a dimension with a text that is neither an allowed value nor the "
    "default.",
)
UNKNOWN_OWNER_DIMENSION = _error(
    "R028", "Owner is not a dimension", "`owner` names the dimension whose values carry cost."
)

# Shared cost.
SAME_POOL = _error("R030", "Two pools have the same name", "Shares refer to their pool by name.")
POOL_NAMED_LIKE_OWNER = _error(
    "R031",
    "Pool and owner have the same name",
    "Cost given to that name could mean the pool or the owner.",
)
NOT_A_HUNDRED = _error(
    "R032",
    "Percentages do not add up",
    "Fixed percentages add up to exactly 100; floors to at most 100.",
)
UNKNOWN_OWNER = _error(
    "R034",
    "Unknown owner",
    "The owner dimension lists its allowed values, and this is not one of them.",
)
WRONG_PARTITION = _error(
    "R035",
    "Invalid `within`",
    "`within` names a dimension other than the owner's. Cost is split inside each of its values.",
)
SAME_OWNER = _error(
    "R036",
    "Two pools pass on the cost of one owner",
    "Cost that other pools give to this owner would have two paths.",
)
IMPOSSIBLE_LIMITS = _error(
    "R037",
    "Limits cannot be met",
    "The minimums add up to more than 100 %, the maximums to less, or a minimum exceeds its "
    "maximum.",
)
OWNER_NOT_IN_TO = _error(
    "R038", "Owner is not in `to`", "Percentages and limits can only name owners in `to`."
)
NAMED_TWICE = _error(
    "R039", "Named twice", "Each owner appears once in a list, whatever its spelling."
)
PAYS_ITSELF = _error(
    "R033",
    "Pool pays itself",
    "A pool cannot receive its own cost. If it keeps a part, exclude that part in its condition.",
)

# Conditions.
NOT_A_CONDITION = _error(
    "R040", "Condition is not valid SQL", "A condition is written like the text after WHERE in SQL."
)
NOT_ALLOWED = _error(
    "R041",
    "Not allowed in a condition",
    "A condition tests one charge. Subqueries, files, statements, comments and parameters are "
    "not allowed.",
)
UNKNOWN_COLUMN = _error(
    "R042",
    "Unknown column",
    "Rules can use the descriptive FOCUS columns, the `x_` columns of the bill, and dimensions.",
)
UNKNOWN_FUNCTION = _error(
    "R043",
    "Unknown function",
    "Only functions whose result depends on the charge alone are allowed.",
)
KINDS_DIFFER = _error(
    "R044",
    "Types cannot be compared",
    "All columns are text, including numeric ids: '0123' is not '123'.",
)
NOT_YES_OR_NO = _error(
    "R045", "Condition is not true or false", "A condition must be true or false for every charge."
)
OLDER_NAME = _notice(
    "R046",
    "Name from an earlier FOCUS version",
    "FOCUS 1.3 renamed this column. Bills of earlier versions are read into the new one.",
)
NOT_FOR_RULES = _error(
    "R047",
    "Column not available to rules",
    "Rules run once for each distinct description of charges, not for each line. They cannot use "
    "dates or amounts.",
)
CONDITION_TOO_LARGE = _error(
    "R048",
    "Condition is too large",
    "Move a long list into a lookup. A CSV file is easier to read and to maintain.",
)
BAD_PATTERN = _error(
    "R049",
    "Invalid regular expression",
    "The syntax is RE2: no lookahead, no lookbehind, no backreferences.",
)
WRONG_ARGUMENT = _error("R050", "Invalid argument", "The function has another kind of argument.")
EXPRESSION = _error(
    "R051",
    "Expression instead of text",
    "Values, defaults and tag keys are plain text. This one looks like SQL or a template, and "
    "would become an owner with that name.",
)

# Files beside the rulebook.
FILE_MISSING = _error(
    "R058",
    "File is missing",
    "A file that is named does not exist, is a folder, or cannot be read.",
)
NOT_UTF8 = _error(
    "R059", "File is not UTF-8", "Files are read as UTF-8. Another encoding would change letters."
)
NOT_CSV = _error(
    "R060", "Not valid CSV", 'Fields are separated by commas, and text is quoted with `"`.'
)
WRONG_HEADER = _error(
    "R061", "Invalid header", "The first line names the columns. Each required column appears once."
)
WRONG_LENGTH = _error(
    "R062", "Wrong number of fields", "Every line has as many fields as the header."
)
WRONG_DATE = _error("R063", "Invalid date", "Days are written 2026-01-31, months 2026-01.")
EMPTY_FIELD = _error("R064", "Empty field", "An empty field matches nothing.")
FROM_AFTER_TO = _error("R065", "First day is after the last day", "Such a line is never valid.")
CONTRADICTION = _error(
    "R066",
    "Two lines contradict each other",
    "They match the same charges on the same days and give different values.",
)
LOST_ZEROS = _warning(
    "R067",
    "Account id may have lost its leading zeros",
    "AWS account ids have twelve digits. Spreadsheets remove leading zeros.",
)
TOO_MANY = _notice(
    "R068",
    "More findings of this kind",
    "Only the first 100 findings of a kind are shown for a file.",
)
WRONG_NUMBER = _error(
    "R070",
    "Invalid number",
    "Numbers are written 1234.5 or 1.2e3, without thousands separators, percent sign or currency.",
)
NEGATIVE_NUMBER = _warning(
    "R071", "Negative number", "Usage cannot be negative. The number counts as zero."
)
ADDED_UP = _notice(
    "R072",
    "Lines are added up",
    "Several lines name the same owner and time. Their numbers are added.",
)
UNKNOWN_DRIVER_OWNER = _error(
    "R073",
    "Unknown owner in a driver",
    "The driver names an owner that is not in `values`.",
)
MONTHS_MISSING = _notice(
    "R074",
    "Driver has no numbers for a month",
    "The rulebook applies to a past month for which the driver has no line. A pool without "
    "numbers follows `if_nothing_to_split_by` (S004).",
)

# Several rulebooks.
SAME_MONTH = _error(
    "R080",
    "Two rulebooks begin in the same month",
    "It is not clear which one applies. Change `effective` of one, or delete it.",
)
NOT_USED = _warning(
    "R081",
    "Rulebook in a subfolder is not used",
    "Rulebooks are read from the folder that `rulebooks` names, not from folders in it. Move the "
    "file, or delete it.",
)

ALL = (
    NOT_YAML, DUPLICATE_KEY, YAML_FEATURE, NOT_ONE_DOCUMENT, TOO_LARGE, CONTROL_CHARACTER,
    UNKNOWN_KEY, MISSING_KEY, WRONG_FORM, WRONG_VALUE, EMPTY, NOT_EXACTLY_ONE,
    DIMENSION_NAME, SAME_VALUE, DEFAULT_IS_VALUE, UNKNOWN_VALUE, UNREACHABLE, CYCLE,
    DEFAULT_IN_VALUES, NEVER_EQUAL, UNKNOWN_OWNER_DIMENSION,
    SAME_POOL, POOL_NAMED_LIKE_OWNER, NOT_A_HUNDRED, PAYS_ITSELF, UNKNOWN_OWNER, WRONG_PARTITION,
    SAME_OWNER, IMPOSSIBLE_LIMITS, OWNER_NOT_IN_TO, NAMED_TWICE,
    NOT_A_CONDITION, NOT_ALLOWED, UNKNOWN_COLUMN, UNKNOWN_FUNCTION, KINDS_DIFFER, NOT_YES_OR_NO,
    OLDER_NAME, NOT_FOR_RULES, CONDITION_TOO_LARGE, BAD_PATTERN, WRONG_ARGUMENT, EXPRESSION,
    FILE_MISSING, NOT_UTF8, NOT_CSV,
    WRONG_HEADER, WRONG_LENGTH, WRONG_DATE, EMPTY_FIELD, FROM_AFTER_TO, CONTRADICTION,
    LOST_ZEROS, TOO_MANY, WRONG_NUMBER, NEGATIVE_NUMBER, ADDED_UP, UNKNOWN_DRIVER_OWNER,
    MONTHS_MISSING, SAME_MONTH, NOT_USED,
)  # fmt: skip
