"""Findings about Cost Explorer results (C)."""

from __future__ import annotations

from .finding import Code, Severity

PARTS_DIFFER = Code(
    "C001",
    Severity.ERROR,
    "Parts and total differ",
    "The parts and the total are separate requests and must be the same amount. Cost Explorer "
    "updates its figures several times a day, so two requests can see two states of an open "
    "month.",
)
PARTS_ROUNDED = Code(
    "C002",
    Severity.NOTICE,
    "AWS rounded the parts",
    "Cost Explorer rounds every amount, so the sum of many small parts can differ slightly from "
    "the total. The finding shows the exact difference.",
)
NEVER_SEEN = Code(
    "C003",
    Severity.WARNING,
    "No cost has this tag",
    "Cost Explorer shows a tag only from the day after its activation as a cost allocation tag. "
    "Tag keys are case-sensitive.",
)
ESTIMATED = Code(
    "C004",
    Severity.NOTICE,
    "Amounts are estimates",
    "Amounts change until AWS closes the month, some days after its end.",
)
OTHER_SPELLINGS = Code(
    "C005",
    Severity.WARNING,
    "Same value in several spellings",
    "AWS distinguishes values by case, and so does every report that filters by one of them. "
    "Cost under the other spellings is missing from it.",
)
NO_COST = Code(
    "C006",
    Severity.WARNING,
    "No cost",
    "The request found no cost in these days. Check the spelling.",
)
RESOURCES_DIFFER = Code(
    "C007",
    Severity.WARNING,
    "Resources do not add up to the service",
    "Costs of single resources arrive later than those of services, and some costs of a service "
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
