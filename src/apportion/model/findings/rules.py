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
    "The file is no YAML",
    "YAML could not be read at this place; nothing after it was looked at. Often an indentation "
    "with a tab, a missing quote, or a text that begins with a special character.",
)
DUPLICATE_KEY = _error(
    "R002",
    "A key stands twice",
    "Most programs would take the last one in silence. Keep the one that is meant.",
)
YAML_FEATURE = _error(
    "R003",
    "Aliases, anchors and tags are not allowed",
    "A rulebook says what it says where it says it, so that a line can be shown as the reason for "
    "an amount. Write the value out.",
)
NOT_ONE_DOCUMENT = _error(
    "R004",
    "Not one document",
    "A rulebook file holds exactly one YAML document. Versions stand in files of their own.",
)
TOO_LARGE = _error(
    "R005", "The file is too large or too deep", "A limit keeps reading fast and safe."
)
CONTROL_CHARACTER = _error(
    "R006",
    "A character that cannot be shown",
    "Control characters would be invisible in every report. Often left by copying from a document.",
)

# The form of a rulebook.
UNKNOWN_KEY = _error(
    "R010", "An unknown key", "The format has no such key here; often a misspelling."
)
MISSING_KEY = _error("R011", "A key is missing", "The format needs this key here.")
WRONG_FORM = _error(
    "R012", "Wrong form", "A text, a list or a mapping stands where the format has another of them."
)
WRONG_VALUE = _error("R013", "Wrong value", "The text is none of those that can stand here.")
EMPTY = _error("R014", "Nothing is written", "Something is needed here; or leave out the key.")
NOT_EXACTLY_ONE = _error(
    "R015", "Not exactly one", "A source or a split says exactly one thing: one of these keys."
)

# Dimensions.
DIMENSION_NAME = _error(
    "R020",
    "A name no dimension can have",
    "A dimension becomes a column beside those of FOCUS: small letters, digits and _, not the name "
    "of a column that is there already.",
)
SAME_VALUE = _error(
    "R021",
    "Two values are the same",
    "Values are compared without case and separators; these two could not be told apart.",
)
DEFAULT_IS_VALUE = _error(
    "R022",
    "The default is another spelling of a value",
    "The default is given as it is written; spelt like an alias, it would be an owner of its own.",
)
UNKNOWN_VALUE = _error(
    "R023",
    "A value that is not allowed",
    "The dimension lists its allowed values and rejects others, so this could never be one.",
)
UNREACHABLE = _warning(
    "R024",
    "A source that is never asked",
    "An earlier source gives every charge a value, or is the same as this one.",
)
CYCLE = _error(
    "R025",
    "Dimensions need each other",
    "A condition may use other dimensions, which are derived before. These wait for each other.",
)
DEFAULT_IN_VALUES = _warning(
    "R026",
    "The default is one of the values",
    "Charges that nothing gives a value cannot be told from those that rightly have it.",
)
NEVER_EQUAL = _error(
    "R027",
    "A comparison with a value that never comes",
    "A condition compares a dimension with a text that is no allowed value and not its default.",
)
UNKNOWN_OWNER_DIMENSION = _error(
    "R028", "The owner is no dimension", "`owner` names the dimension whose values carry cost."
)

# Shared cost.
SAME_POOL = _error("R030", "Two pools have one name", "Shares are told by the name of their pool.")
POOL_NAMED_LIKE_OWNER = _error(
    "R031",
    "A pool is called like an owner",
    "Cost given to that name could mean the owner or the pool.",
)
NOT_A_HUNDRED = _error(
    "R032",
    "Percents do not add up",
    "Fixed percents add up to exactly 100, so that nothing stays behind; a floor to at most 100.",
)
UNKNOWN_OWNER = _error(
    "R034", "An unknown owner", "The owner dimension lists its allowed values, and this is none."
)
WRONG_PARTITION = _error(
    "R035",
    "No dimension to split within",
    "`within` names a dimension other than the owner's: cost is split inside each of its values.",
)
SAME_OWNER = _error(
    "R036",
    "Two pools pass on one owner's cost",
    "What others put on that owner could flow on in two ways.",
)
IMPOSSIBLE_LIMITS = _error(
    "R037",
    "Limits that cannot be kept",
    "The least shares add up to more than 100 percent, the most to less, or they cross.",
)
OWNER_NOT_IN_TO = _error(
    "R038", "An owner that is not in `to`", "Percents and limits may only name owners that pay."
)
NAMED_TWICE = _error("R039", "Named twice", "Each owner stands once in a list, in any spelling.")
PAYS_ITSELF = _error(
    "R033",
    "A pool pays itself",
    "What a pool gives to itself it would have to give again. To let it keep a part, leave that "
    "part out of its condition.",
)

