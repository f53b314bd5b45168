"""How much spend carries valid tags: the queries over judged resources, and the rows they make."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, localcontext

from apportion.core.allocation.rollup import rolled_query
from apportion.core.allocation.rounding import part_of
from apportion.core.templates import each, name, query
from apportion.model.money import EXACT
from apportion.model.relation import AllocationTables, Query, Relation
from apportion.model.rulebook import Rulebook
from apportion.model.tags.tag_policy import TagPolicy, Verdict

#: The groups of coverage, and their columns in the judged costs.
GROUPS: Mapping[str, str] = {
    "account": "Account",
    "environment": "Environment",
    "owner": "Owner",
    "region": "RegionId",
    "service": "ServiceName",
}
#: The states of spend, in order.
STATES = ("valid", "wrong", "missing", "exempt")
#: Charges with nothing that could carry a tag.
NO_RESOURCE = "none"

SUMS = ("spend", "taggable", *STATES)


def tagged_costs_query(rulebook: Rulebook, tables: AllocationTables) -> Query:
    """Add up what each resource cost under each set of tags."""
    dimensions = {dimension.name for dimension in rulebook.dimensions}
    environment = 'owned."environment"' if "environment" in dimensions else "''"
    return query(
        "core/tags/tagged_costs",
        keys=tables.bills.keys,
        owned=tables.owned,
        rolled=rolled_query(tables.owned, tables.bills),
        environment=environment,
        owner=name(rulebook.owner),
        owner_source=name(f"{rulebook.owner}_source"),
        cost=name(rulebook.cost),
    )


def coverage_query(by: Sequence[str], judged: Relation) -> Query:
    """Add the judged costs up by these groups and the currency: money and resources by state."""
    picked = [f"{name(GROUPS[group])} AS {name(group)}" for group in by]
    money = [
        f'COALESCE(SUM("Cost") FILTER ("State" = \'{state}\'), 0) AS {name(state)}'
        for state in STATES
    ]
    return query(
        "core/tags/coverage",
        judged=judged,
        groups=each([*picked, '"Currency" AS currency'], ", "),
        states=each(money),
        no_resource=NO_RESOURCE,
        numbers=each((str(n + 1) for n in range(len(by) + 1)), ", "),
    )


def state_of(verdict: Verdict, policy: TagPolicy) -> str:
    """Name the state of spend that a verdict stands for; only mandatory tags count."""
    faults = {problem.fault.value for problem in verdict.problems if problem.mandatory}
    if "missing" in faults:
        return "missing"
    if faults:
        return "wrong"
    mandatory = {key.name for key in policy.keys if key.mandatory}
    return "exempt" if mandatory.intersection(verdict.exempt) else "valid"


def with_shares(
    rows: Iterable[Mapping[str, object]],
    before: Iterable[Mapping[str, object]],
    *,
    by: Sequence[str],
    targets: Sequence[tuple[str, int]],
) -> list[dict[str, object]]:
    """Add to each row the valid part of its taggable spend, in this month and the month before."""
    keys = (*by, "currency")
    earlier = {tuple(row[key] for key in keys): share_of(row) for row in before}
    result = []
    for row in rows:
        share = share_of(row)
        resources = Decimal(str(row["resources"]))
        right = resources - Decimal(str(row["resources_wrong"]))
        result.append(
            {
                **row,
                "valid_share": share,
                "before_share": earlier.get(tuple(row[key] for key in keys)),
                "resources_share": part_of(right, resources),
                "reached": reached(share, targets),
            }
        )
    return result


def share_of(row: Mapping[str, object]) -> Decimal | None:
    """What part of the spend that can carry tags, and must, carries valid ones.

    Credits can make a part negative or more than the whole; then it is what it is.
    """
    with localcontext(EXACT):
        valid, wrong, missing = (Decimal(str(row[state])) for state in STATES[:3])
        return part_of(valid, valid + wrong + missing)


def reached(share: Decimal | None, targets: Sequence[tuple[str, int]]) -> str:
    """Name the highest target that a share reaches."""
    if share is None:
        return ""
    return next((word for word, least in reversed(targets) if share * 100 >= least), "below")


def added(rows: Iterable[Mapping[str, object]], currency: str) -> dict[str, Decimal]:
    """Add the rows of a currency up."""
    with localcontext(EXACT):
        own = [row for row in rows if row["currency"] == currency]
        return {
            column: sum((Decimal(str(row[column])) for row in own), Decimal()) for column in SUMS
        }


def tags_of(written: str) -> tuple[tuple[str, str], ...]:
    """Read the canonical JSON text of a charge's tags."""
    if not written:
        return ()
    tree = json.loads(written)
    return tuple((str(key), str(value)) for key, value in tree.items() if value is not None)
