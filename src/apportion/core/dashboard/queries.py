"""Queries for the figures on pages; `core.dashboard.row_access` limits them to the user's scope."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apportion.core.templates import each, name, text

from .aggregates import ACCOUNT, CATEGORY, SERVICE
from .page_rows import (
    AccountName,
    ChargeCell,
    DriverRow,
    FlowCell,
    MatchedCost,
    MonthStatus,
    PageQuery,
    Paid,
    PaidDay,
    PoolCell,
    PoolPaid,
    PoolRow,
    RuleHit,
    SourceTotal,
    T,
    TagCost,
    TagValue,
    UntaggedResource,
    ValueDay,
    ValueTotal,
)

#: The columns of `charge_cells_query`.
CHARGE_COLUMNS = {
    "#source": "source",
    ACCOUNT: "account",
    SERVICE: "service",
    CATEGORY: "category",
}

_DIRECT = 'SUM(CASE WHEN "#pool" = \'\' THEN "#cost" ELSE 0 END)'
_SHARED = 'SUM(CASE WHEN "#pool" = \'\' THEN 0 ELSE "#cost" END)'


def totals_query() -> PageQuery[Paid]:
    """Direct cost, shared cost and total of each currency."""
    return PageQuery(
        f'SELECT "#currency" AS name, {_DIRECT} AS direct, {_SHARED} AS shared, '
        'SUM("#cost") AS total FROM paid GROUP BY 1 ORDER BY 1',
        Paid,
    )


def owners_query(currency: str) -> PageQuery[Paid]:
    """Direct cost, shared cost and total of each owner, highest total first."""
    return PageQuery(
        f'SELECT "#owner" AS name, {_DIRECT} AS direct, {_SHARED} AS shared, SUM("#cost") '
        f'AS total FROM paid WHERE "#currency" = {text(currency)} GROUP BY 1 '
        "ORDER BY total DESC, 1",
        Paid,
    )


def owner_days_query(currency: str) -> PageQuery[ValueDay]:
    """Total cost of each owner by day."""
    return PageQuery(
        f'SELECT "#owner" AS value, "#day" AS day, SUM("#cost") AS total FROM paid '
        f'WHERE "#currency" = {text(currency)} GROUP BY 1, 2 ORDER BY 1, 2',
        ValueDay,
    )


def column_days_query(
    column: str, currency: str, *, owner: str = "", pool: str | None = None
) -> PageQuery[ValueDay]:
    """Cost of each value of a column by day; `pool` None is all cost, empty is direct cost."""
    return PageQuery(
        'SELECT "#value" AS value, "#day" AS day, SUM("#cost") AS total FROM days '
        f"WHERE {_where(column, currency, owner, pool)} GROUP BY 1, 2 ORDER BY 1, 2",
        ValueDay,
    )


def column_cost_query(
    column: str, currency: str, *, owner: str = "", pool: str | None = None
) -> PageQuery[ValueTotal]:
    """Cost of each value of a column in the month, highest first."""
    return PageQuery(
        'SELECT "#value" AS value, SUM("#cost") AS total FROM days '
        f"WHERE {_where(column, currency, owner, pool)} GROUP BY 1 ORDER BY total DESC, 1",
        ValueTotal,
    )


def paid_by_pool_query(currency: str, *, owner: str = "") -> PageQuery[PoolPaid]:
    """Cost of each owner by pool; the pool of direct cost is empty."""
    who = f' AND "#owner" = {text(owner)}' if owner else ""
    return PageQuery(
        'SELECT "#pool" AS pool, "#owner" AS owner, SUM("#cost") AS total FROM paid '
        f'WHERE "#currency" = {text(currency)}{who} GROUP BY 1, 2 ORDER BY total DESC, 1, 2',
        PoolPaid,
    )


def pool_days_query(currency: str, owner: str) -> PageQuery[ValueDay]:
    """Shared cost of an owner by pool and day."""
    return PageQuery(
        'SELECT "#pool" AS value, "#day" AS day, SUM("#cost") AS total FROM paid WHERE '
        f'"#currency" = {text(currency)} AND "#owner" = {text(owner)} AND "#pool" <> \'\' '
        "GROUP BY 1, 2 ORDER BY 1, 2",
        ValueDay,
    )


def paid_days_query(currency: str, owner: str) -> PageQuery[PaidDay]:
    """Direct and shared cost of an owner by day."""
    return PageQuery(
        f'SELECT "#day" AS day, {_DIRECT} AS direct, {_SHARED} AS shared FROM paid WHERE '
        f'"#currency" = {text(currency)} AND "#owner" = {text(owner)} GROUP BY 1 ORDER BY 1',
        PaidDay,
    )


def sources_query(currency: str, *, owner: str) -> PageQuery[SourceTotal]:
    """Direct cost of an owner by source of the owner dimension."""
    return PageQuery(
        'SELECT "#source" AS source, SUM("#cost") AS total, '
        'CAST(SUM("#lines") AS BIGINT) AS lines FROM cells '
        f'WHERE "#currency" = {text(currency)} AND "#pool" = \'\' AND "#owner" = {text(owner)} '
        'GROUP BY "#source" ORDER BY total DESC, 1',
        SourceTotal,
    )


def flow_cells_query(by: str, currency: str, *, origin: str = "") -> PageQuery[FlowCell]:
    """Cost of each value of a column by source, owner and pool; of one value, if it is named."""
    columns = {by: "origin", "#source": "source", "#owner": "owner", "#pool": "pool"}
    return _cells(FlowCell, columns, currency, {by: origin} if origin else {})


def charge_cells_query(currency: str, where: Mapping[str, str]) -> PageQuery[ChargeCell]:
    """Cost by source, account, service and charge category of what `where` selects."""
    return _cells(ChargeCell, CHARGE_COLUMNS, currency, where)


def pool_cells_query(currency: str) -> PageQuery[PoolCell]:
    """Cost in each pool; the pool of other cost is empty."""
    return _cells(PoolCell, {"#pool": "pool"}, currency, {})


def _cells(
    kind: Callable[..., T],
    columns: Mapping[str, str],
    currency: str,
    where: Mapping[str, str],
) -> PageQuery[T]:
    """Sum cells by columns (a map of names to aliases), filtered by the values of others."""
    conditions = [f'"#currency" = {text(currency)}']
    conditions += [f"COALESCE({name(c)}, '') = {text(v)}" for c, v in where.items()]
    picked = each((f"COALESCE({name(c)}, '') AS {name(alias)}" for c, alias in columns.items()))
    return PageQuery(
        f'SELECT {picked}, SUM("#cost") AS total, CAST(SUM("#lines") AS BIGINT) AS lines '
        f"FROM cells WHERE {each(conditions, ' AND ')} GROUP BY {_numbers(columns)} "
        f'ORDER BY ABS(SUM("#cost")) DESC, {_numbers(columns)}',
        kind,
    )


def accounts_query() -> PageQuery[AccountName]:
    """The id and name of each account."""
    return PageQuery(
        'SELECT "SubAccountId" AS id, MAX("SubAccountName") AS name FROM cells '
        'WHERE "SubAccountId" IS NOT NULL GROUP BY 1',
        AccountName,
    )


def coverage_query(column: str, currency: str) -> PageQuery[TagCost]:
    """Usage cost of each value of a column with each tag; the empty tag has all usage."""
    return PageQuery(
        'SELECT "#value" AS value, "#tag" AS tag, SUM("#cost") AS total FROM coverage '
        f'WHERE "#column" = {text(column)} AND "#currency" = {text(currency)} GROUP BY 1, 2',
        TagCost,
    )


def untagged_query(currency: str, *, tag: str = "", most: int = 40) -> PageQuery[UntaggedResource]:
    """List the resources with the highest cost that lack a tag."""
    without_tag = (
        f" AND LIST_CONTAINS(STRING_SPLIT(\"#missing\", ', '), {text(tag)})" if tag else ""
    )
    return PageQuery(
        'SELECT "ResourceId" AS resource, "SubAccountId" AS account, MAX("SubAccountName") AS '
        'account_name, MAX("ServiceName") AS service, "#owner" AS owner, MAX("#source") AS source, '
        '"#missing" AS missing, SUM("#cost") AS total FROM untagged '
        f'WHERE "#currency" = {text(currency)}{without_tag} GROUP BY 1, 2, 5, 7 '
        f'ORDER BY ABS(SUM("#cost")) DESC, "ResourceId" LIMIT {most}',
        UntaggedResource,
    )


def values_query(currency: str) -> PageQuery[TagValue]:
    """List the spellings of tag values with their usage cost."""
    return PageQuery(
        'SELECT "#tag" AS tag, "#value" AS value, CAST(SUM("#resources") AS BIGINT) AS resources, '
        f'SUM("#cost") AS total FROM "values" WHERE "#currency" = {text(currency)} '
        "GROUP BY 1, 2 ORDER BY 1, 4 DESC, 2",
        TagValue,
    )


def rule_hits_query(currency: str) -> PageQuery[RuleHit]:
    """Cost and lines of each source of each dimension, with cost in pools."""
    return PageQuery(
        'SELECT "#dimension" AS dimension, "#source" AS source, SUM("#cost") AS total, '
        f'CAST(SUM("#lines") AS BIGINT) AS lines FROM sources WHERE "#currency" = {text(currency)} '
        "GROUP BY 1, 2 ORDER BY 1, 3 DESC",
        RuleHit,
    )


def matched_cost_query(currency: str) -> PageQuery[MatchedCost]:
    """What each rule would match without the rules before it."""
    return PageQuery(
        'SELECT "#dimension", "#at", "#cost" FROM matched_cost '
        f'WHERE "#currency" = {text(currency)}',
        MatchedCost,
    )


def pools_query(currency: str) -> PageQuery[PoolRow]:
    """The pools of the month, in the order of the rulebook."""
    return PageQuery(
        'SELECT pool, cost, kept, payers, split, "where", place FROM pools '
        f"WHERE currency = {text(currency)}",
        PoolRow,
    )


def arrows_query(currency: str) -> PageQuery[DriverRow]:
    """The parts of pools that other pools pay."""
    return _drivers(currency, "kind = 'pool'", "pool, target")


def drivers_query(currency: str, pool: str) -> PageQuery[DriverRow]:
    """The parts of a pool, the largest first."""
    return _drivers(currency, f"pool = {text(pool)}", "ratio DESC NULLS LAST, target")


def _drivers(currency: str, where: str, order: str) -> PageQuery[DriverRow]:
    return PageQuery(
        "SELECT pool, within, target, kind, number, ratio, driver, line FROM drivers "
        f"WHERE {where} AND currency = {text(currency)} ORDER BY {order}",
        DriverRow,
    )


def status_query() -> PageQuery[MonthStatus]:
    """The last day of each currency, and its lines with an invoice."""
    return PageQuery(
        'SELECT "#currency", "#last", "#lines", "#invoiced" FROM status ORDER BY 1', MonthStatus
    )


def _where(column: str, currency: str, owner: str, pool: str | None) -> str:
    conditions = [f'"#column" = {text(column)}', f'"#currency" = {text(currency)}']
    conditions += [f'"#owner" = {text(owner)}'] if owner else []
    conditions += [] if pool is None else [f'"#pool" = {text(pool)}']
    return each(conditions, " AND ")


def _numbers(columns: Mapping[str, str]) -> str:
    return each((str(at) for at in range(1, len(columns) + 1)), ", ")
