"""What can be wrong with what Cost Explorer answers."""

from __future__ import annotations

from .finding import Code, Severity

PARTS_DIFFER = Code(
    "C001",
    Severity.ERROR,
    "The parts are not the whole",
    "The parts of the bill were asked for one by one, and the whole by itself. They must be the "
    "same money. Cost Explorer brings its figures up to date several times a day, so two requests "
    "may see two states of an open month.",
)
PARTS_ROUNDED = Code(
    "C002",
    Severity.NOTICE,
    "The parts were rounded by AWS",
    "Cost Explorer rounds each amount that it prints, so that many small parts add up to a little "
    "more or less than the whole. The difference is told to its last digit.",
)
NEVER_SEEN = Code(
    "C003",
    Severity.WARNING,
    "No cost carries the tag",
    "Cost Explorer knows a tag from the day after it was activated as a cost allocation tag; tags "
    "that are only on resources are not seen. Upper and lower case are told apart.",
)
ESTIMATED = Code(
    "C004",
    Severity.NOTICE,
    "The amounts are estimates",
    "Until AWS closes a month its amounts change, for some days after its end too.",
)
OTHER_SPELLINGS = Code(
    "C005",
    Severity.WARNING,
    "The same name in several spellings",
    "AWS tells values apart by every letter, and so does each report that filters by one of them. "
    "The money under the other spellings is in none of them.",
)
NO_COST = Code(
    "C006",
    Severity.WARNING,
    "No cost",
    "Nothing was charged to what was asked for in these days. It may be spelt otherwise.",
)
RESOURCES_DIFFER = Code(
    "C007",
    Severity.WARNING,
    "The resources are not the whole service",
    "Costs of single resources come later than those of services, and some costs of a service "
    "belong to no resource.",
)
ALL = (
    PARTS_DIFFER,
    PARTS_ROUNDED,
    NEVER_SEEN,
    ESTIMATED,
    OTHER_SPELLINGS,
    NO_COST,
    RESOURCES_DIFFER,
)
