"""What can be wrong with exports in S3, and with their deliveries."""

from __future__ import annotations

from .finding import Code, Severity

NO_MONTH = Code(
    "E001",
    Severity.ERROR,
    "The export has no such month",
    "A month that was asked for has no manifest, so nothing of it is complete. An export begins "
    "with the month in which it was made; AWS brings earlier ones on request.",
)
BAD_MANIFEST = Code(
    "E002",
    Severity.ERROR,
    "A manifest that cannot be read",
    "The manifest names the files of a delivery. Without it nothing tells which files belong "
    "together, and listing the folder would mix deliveries.",
)
FOREIGN_FILE = Code(
    "E003",
    Severity.ERROR,
    "A manifest names a file that is not the export's",
    "All files of an export lie below its own prefix in its own bucket. A manifest that names "
    "others was changed, or copied from elsewhere. Nothing was fetched.",
)
NO_OBJECT = Code(
    "E004",
    Severity.ERROR,
    "A file of the delivery is not there",
    "The manifest is written after all files that it names. One of them was deleted since, by "
    "somebody or by a lifecycle rule. Nothing was taken in, so nothing is half there.",
)
BEING_REWRITTEN = Code(
    "E005",
    Severity.ERROR,
    "The export is being rewritten",
    "A file is newer than the manifest that names it, so it belongs to a later delivery that is "
    "not complete yet. To read now would mix both.",
)
CHANGED_AGAIN = Code(
    "E006",
    Severity.ERROR,
    "The export changed each time it was read",
    "The manifest was read again after the download, and was another one, several times in a row.",
)
OTHER_MONTHS = Code(
    "E007",
    Severity.ERROR,
    "Files with charges of another month",
    "A delivery replaces its month as a whole, and no other. These files hold charges of a month "
    "that the manifest does not speak of.",
)
MONTHS_BETWEEN = Code(
    "E008",
    Severity.WARNING,
    "Months are missing in between",
    "The export has earlier and later months, but no manifest of these. Reports of a quarter or "
    "year would lack them.",
)
UNHEALTHY = Code(
    "E009",
    Severity.WARNING,
    "AWS does not write this export",
    "AWS reports the export as unhealthy: its files stay as they are, however old. The reason is "
    "AWS's own word.",
)
NAME_TAKEN = Code(
    "E010",
    Severity.ERROR,
    "Another export has this name",
    "Names of exports are unique in an account, and this one's files lie elsewhere.",
)
EXPORT_DIFFERS = Code(
    "E011",
    Severity.WARNING,
    "The export is another one than is wanted",
    "An export of this name and place exists with other properties. It is never changed: files of "
    "one export would then differ from month to month.",
)
COLUMNS_LEFT_OUT = Code(
    "E012",
    Severity.NOTICE,
    "The export leaves columns out",
    "The table offers columns that the export does not have: AWS adds some now and then, and an "
    "export keeps the list that it was made with.",
)
OTHER_EXPORT = Code(
    "E013",
    Severity.WARNING,
    "Two exports of one bill",
    "The month came from another export before. Both hold the same charges, so each replaces the "
    "other: nothing is counted twice, and every run fetches both again.",
)
ALL = (
    NO_MONTH,
    BAD_MANIFEST,
    FOREIGN_FILE,
    NO_OBJECT,
    BEING_REWRITTEN,
    CHANGED_AGAIN,
    OTHER_MONTHS,
    MONTHS_BETWEEN,
    UNHEALTHY,
    NAME_TAKEN,
    EXPORT_DIFFERS,
    COLUMNS_LEFT_OUT,
    OTHER_EXPORT,
)
