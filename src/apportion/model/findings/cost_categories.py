"""What a rulebook cannot say of AWS Cost Categories, and AWS not of a rulebook."""

from __future__ import annotations

from .finding import Code, Severity

WRONG_DEFINITION = Code(
    "G001",
    Severity.ERROR,
    "A definition that cannot be read",
    "It is not what `aws ce describe-cost-category-definition` prints: an object with Name and "
    "Rules, or a list of such.",
)
NOT_IMPORTED = Code(
    "G002",
    Severity.WARNING,
    "A part of a definition that a rulebook cannot say",
    "It is left out, and a comment in the rulebook says where. Charges that it would have taken go "
    "on to the next rule.",
)
IMPORTED_OTHERWISE = Code(
    "G003",
    Severity.NOTICE,
    "A part of a definition that a rulebook says a little otherwise",
    "For most bills the result is the same; the finding says for which it is not.",
)
NOT_EXPORTED = Code(
    "G010",
    Severity.WARNING,
    "A part of the rulebook that AWS cannot say",
    "It is left out of the definitions. Charges that it would have taken go on to the next rule, "
    "so AWS's figures differ from those of the rulebook.",
)
EXPORTED_OTHERWISE = Code(
    "G011",
    Severity.NOTICE,
    "A part of the rulebook that AWS says a little otherwise",
    "AWS compares every letter, knows no dates, and knows services by their codes.",
)
BEYOND_LIMITS = Code(
    "G012",
    Severity.ERROR,
    "More than AWS takes",
    "A payer may have 50 categories, a category 500 rules and 10 split charges of 500 targets.",
)
ALL = (
    WRONG_DEFINITION,
    NOT_IMPORTED,
    IMPORTED_OTHERWISE,
    NOT_EXPORTED,
    EXPORTED_OTHERWISE,
    BEYOND_LIMITS,
)
