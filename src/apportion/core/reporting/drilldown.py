"""What something consists of: SQL for the charges behind a figure, biggest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from apportion.core.rulebook.dimension_sql import GRAIN, dimension_columns
from apportion.core.templates import each, name, sql, text
from apportion.model.focus import COST_COLUMNS
from apportion.model.rulebook import Rulebook

#: The charges to be explained, each with its labels and what it is charged for.
EXPLAINED = "explained"

CURRENCY = "COALESCE(\"BillingCurrency\", '')"
SERVICE = "COALESCE(\"ServiceName\", '(no service)')"
RESOURCE = '"Resource"'
ACCOUNT = "COALESCE(\"SubAccountId\", '(no account)')"

_RESOURCE = (
    'COALESCE(keys."ResourceId", keys."ResourceName", keys."ChargeDescription", \'(no resource)\')'
)


@dataclass(frozen=True)
class Part:
    """One of the biggest parts of a group, or the others added up.

    Parts come in the order of rank; a rank above what was asked for is the others. `outers` and
    `inners` count what was added up.
    """

    currency: str
    group: str
    outer: str
    inner: str
    account: str
    account_name: str
    outer_rank: int
    inner_rank: int
    outers: int
    inners: int
    cost: Decimal
    lines: int
    first: date
    last: date


def explained_query(rulebook: Rulebook, *, where: str) -> str:
    """Put `rolled` costs beside labels and descriptions of keys; `where` looks at labels."""
    labels = each(
        (f"labelled.{name(c)}" for c in (*GRAIN, *dimension_columns(rulebook), "Pool")), ", "
    )
    costs = each(
        (f"rolled.{name(c)}" for c in ("FirstCost", "LastCost", *COST_COLUMNS, "Lines")), ", "
    )
    return (
        f'SELECT {labels}, {_RESOURCE} AS "Resource", {costs} '
        f"FROM (SELECT * FROM labelled WHERE {where}) AS labelled "
        'INNER JOIN rolled USING ("KeyId", "FirstDay", "LastDay") '
        'INNER JOIN keys USING ("KeyId")'
    )


def biggest_query(
    relation: str,
    *,
    cost: str,
    group: str,
    outer: str,
    inner: str,
    where: str,
    biggest: int,
) -> str:
    """List the biggest parts of each currency and group; the parts and `where` are SQL."""
    return sql(
        "core/reporting/biggest",
        currency=CURRENCY,
        group=group,
        outer=outer,
        inner=inner,
        cost=name(cost),
        relation=name(relation),
        where=where,
        biggest=str(biggest),
    )


def own_charges(rulebook: Rulebook, owner: str) -> str:
    """Write the condition for the charges that are an owner's by themselves."""
    return f'{name(rulebook.owner)} = {text(owner)} AND "Pool" IS NULL'


def pool_charges(pool: str) -> str:
    """Write the condition for the charges that lie in a pool."""
    return f'"Pool" = {text(pool)}'


def sums_query(columns: Sequence[str], *, relation: str, cost: str, where: str) -> str:
    """Add money up by columns; biggest first."""
    groups = each((f"COALESCE({name(c)}, '') AS {name(c)}" for c in columns), ", ")
    return (
        f'SELECT {groups}, SUM({name(cost)}) AS "Cost", SUM("Lines") AS "Lines" '
        f"FROM {name(relation)} WHERE {where} GROUP BY ALL "
        f"ORDER BY ABS(SUM({name(cost)})) DESC, {each(map(str, range(1, len(columns) + 1)), ', ')}"
    )


def resource_query(rulebook: Rulebook, resource: str) -> str:
    """List a resource's charges by day, as they are described and labelled."""
    labels = each((f"labelled.{name(c)}" for c in (*dimension_columns(rulebook), "Pool")), ",\n  ")
    return sql(
        "core/reporting/resource",
        labels=labels,
        cost=name(rulebook.cost),
        resource=text(resource),
    )


def resources_query(condition: str, *, cost: str, most: int) -> str:
    """List the ids of resources that a condition on keys holds for; the costliest first."""
    return (
        'SELECT keys."ResourceId" AS "Id" FROM keys INNER JOIN costs USING ("KeyId") '
        f'WHERE keys."ResourceId" IS NOT NULL AND {condition} '
        f"GROUP BY 1 ORDER BY ABS(SUM(costs.{name(cost)})) DESC, 1 LIMIT {most}"
    )


def is_resource(wanted: str) -> str:
    """Write the condition for the resource of an id."""
    return f'keys."ResourceId" = {text(wanted)}'


def ends_like(wanted: str) -> str:
    """Write the condition for resources whose id ends with a text, as ARNs do with a name."""
    return f'ends_with(keys."ResourceId", {text(wanted)})'


def is_like(wanted: str) -> str:
    """Write the condition for resources whose id has a text in it, in any case."""
    return f'contains(lower(keys."ResourceId"), {text(wanted.lower())})'
