"""Queries for the figures on pages; `core.dashboard.row_access` limits them to the user's scope."""

from __future__ import annotations

from collections.abc import Mapping

from apportion.core.templates import each, name, text

_DIRECT = 'SUM(CASE WHEN "#pool" = \'\' THEN "#cost" ELSE 0 END)'
_SHARED = 'SUM(CASE WHEN "#pool" = \'\' THEN 0 ELSE "#cost" END)'


def totals_query() -> str:
    """Direct cost, shared cost and total of each currency."""
    return (
        f'SELECT "#currency" AS currency, {_DIRECT} AS direct, {_SHARED} AS shared, '
        'SUM("#cost") AS total FROM paid GROUP BY 1 ORDER BY 1'
    )


def owners_query(currency: str) -> str:
    """Direct cost, shared cost and total of each owner, highest total first."""
    return (
        f'SELECT "#owner" AS owner, {_DIRECT} AS direct, {_SHARED} AS shared, SUM("#cost") '
        f'AS total FROM paid WHERE "#currency" = {text(currency)} GROUP BY 1 ORDER BY total DESC, 1'
    )


def owner_days_query(currency: str) -> str:
    """Total cost of each owner by day."""
    return (
        f'SELECT "#owner" AS owner, "#day" AS day, SUM("#cost") AS total FROM paid '
        f'WHERE "#currency" = {text(currency)} GROUP BY 1, 2 ORDER BY 1, 2'
    )


def column_days_query(
    column: str, currency: str, *, owner: str = "", pool: str | None = None
) -> str:
    """Cost of each value of a column by day; `pool` None is all cost, empty is direct cost."""
    return (
        'SELECT "#value" AS value, "#day" AS day, SUM("#cost") AS total FROM days '
        f"WHERE {_where(column, currency, owner, pool)} GROUP BY 1, 2 ORDER BY 1, 2"
    )


def column_cost_query(
    column: str, currency: str, *, owner: str = "", pool: str | None = None
) -> str:
    """Cost of each value of a column in the month, highest first."""
    return (
        'SELECT "#value" AS value, SUM("#cost") AS total FROM days '
        f"WHERE {_where(column, currency, owner, pool)} GROUP BY 1 ORDER BY total DESC, 1"
    )


def paid_by_pool_query(currency: str, *, owner: str = "") -> str:
    """Cost of each owner by pool; the pool of direct cost is empty."""
    who = f' AND "#owner" = {text(owner)}' if owner else ""
    return (
        'SELECT "#pool" AS pool, "#owner" AS owner, SUM("#cost") AS total FROM paid '
        f'WHERE "#currency" = {text(currency)}{who} GROUP BY 1, 2 ORDER BY total DESC, 1, 2'
    )


def pool_days_query(currency: str, owner: str) -> str:
    """Shared cost of an owner by pool and day."""
    return (
        'SELECT "#pool" AS pool, "#day" AS day, SUM("#cost") AS total FROM paid WHERE '
        f'"#currency" = {text(currency)} AND "#owner" = {text(owner)} AND "#pool" <> \'\' '
        "GROUP BY 1, 2 ORDER BY 1, 2"
    )


def paid_days_query(currency: str, owner: str) -> str:
    """Direct and shared cost of an owner by day."""
    return (
        f'SELECT "#day" AS day, {_DIRECT} AS direct, {_SHARED} AS shared FROM paid WHERE '
        f'"#currency" = {text(currency)} AND "#owner" = {text(owner)} GROUP BY 1 ORDER BY 1'
    )


def sources_query(currency: str, *, owner: str = "", by_owner: bool = False) -> str:
    """Direct cost by source of the owner dimension."""
    who = f' AND "#owner" = {text(owner)}' if owner else ""
    columns = '"#source", "#owner"' if by_owner else '"#source"'
    named = '"#source" AS source, "#owner" AS owner' if by_owner else '"#source" AS source'
    return (
        f'SELECT {named}, SUM("#cost") AS total, CAST(SUM("#lines") AS BIGINT) AS lines FROM cells '
        f'WHERE "#currency" = {text(currency)} AND "#pool" = \'\'{who} GROUP BY {columns} '
        "ORDER BY total DESC, 1"
    )


