"""Names, metrics and days of Cost Explorer queries as users write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from apportion.model.aws.cost_center import UNTAGGED
from apportion.model.aws.cost_query import By, CostLine, GroupKind, Metric
from apportion.model.errors.base import CostQueryError
from apportion.model.suggestions import did_you_mean, shown
from apportion.model.wording import join_words

#: Dimensions that Cost Explorer groups by, as the API reference of GetCostAndUsage lists them, and
#: REGION, which it does not list and takes.
DIMENSIONS = {
    "account": "LINKED_ACCOUNT",
    "service": "SERVICE",
    "region": "REGION",
    "az": "AZ",
    "instance-type": "INSTANCE_TYPE",
    "invoicing-entity": "INVOICING_ENTITY",
    "legal-entity": "LEGAL_ENTITY_NAME",
    "operation": "OPERATION",
    "platform": "PLATFORM",
    "purchase-type": "PURCHASE_TYPE",
    "record-type": "RECORD_TYPE",
    "tenancy": "TENANCY",
    "usage-type": "USAGE_TYPE",
}
_PREFIXES = {"tag": GroupKind.TAG, "category": GroupKind.CATEGORY}
_NOTHING = {
    GroupKind.TAG: UNTAGGED,
    GroupKind.CATEGORY: "(uncategorized)",
    GroupKind.DIMENSION: "(none)",
}

#: Cost Explorer keeps thirteen months by the day, and the days of single resources for two weeks.
MOST_DAYS = 395
MOST_DAYS_OF_RESOURCES = 14


def by(word: str) -> By:
    """Read `service`, `tag:Project` or `category:Team`; raises CostQueryError."""
    prefix, colon, name = word.strip().partition(":")
    if colon and name.strip() and prefix.casefold() in _PREFIXES:
        return By(_PREFIXES[prefix.casefold()], name.strip())
    dimension = DIMENSIONS.get(word.strip().casefold())
    if dimension is None:
        known = ["tag:KEY", "category:NAME", *DIMENSIONS]
        guess = did_you_mean(word, known) or f"Perhaps tag:{word}?"
        raise CostQueryError(
            "A name to group by", join_words(known, most=20), repr(shown(word)), guess
        )
    return By(GroupKind.DIMENSION, dimension)


def by_tag(word: str) -> By:
    """Read a tag key, which may also be written as `by` reads it."""
    return by(word) if word.partition(":")[0].casefold() in _PREFIXES else By(GroupKind.TAG, word)


def metric(word: str) -> Metric:
    """Read `UnblendedCost`, in any case, with or without `Cost`; raises CostQueryError."""
    wanted = word.strip().casefold().replace("-", "").replace("_", "").removesuffix("cost")
    for each in Metric:
        if each.casefold().removesuffix("cost") == wanted:
            return each
    raise CostQueryError("The metric", join_words(list(Metric)), repr(shown(word)))


def last_days(days: int, today: date, *, most: int = MOST_DAYS) -> tuple[date, date]:
    """Compute the start and the exclusive end of the days before today."""
    if not 1 <= days <= most:
        raise CostQueryError("The number of days", f"1 to {most}", str(days))
    return today - timedelta(days=days), today


def told_days(start: date, end: date) -> str:
    """Write the first and the last day."""
    return f"{start} to {end - timedelta(days=1)}"


def name_of(by: By, value: str) -> str:
    """Name a group; one without a value has a name in parentheses."""
    return value or _NOTHING[by.kind]


def currency_of(lines: Sequence[CostLine]) -> str:
    """Find the one currency of the lines that have money."""
    found = {line.currency for line in lines if any(line.amounts.values())}
    if len(found) > 1:
        raise CostQueryError("Cost Explorer's answer", "one currency", join_words(sorted(found)))
    return found.pop() if found else "USD"
