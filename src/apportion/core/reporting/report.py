"""Reports: an allocation grouped and filtered, with every digit.

A share is distributed over its owner's projects, environments and so on in proportion to the
owner's direct cost there; always by day and over all dimensions together, so that every grouping
of the same allocation adds up to the same figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from apportion.core.allocation.distribute import distribute
from apportion.core.templates import each, name, text
from apportion.model.focus import COST_COLUMNS
from apportion.model.question import Granularity
from apportion.model.relation import Query, Relation
from apportion.model.split import Units

#: Columns by which every allocation can be grouped, in addition to its dimensions.
ALWAYS = (
    "BillingAccountId",
    "BillingCurrency",
    "SubAccountId",
    "SubAccountName",
    "ServiceName",
    "ChargeCategory",
    "Pool",
)

#: The value of account and service of a share: a share comes from a pool.
SHARED = "(shared)"


@dataclass(frozen=True)
class ReceivedShare:
    """The share of an owner in a pool on a day, before it is distributed over dimensions."""

    owner: str
    currency: str
    billing_account: str
    pool: str
    day: date
    within: str
    units: Units


@dataclass(frozen=True)
class OwnerCombination:
    """The direct cost of an owner by tuples of dimension values."""

    owner: str
    currency: str
    values: tuple[str, ...]
    units: int


class CombinationCost(NamedTuple):
    """The direct cost of an owner with these values of the other dimensions."""

    owner: str
    currency: str
    cost: Decimal
    values: Mapping[str, str]


class ReportRow(NamedTuple):
    """A row of a report; `groups` are the columns that it is grouped by."""

    time: str
    currency: str | None
    own: Decimal
    shared: Decimal
    tagged: Decimal
    groups: Mapping[str, str | None]


def received_query(shares: Relation) -> Query:
    """Read shares, as `ReceivedShare`."""
    return Query.of(
        'SELECT "Owner", "BillingCurrency" AS "Currency", "BillingAccountId" AS "BillingAccount", '
        f'"Pool", "ChargeDay" AS "Day", "Within", {each(map(name, COST_COLUMNS), ", ")} '
        f"FROM {shares}",
        shares,
    )


def lie_query(owner: str, dimensions: Sequence[str], cost: str, allocations: Relation) -> Query:
    """Sum the direct cost of owners by all dimensions, in the rulebook's cost column."""
    others = each((name(d) for d in dimensions), ", ")
    return Query.of(
        f'SELECT {name(owner)} AS "Owner", "BillingCurrency" AS "Currency", {others}, '
        f'SUM({name(cost)}) AS "Cost" FROM {allocations} WHERE "Pool" IS NULL GROUP BY ALL',
        allocations,
    )


def push_down(
    given: Iterable[ReceivedShare],
    lies: Iterable[OwnerCombination],
    dimensions: Sequence[str],
    *,
    within: Mapping[str, str],
    otherwise: Mapping[str, str],
) -> Iterable[tuple[ReceivedShare, tuple[str, ...], Units]]:
    """Distribute the shares of owners over their tuples of `dimensions`.

    `within` names the dimension that a pool is split inside of: such a share stays in its value.
    `otherwise` is each dimension's value for an owner without direct cost to follow.
    """
    by_owner: dict[tuple[str, str], dict[tuple[str, ...], int]] = {}
    for lie in lies:
        by_owner.setdefault((lie.owner, lie.currency), {})[lie.values] = lie.units
    for share in given:
        weights = by_owner.get((share.owner, share.currency), {})
        default = [otherwise[dimension] for dimension in dimensions]
        kept = within.get(share.pool, "")
        if kept in dimensions and share.within:
            at = dimensions.index(kept)
            default[at] = share.within
            weights = {values: w for values, w in weights.items() if values[at] == share.within}
        for values, units in distribute(share.units, weights, otherwise=tuple(default)).items():
            yield share, values, units


def report_query(
    by: Sequence[str],
    charges: Relation,
    *,
    granularity: Granularity,
    owner: str,
    cost: str,
    where: str,
) -> Query:
    """Group direct and shared cost from the table of `charges_view_query`."""
    time = 'CAST("ChargeDay" AS VARCHAR)' if granularity is Granularity.DAY else '"Period"'
    groups = each((f'{time} AS "#time"', *map(name, by), '"BillingCurrency" AS "#currency"'), ", ")
    tagged = f"{name(f'{owner}_source')} LIKE 'tag:%'"
    return Query.of(
        f"SELECT {groups}, "
        f'SUM(CASE WHEN "#direct" THEN {name(cost)} ELSE 0 END) AS "#own", '
        f'SUM(CASE WHEN "#direct" THEN 0 ELSE {name(cost)} END) AS "#shared", '
        f'SUM(CASE WHEN "#direct" AND {tagged} THEN {name(cost)} ELSE 0 END) AS "#tagged" '
        f"FROM {charges}{f' WHERE {where}' if where else ''} GROUP BY ALL ORDER BY ALL",
        charges,
    )


def charges_view_query(dimensions: Sequence[str], allocations: Relation, pushed: Relation) -> Query:
    """Unite direct cost and distributed shares in one table."""
    costs = each(map(name, COST_COLUMNS), ", ")
    sources = [f"{dimension}_source" for dimension in dimensions]
    own = each(map(name, (*ALWAYS[:-1], *dimensions, *sources)), ", ")
    given = each(
        (
            *(f"NULLIF({name(column)}, '') AS {name(column)}" for column in ALWAYS[:2]),
            *(f"{text(SHARED)} AS {name(column)}" for column in ALWAYS[2:-1]),
            *map(name, dimensions),
            *(f"'shared' AS {name(source)}" for source in sources),
        ),
        ", ",
    )
    return Query.of(
        f'SELECT TRUE AS "#direct", "Period", "ChargeDay", {own}, \'\' AS "Pool", {costs} '
        f'FROM {allocations} WHERE "Pool" IS NULL UNION ALL BY NAME '
        f'SELECT FALSE AS "#direct", "Period", "ChargeDay", {given}, "Pool", {costs} FROM {pushed}',
        allocations,
        pushed,
    )
