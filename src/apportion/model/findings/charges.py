"""Findings about the columns of a bill: what it lacks, and what that means."""

from __future__ import annotations

from .finding import Code, Severity

MISSING = Code(
    "B101",
    Severity.ERROR,
    "A column without which no charge can be read",
    "A bill needs a cost, an account and a usage date. Without one of them nothing is taken in.",
)
LACKS = Code(
    "B102",
    Severity.WARNING,
    "A column is missing, so rules or amounts say less than they could",
    "Every other column is optional. The finding says what stays empty or counts in another way.",
)
LACKS_LITTLE = Code(
    "B103",
    Severity.NOTICE,
    "A column is missing that few rules need",
    "Providers leave out columns that would be empty, so this may be as it should be.",
)
ALIKE = Code(
    "B104",
    Severity.WARNING,
    "Two columns have the same meaning",
    "Names are compared without case, separators and doubled prefixes. The first column is read.",
)
ALIKE_IN_MONEY = Code(
    "B105",
    Severity.ERROR,
    "Two columns that decide about money have the same meaning",
    "Names are compared without case, separators and doubled prefixes. Which of the two is meant "
    "changes what charges cost, so nothing is taken in.",
)
NUMERIC_ID = Code(
    "B106",
    Severity.WARNING,
    "Account ids are stored as numbers",
    "Ids are text. Whoever stored them as numbers has dropped leading zeros, which cannot be put "
    "back; lookups and rules that write them in full will not match.",
)
LEFT_OUT = Code(
    "B107",
    Severity.NOTICE,
    "Columns of the bill that are not kept",
    "Numbers, prices and times differ on every line and would describe no two charges alike, and "
    "columns that are neither FOCUS nor begin with x_ have no stated meaning. Rules cannot use "
    "them.",
)
NO_CHILDREN = Code(
    "B108",
    Severity.WARNING,
    "Split cost was asked for, but the bill states none",
    "Without split cost allocation data in the export, the cost stays with the instances.",
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