# Conditions.
NOT_A_CONDITION = _error(
    "R040", "The condition is no SQL", "A condition is written as after WHERE in SQL."
)
NOT_ALLOWED = _error(
    "R041",
    "Not allowed in a condition",
    "Conditions look at one charge. No subqueries, files, statements, comments or parameters.",
)
UNKNOWN_COLUMN = _error(
    "R042",
    "An unknown column",
    "Rules see the descriptive FOCUS columns, the x_ columns of the bill and dimensions.",
)
UNKNOWN_FUNCTION = _error(
    "R043", "An unknown function", "Only functions whose result depends on the charge alone."
)
KINDS_DIFFER = _error(
    "R044",
    "Two kinds that cannot be compared",
    "Columns hold texts; ids above all, though they look like numbers, for 0123 is not 123.",
)
NOT_YES_OR_NO = _error(
    "R045", "The condition is no question", "A condition must be true or false of every charge."
)
OLDER_NAME = _notice(
    "R046",
    "A name of an earlier FOCUS version",
    "FOCUS 1.3 renamed the column; bills of earlier versions are read into the newer one.",
)
NOT_FOR_RULES = _error(
    "R047",
    "A column that rules do not see",
    "Rules run once on each kind of charge, not on each line: they see neither days nor amounts.",
)
CONDITION_TOO_LARGE = _error(
    "R048",
    "The condition is too large",
    "Move a long list into a lookup: a CSV is easier to read and to keep.",
)
BAD_PATTERN = _error(
    "R049",
    "A wrong regular expression",
    "RE2's syntax: no looking ahead or behind, no references to groups.",
)
WRONG_ARGUMENT = _error("R050", "A wrong argument", "The function is called with something else.")
EXPRESSION = _error(
    "R051",
    "An expression where a text stands",
    "Values, defaults and tag keys are texts as they are written. This one reads like SQL or a "
    "template, and would become an owner of that name.",
)

# Files beside the rulebook.
FILE_MISSING = _error("R058", "A file is missing", "The rulebook names a file that is not there.")
NOT_UTF8 = _error(
    "R059", "The file is no UTF-8", "Texts are read as UTF-8; other encodings would change letters."
)
NOT_CSV = _error("R060", "The file is no CSV", 'Fields are separated by commas, texts quoted by ".')
WRONG_HEADER = _error(
    "R061", "A wrong header", "The first line names the columns; each of them is needed once."
)
WRONG_LENGTH = _error(
    "R062", "A line of another length", "A line has as many fields as the header has names."
)
WRONG_DATE = _error("R063", "A wrong date", "Days are written 2026-01-31, months 2026-01.")
EMPTY_FIELD = _error("R064", "An empty field", "A line that names nothing matches nothing.")
FROM_AFTER_TO = _error("R065", "The last day lies before the first", "Such a line never holds.")
CONTRADICTION = _error(
    "R066",
    "Two lines contradict each other",
    "They match the same charges on the same days and give different values.",
)
LOST_ZEROS = _warning(
    "R067",
    "An account id that may have lost its zeros",
    "AWS account ids have twelve digits. Spreadsheets take leading zeros away.",
)
TOO_MANY = _notice(
    "R068", "More findings of this kind", "Only the first hundred of a kind are told for a file."
)
WRONG_NUMBER = _error(
    "R070",
    "A wrong number",
    "Numbers are written 1234.5 or 1.2e3, without thousands separators, percent or currency.",
)
NEGATIVE_NUMBER = _warning(
    "R071", "A negative number", "Nobody can use less than nothing; it counts as zero."
)
ADDED_UP = _notice(
    "R072", "Lines add up", "Several lines name the same owner and time; their numbers are added."
)
UNKNOWN_DRIVER_OWNER = _error(
    "R073",
    "A driver names an unknown owner",
    "The owner dimension lists its allowed values; cost would go to an owner that nobody is.",
)
MONTHS_MISSING = _notice(
    "R074",
    "A driver without numbers for a month",
    "The rulebook is in force for a month that is over and that no line of the driver holds for. "
    "A pool without numbers does what `if_nothing_to_split_by` says (S004).",
)

# Several rulebooks.
SAME_MONTH = _error(
    "R080",
    "Two rulebooks begin in one month",
    "It cannot be told which of them is in force. Change `effective` of one, or delete it.",
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
    MONTHS_MISSING, SAME_MONTH,
)  # fmt: skip