def cells_query(
    columns: Mapping[str, str], currency: str, *, where: Mapping[str, str] | None = None
) -> str:
    """Sum cells by columns (a map of names to aliases), filtered by the values of others."""
    conditions = [f'"#currency" = {text(currency)}']
    conditions += [f"COALESCE({name(c)}, '') = {text(v)}" for c, v in (where or {}).items()]
    picked = each((f"COALESCE({name(c)}, '') AS {name(alias)}" for c, alias in columns.items()))
    return (
        f'SELECT {picked}, SUM("#cost") AS total, CAST(SUM("#lines") AS BIGINT) AS lines '
        f"FROM cells WHERE {each(conditions, ' AND ')} GROUP BY {_numbers(columns)} "
        f'ORDER BY ABS(SUM("#cost")) DESC, {_numbers(columns)}'
    )


def accounts_query() -> str:
    """The id and name of each account."""
    return (
        'SELECT "SubAccountId" AS id, MAX("SubAccountName") AS name FROM cells '
        'WHERE "SubAccountId" IS NOT NULL GROUP BY 1'
    )


def coverage_query(column: str, currency: str, *, owner: str = "") -> str:
    """Usage cost of each value of a column with each tag; the empty tag has all usage."""
    who = f' AND "#owner" = {text(owner)}' if owner else ""
    return (
        'SELECT "#value" AS value, "#tag" AS tag, SUM("#cost") AS total FROM coverage '
        f'WHERE "#column" = {text(column)} AND "#currency" = {text(currency)}{who} GROUP BY 1, 2'
    )


def untagged_query(currency: str, *, tag: str = "", most: int = 40) -> str:
    """List the resources with the highest cost that lack a tag."""
    without_tag = (
        f" AND LIST_CONTAINS(STRING_SPLIT(\"#missing\", ', '), {text(tag)})" if tag else ""
    )
    return (
        'SELECT "ResourceId" AS resource, "SubAccountId" AS account, "SubAccountName" AS '
        'account_name, "ServiceName" AS service, "#owner" AS owner, "#source" AS source, '
        '"#missing" AS missing, "#cost" AS total FROM untagged '
        f'WHERE "#currency" = {text(currency)}{without_tag} '
        f'ORDER BY ABS("#cost") DESC, "ResourceId" LIMIT {most}'
    )


def values_query(currency: str) -> str:
    """List the spellings of tag values with their usage cost."""
    return (
        'SELECT "#tag" AS tag, "#value" AS value, CAST(SUM("#resources") AS BIGINT) AS resources, '
        f'SUM("#cost") AS total FROM "values" WHERE "#currency" = {text(currency)} '
        "GROUP BY 1, 2 ORDER BY 1, 4 DESC, 2"
    )


def rule_hits_query(currency: str) -> str:
    """Cost and lines of each source of each dimension, with cost in pools."""
    return (
        'SELECT "#dimension" AS dimension, "#source" AS source, SUM("#cost") AS total, '
        f'CAST(SUM("#lines") AS BIGINT) AS lines FROM sources WHERE "#currency" = {text(currency)} '
        "GROUP BY 1, 2 ORDER BY 1, 3 DESC"
    )


def _where(column: str, currency: str, owner: str, pool: str | None) -> str:
    conditions = [f'"#column" = {text(column)}', f'"#currency" = {text(currency)}']
    conditions += [f'"#owner" = {text(owner)}'] if owner else []
    conditions += [] if pool is None else [f'"#pool" = {text(pool)}']
    return each(conditions, " AND ")


def _numbers(columns: Mapping[str, str]) -> str:
    return each((str(at) for at in range(1, len(columns) + 1)), ", ")
