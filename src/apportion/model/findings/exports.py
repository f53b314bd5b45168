"""Findings about exports in S3 and their deliveries (E)."""

from __future__ import annotations

from .finding import Code, Severity

NO_MONTH = Code(
    "E001",
    Severity.ERROR,
    "Month not in the export",
    "The requested month has no manifest, so it has no complete delivery. An export begins with "
    "the month it was created in; AWS Support can provide earlier months.",
)
BAD_MANIFEST = Code(
    "E002",
    Severity.ERROR,
    "Manifest cannot be read",
    "The manifest lists the files of a delivery. Without it, files of different deliveries would "
    "be mixed.",
)
FOREIGN_FILE = Code(
    "E003",
    Severity.ERROR,
    "Manifest names a file outside the export",
    "All files of an export are under its own prefix in its own bucket. The manifest was "
    "changed, or copied from elsewhere. Nothing was downloaded.",
)
NO_OBJECT = Code(
    "E004",
    Severity.ERROR,
    "File of the delivery is missing",
    "A manifest is written after all its files. A file was deleted later, by a person or by a "
    "lifecycle rule. Nothing was ingested.",
)
BEING_REWRITTEN = Code(
    "E005",
    Severity.ERROR,
    "Export is being rewritten",
    "A file is newer than the manifest that names it, so it belongs to a later delivery that is "
    "not complete. Reading now would mix two deliveries.",
)
CHANGED_AGAIN = Code(
    "E006",
    Severity.ERROR,
    "Export changed during every read",
    "The manifest was different after each download, several times in a row.",
)
OTHER_MONTHS = Code(
    "E007",
    Severity.ERROR,
    "Files hold charges of another month",
    "A delivery replaces one month. These files hold charges of a month that the manifest does "
    "not cover.",
)
MONTHS_BETWEEN = Code(
    "E008",
    Severity.WARNING,
    "Missing months",
    "The export has earlier and later months, but no manifest for these. Reports of a quarter or "
    "a year would be incomplete.",
)
UNHEALTHY = Code(
    "E009",
    Severity.WARNING,
    "AWS does not write this export",
    "AWS reports the export as unhealthy, so its files are not updated. The reason is quoted "
    "from AWS.",
)
NAME_TAKEN = Code(
    "E010",
    Severity.ERROR,
    "Export name is taken",
    "Export names are unique in an account, and the existing export has another location.",
)
EXPORT_DIFFERS = Code(
    "E011",
    Severity.WARNING,
    "Existing export has other properties",
    "An export with this name and location exists, with other properties. It is not changed, "
    "because its files would then differ from month to month.",
)
COLUMNS_LEFT_OUT = Code(
    "E012",
    Severity.NOTICE,
    "Export leaves out columns",
    "The table has columns that the export does not include. AWS adds columns over time; an "
    "export keeps the list it was created with.",
)
OTHER_EXPORT = Code(
    "E013",
    Severity.WARNING,
    "Two exports of one bill",
    "The month came from another export before. Both hold the same charges, so each replaces the "
    "other: nothing is counted twice, but every run downloads both again.",
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
