"""Findings about the columns of a bill (B1)."""

from __future__ import annotations

from .finding import Code, Severity

MISSING = Code(
    "B101",
    Severity.ERROR,
    "Required column is missing",
    "A bill needs a cost, an account and a usage date. Without them nothing is ingested.",
)
LACKS = Code(
    "B102",
    Severity.WARNING,
    "Missing column changes rules or amounts",
    "All other columns are optional. The finding shows what stays empty or is computed in "
    "another way.",
)
LACKS_LITTLE = Code(
    "B103",
    Severity.NOTICE,
    "Optional columns are missing",
    "Providers leave out columns that would be empty, so this can be normal.",
)
ALIKE = Code(
    "B104",
    Severity.WARNING,
    "Two columns have the same meaning",
    "Names are compared without case, separators and repeated prefixes. The first column is read.",
)
ALIKE_IN_MONEY = Code(
    "B105",
    Severity.ERROR,
    "Two cost columns have the same meaning",
    "Names are compared without case, separators and repeated prefixes. The choice changes the "
    "cost of charges, so nothing is ingested.",
)
NUMERIC_ID = Code(
    "B106",
    Severity.WARNING,
    "Account ids stored as numbers",
    "Account ids are text. As numbers they lose leading zeros, and lookups and rules with the "
    "full id do not match.",
)
LEFT_OUT = Code(
    "B107",
    Severity.NOTICE,
    "Columns not kept",
    "Quantities, prices and times differ on every line, so they cannot describe a group of "
    "charges. Other columns are neither FOCUS columns nor begin with `x_`. Rules cannot use "
    "them.",
)
NO_CHILDREN = Code(
    "B108",
    Severity.WARNING,
    "No split cost allocation data",
    "Split cost was requested, but the export has no split cost allocation data. The cost stays "
    "with the instances.",
)
ALL = (
    MISSING,
    LACKS,
    LACKS_LITTLE,
    ALIKE,
    ALIKE_IN_MONEY,
    NUMERIC_ID,
    LEFT_OUT,
    NO_CHILDREN,
)
