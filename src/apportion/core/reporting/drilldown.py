"""SQL for the charges behind a figure, largest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from apportion.core.rulebook.dimension_sql import dimension_columns
from apportion.core.rulebook.rule_columns import GRAIN
from apportion.core.templates import each, name, query, text
from apportion.model.focus import COST_COLUMNS
from apportion.model.relation import BillTables, LabelledCosts, Query, Relation
from apportion.model.rulebook import Rulebook

CURRENCY = "COALESCE(\"BillingCurrency\", '')"
SERVICE = "COALESCE(\"ServiceName\", '(no service)')"
RESOURCE = '"Resource"'
ACCOUNT = "COALESCE(\"SubAccountId\", '(no account)')"

_RESOURCE = (
    'COALESCE(keys."ResourceId", keys."ResourceName", keys."ChargeDescription", \'(no resource)\')'
)


@dataclass(frozen=True)
class Part:
    """One of the largest parts of a group, or the sum of the others.

    Parts come in the order of rank; a rank above the limit is the others. `outers` and
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


def explained_query(
    rulebook: Rulebook, costs: LabelledCosts, keys: Relation, *, where: str
) -> Query:
    """Join costs with labels and descriptions of keys; `where` is a condition on labels."""
    labels = each(
        (f"labelled.{name(c)}" for c in (*GRAIN, *dimension_columns(rulebook), "Pool")), ", "
    )
    amounts = each(
        (f"rolled.{name(c)}" for c in ("FirstCost", "LastCost", *COST_COLUMNS, "Lines")), ", "
    )
    return Query.of(
        f'SELECT {labels}, {_RESOURCE} AS "Resource", {amounts} '
        f"FROM (SELECT * FROM {costs.labelled} WHERE {where}) AS labelled "
        f'INNER JOIN {costs.rolled} AS rolled USING ("KeyId", "FirstDay", "LastDay") '
        f'INNER JOIN {keys} AS keys USING ("KeyId")',
        costs.joined,
        keys,
    )


def biggest_query(
    relation: Relation,
    *,
    cost: str,
    group: str,
    outer: str,
    inner: str,
    where: str,
    biggest: int,
) -> Query:
    """List the largest parts of each currency and group; the parts and `where` are SQL."""
    return query(
        "core/reporting/biggest",
        currency=CURRENCY,
        group=group,
        outer=outer,
        inner=inner,
        cost=name(cost),
        relation=relation,
        where=where,
        biggest=str(biggest),
    )


def own_charges(rulebook: Rulebook, owner: str) -> str:
    """The condition for the direct cost of an owner."""
    return f'{name(rulebook.owner)} = {text(owner)} AND "Pool" IS NULL'


def pool_charges(pool: str) -> str:
    """The condition for charges in a pool."""
    return f'"Pool" = {text(pool)}'


class GroupCost(NamedTuple):
    """The cost of a value of a column in a currency."""

    currency: str
    value: str
    cost: Decimal


def sums_query(column: str, *, relation: Relation, cost: str, where: str) -> Query:
    """Sum cost by currency and a column, largest first."""
    return Query.of(
        f'SELECT {CURRENCY} AS "Currency", COALESCE({name(column)}, \'\') AS "Value", '
        f'SUM({name(cost)}) AS "Cost" FROM {relation} WHERE {where} GROUP BY ALL '
        f"ORDER BY ABS(SUM({name(cost)})) DESC, 1, 2",
        relation,
    )


class ResourceCharge(NamedTuple):
    """The charges of a resource on a day with the same description and labels.

    `labels` are the dimensions with their sources and rejected values, and the pool.
    """

    resource_id: str
    resource_name: str
    sub_account_id: str
    sub_account_name: str
    region_id: str
    billing_account_id: str
    billing_currency: str
    service_name: str
    charge_category: str
    usage: str
    tags: str
    account_tags: str
    other: str
    own_account_name: str
    bill: str
    charge_day: date
    cost: Decimal
    lines: int
    first_line: int | None
    labels: Mapping[str, str]

    @property
    def kind(self) -> tuple[object, ...]:
        """The description and labels that charges of several days have in common."""
        return *self[: self._fields.index("bill")], *self.labels.items()


class ResourceId(NamedTuple):
    """The id of a resource."""

    id: str


def resource_query(
    rulebook: Rulebook, resource: str, labelled: Relation, bills: BillTables
) -> Query:
    """List the charges of a resource by day, description and labels."""
    labels = each((f"labelled.{name(c)}" for c in (*dimension_columns(rulebook), "Pool")), ",\n  ")
    return query(
        "core/reporting/resource",
        keys=bills.keys,
        labelled=labelled,
        costs=bills.costs,
        labels=labels,
        cost=name(rulebook.cost),
        resource=text(resource),
    )


def resources_query(condition: str, bills: BillTables, *, cost: str, most: int) -> Query:
    """List the ids of resources that match a condition on keys, highest cost first."""
    return Query.of(
        f'SELECT keys."ResourceId" AS "Id" FROM {bills.keys} AS keys '
        f'INNER JOIN {bills.costs} AS costs USING ("KeyId") '
        f'WHERE keys."ResourceId" IS NOT NULL AND {condition} '
        f"GROUP BY 1 ORDER BY ABS(SUM(costs.{name(cost)})) DESC, 1 LIMIT {most}",
        bills.keys,
        bills.costs,
    )


def is_resource(wanted: str) -> str:
    """The condition for the resource of an id."""
    return f'keys."ResourceId" = {text(wanted)}'


def ends_like(wanted: str) -> str:
    """The condition for ids that end with a text, as ARNs end with a name."""
    return f'ends_with(keys."ResourceId", {text(wanted)})'


def is_like(wanted: str) -> str:
    """The condition for ids that contain a text, ignoring case."""
    return f'contains(lower(keys."ResourceId"), {text(wanted.lower())})'
