"""Findings about the import and export of AWS Cost Categories (G)."""

from __future__ import annotations

from .finding import Code, Severity

WRONG_DEFINITION = Code(
    "G001",
    Severity.ERROR,
    "Definition cannot be read",
    "Expected the output of `aws ce describe-cost-category-definition`: an object with Name and "
    "Rules, or a list of them.",
)
NOT_IMPORTED = Code(
    "G002",
    Severity.WARNING,
    "Part of the definition has no equivalent in a rulebook",
    "The part is left out; a comment in the rulebook shows where. Its charges go to the next "
    "rule that matches.",
)
IMPORTED_OTHERWISE = Code(
    "G003",
    Severity.NOTICE,
    "Part of the definition is imported with a difference",
    "The result is the same for most bills. The finding shows for which it is not.",
)
NOT_EXPORTED = Code(
    "G010",
    Severity.WARNING,
    "Part of the rulebook has no equivalent in AWS",
    "The part is left out of the definitions. Its charges go to the next rule that matches, so "
    "figures in AWS differ from the rulebook's.",
)
EXPORTED_OTHERWISE = Code(
    "G011",
    Severity.NOTICE,
    "Part of the rulebook is exported with a difference",
    "AWS compares case, has no validity dates, and identifies services by service code.",
)
BEYOND_LIMITS = Code(
    "G012",
    Severity.ERROR,
    "More than AWS allows",
    "A payer account can have 50 cost categories, each with 500 rules and 10 split charges of "
    "500 targets.",
)
ALL = (
    WRONG_DEFINITION,
    NOT_IMPORTED,
    IMPORTED_OTHERWISE,
    NOT_EXPORTED,
    EXPORTED_OTHERWISE,
    BEYOND_LIMITS,
)
