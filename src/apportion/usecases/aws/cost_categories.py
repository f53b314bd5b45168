"""Import AWS Cost Categories as a rulebook, and export a rulebook as cost categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from apportion.core.aws.cost_categories.definitions_json import definitions_of, read_definitions
from apportion.core.aws.cost_categories.from_aws import (
    Imported,
    import_categories,
    with_those_referred_to,
)
from apportion.core.aws.cost_categories.to_aws import Exported, export_categories
from apportion.model.aws.cost_category import CostCategory
from apportion.model.errors.base import FindingsError
from apportion.model.errors.plans import NoCostCategoryError
from apportion.model.findings.finding import Finding, Place
from apportion.model.period import Period
from apportion.usecases.context import RunContext
from apportion.usecases.fail_on_findings import stop_if_failing
from apportion.usecases.runs.load_rules import read_text, rules_for

from .accounts import facts_of_all


def from_file(path: Path) -> list[CostCategory]:
    """Read definitions from a file of JSON; raises FindingsError where one cannot be read."""
    text, findings = read_text(path, path.name, Place(path.name))
    stop_if_failing(findings)
    return _whole(*read_definitions(text or "", name=path.name))


def from_aws(definitions: Sequence[Mapping[str, Any]]) -> list[CostCategory]:
    """Read definitions as AWS returns them; raises FindingsError where one cannot be read."""
    if not definitions:
        raise NoCostCategoryError("", [])
    return _whole(*definitions_of(definitions, place="AWS Cost Categories"))


def to_rulebook(
    categories: Sequence[CostCategory],
    names: Sequence[str] = (),
    *,
    currency: str = "USD",
    effective: str = "",
) -> Imported:
    """Make a rulebook of all categories, or of some with those that they refer to.

    The first one named carries cost; without names, the first that has split charges, or the first.
    """
    have = [category.name for category in categories]
    for name in names:
        if name not in have:
            raise NoCostCategoryError(name, have)
    split_first = sorted(categories, key=lambda category: not category.splits)
    wanted = names or [category.name for category in split_first]
    picked = with_those_referred_to(categories, wanted)
    return import_categories(picked, currency=currency, effective=effective)


def from_rulebook(
    period: Period, rulebooks: Path, beside: Path, context: RunContext, *, on: date
) -> Exported:
    """Export the rulebook in force in a month as cost categories, as far as AWS can.

    Lookups and tags of accounts are those of the day `on`.
    """
    rules, findings = rules_for(period, rulebooks, beside)
    if rules is None:
        raise FindingsError(findings)
    accounts = facts_of_all(rules, context, until=on)
    return export_categories(rules.rulebook, rules.lookups, accounts, on=on)


def _whole(categories: list[CostCategory], findings: list[Finding]) -> list[CostCategory]:
    stop_if_failing(findings)
    return categories
