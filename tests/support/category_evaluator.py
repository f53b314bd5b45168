"""What AWS Cost Categories make of charges, worked out from the definitions' JSON alone.

It follows AWS's documentation and shares nothing with the program, so that both can be compared. A
charge is a mapping of AWS's dimensions, `tag:KEY` and, as rules are tried, other categories.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

Charge = Mapping[str, str]


def value_of(definition: Mapping[str, Any], charge: Charge, others: Mapping[str, Any]) -> str:
    """Give a charge's value in a category; empty where it has none."""
    for rule in definition["Rules"]:
        if rule.get("Type") == "INHERITED_VALUE":
            inherits = rule["InheritedValue"]
            key = "LINKED_ACCOUNT_NAME"
            if inherits["DimensionName"] == "TAG":
                key = f"tag:{inherits['DimensionKey']}"
            if charge.get(key):
                return charge[key]
        elif holds(rule["Rule"], charge, others):
            return str(rule["Value"])
    return str(definition.get("DefaultValue", ""))


def holds(where: Mapping[str, Any], charge: Charge, others: Mapping[str, Any]) -> bool:
    """Tell whether an expression holds for a charge."""
    ((field, inner),) = where.items()
    if field in ("And", "Or"):
        every = all if field == "And" else any
        return every(holds(each, charge, others) for each in inner)
    if field == "Not":
        return not holds(inner, charge, others)
    if field == "CostCategories":
        return compared(inner, value_of(others[inner["Key"]], charge, others))
    prefix = "tag:" if field == "Tags" else ""
    return compared(inner, charge.get(f"{prefix}{inner['Key']}", ""))


def compared(inner: Mapping[str, Any], found: str) -> bool:
    """Compare one value; what is not there equals nothing."""
    options = set(inner.get("MatchOptions", ["EQUALS"]))
    if "ABSENT" in options:
        return not found
    values = inner["Values"]
    if "CASE_INSENSITIVE" in options:
        found, values = found.lower(), [value.lower() for value in values]
    for how, fits in (
        ("STARTS_WITH", str.startswith),
        ("ENDS_WITH", str.endswith),
        ("CONTAINS", str.__contains__),
    ):
        if how in options:
            return bool(found) and any(fits(found, value) for value in values)
    return bool(found) and found in values


def split(
    definition: Mapping[str, Any], costs: Mapping[str, Decimal], *, nobody: str
) -> dict[str, Decimal]:
    """Split the cost of values as the definition's split charges say, each by itself."""
    paid: dict[str, Decimal] = defaultdict(Decimal, costs)
    for rule in definition.get("SplitChargeRules", ()):
        source = rule["Source"] or nobody
        cost, targets = costs.get(source, Decimal()), rule["Targets"]
        weights: Sequence[Decimal] = [Decimal(1)] * len(targets)
        if rule["Method"] == "FIXED":
            weights = [Decimal(value) for value in rule["Parameters"][0]["Values"]]
        elif rule["Method"] == "PROPORTIONAL":
            weights = [costs.get(target, Decimal()) for target in targets]
        paid[source] -= cost
        for target, weight in zip(targets, weights, strict=True):
            paid[target] += cost * weight / sum(weights)
    return {value: cost for value, cost in paid.items() if cost}
