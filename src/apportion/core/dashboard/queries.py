"""The figures on pages: queries over what somebody sees of a run (`core.dashboard.row_access`)."""

from __future__ import annotations

from collections.abc import Mapping

from apportion.core.templates import each, name, text

_OWN = 'SUM(CASE WHEN "#pool" = \'\' THEN "#cost" ELSE 0 END)'
_SHARED = 'SUM(CASE WHEN "#pool" = \'\' THEN 0 ELSE "#cost" END)'


def totals_query() -> str:
    """What is paid in each currency: own, shared, total."""
    return (
        f'SELECT "#currency" AS currency, {_OWN} AS direct, {_SHARED} AS shared, '
        'SUM("#cost") AS total FROM paid GROUP BY 1 ORDER BY 1'
    )


def owners_query(currency: str) -> str:
    """What each owner pays; the most first."""
    return (
        f'SELECT "#owner" AS owner, {_OWN} AS direct, {_SHARED} AS shared, SUM("#cost") AS total '
        f'FROM paid WHERE "#currency" = {text(currency)} GROUP BY 1 ORDER BY total DESC, 1'
    )


def owner_days_query(currency: str) -> str:
    """What each owner pays a day."""
    return (
        f'SELECT "#owner" AS owner, "#day" AS day, SUM("#cost") AS total FROM paid '
        f'WHERE "#currency" = {text(currency)} GROUP BY 1, 2 ORDER BY 1, 2'
    )


def cut_days_query(cut: str, currency: str, *, owner: str = "", pool: str | None = None) -> str:
    """What each value of a column costs a day; `pool` None is all, empty is direct cost."""
    return (
        'SELECT "#value" AS value, "#day" AS day, SUM("#cost") AS total FROM days '
        f"WHERE {_where(cut, currency, owner, pool)} GROUP BY 1, 2 ORDER BY 1, 2"
    )


def cut_query(cut: str, currency: str, *, owner: str = "", pool: str | None = None) -> str:
    """What each value of a column costs in the month; the most first."""
    return (
        'SELECT "#value" AS value, SUM("#cost") AS total FROM days '
        f"WHERE {_where(cut, currency, owner, pool)} GROUP BY 1 ORDER BY total DESC, 1"
    )


def paid_by_pool_query(currency: str, *, owner: str = "") -> str:
    """What is paid of each pool, by owner; direct cost has none."""
    who = f' AND "#owner" = {text(owner)}' if owner else ""
    return (
        'SELECT "#pool" AS pool, "#owner" AS owner, SUM("#cost") AS total FROM paid '
        f'WHERE "#currency" = {text(currency)}{who} GROUP BY 1, 2 ORDER BY total DESC, 1, 2'
    )


def pool_days_query(currency: str, owner: str) -> str:
    """What an owner pays of each pool a day."""
    return (
        'SELECT "#pool" AS pool, "#day" AS day, SUM("#cost") AS total FROM paid WHERE '
        f'"#currency" = {text(currency)} AND "#owner" = {text(owner)} AND "#pool" <> \'\' '
        "GROUP BY 1, 2 ORDER BY 1, 2"
    )


def paid_days_query(currency: str, owner: str) -> str:
    """What an owner pays a day, direct and shared cost apart."""
    return (
        f'SELECT "#day" AS day, {_OWN} AS direct, {_SHARED} AS shared FROM paid WHERE '
        f'"#currency" = {text(currency)} AND "#owner" = {text(owner)} GROUP BY 1 ORDER BY 1'
    )


def sources_query(currency: str, *, owner: str = "", by_owner: bool = False) -> str:
    """What each source of the owner dimension gave of direct cost."""
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
    """Add cells up by columns (their names, and what they are called), where others have values."""
    conditions = [f'"#currency" = {text(currency)}']
    conditions += [f"COALESCE({name(c)}, '') = {text(v)}" for c, v in (where or {}).items()]
    picked = each((f"COALESCE({name(c)}, '') AS {name(called)}" for c, called in columns.items()))
    return (
        f'SELECT {picked}, SUM("#cost") AS total, CAST(SUM("#lines") AS BIGINT) AS lines '
        f"FROM cells WHERE {each(conditions, ' AND ')} GROUP BY {_numbers(columns)} "
        f'ORDER BY ABS(SUM("#cost")) DESC, {_numbers(columns)}'
    )


def accounts_query() -> str:
    """Name the accounts: the name of each id."""
    return (
        'SELECT "SubAccountId" AS id, MAX("SubAccountName") AS name FROM cells '
        'WHERE "SubAccountId" IS NOT NULL GROUP BY 1'
    )


def coverage_query(cut: str, currency: str, *, owner: str = "") -> str:
    """What of each value's usage carries each tag; the empty tag is all of it."""
    who = f' AND "#owner" = {text(owner)}' if owner else ""
    return (
        'SELECT "#value" AS value, "#tag" AS tag, SUM("#cost") AS total FROM coverage '
        f'WHERE "#cut" = {text(cut)} AND "#currency" = {text(currency)}{who} GROUP BY 1, 2'
    )


def untagged_query(currency: str, *, tag: str = "", most: int = 40) -> str:
    """List the costliest resources that lack a tag."""
    lacking = f" AND LIST_CONTAINS(STRING_SPLIT(\"#missing\", ', '), {text(tag)})" if tag else ""
    return (
        'SELECT "ResourceId" AS resource, "SubAccountId" AS account, "SubAccountName" AS '
        'account_name, "ServiceName" AS service, "#owner" AS owner, "#source" AS source, '
        '"#missing" AS missing, "#cost" AS total FROM untagged '
        f'WHERE "#currency" = {text(currency)}{lacking} '
        f'ORDER BY ABS("#cost") DESC, "ResourceId" LIMIT {most}'
    )


def values_query(currency: str) -> str:
    """List how the values of tags are spelt, with what usage has them."""
    return (
        'SELECT "#tag" AS tag, "#value" AS value, CAST(SUM("#resources") AS BIGINT) AS resources, '
        f'SUM("#cost") AS total FROM "values" WHERE "#currency" = {text(currency)} '
        "GROUP BY 1, 2 ORDER BY 1, 4 DESC, 2"
    )


def rule_hits_query(currency: str) -> str:
    """What each source of each dimension gave, pools included."""
    return (
        'SELECT "#dimension" AS dimension, "#source" AS source, SUM("#cost") AS total, '
        f'CAST(SUM("#lines") AS BIGINT) AS lines FROM sources WHERE "#currency" = {text(currency)} '
        "GROUP BY 1, 2 ORDER BY 1, 3 DESC"
    )


def _where(cut: str, currency: str, owner: str, pool: str | None) -> str:
    conditions = [f'"#cut" = {text(cut)}', f'"#currency" = {text(currency)}']
    conditions += [f'"#owner" = {text(owner)}'] if owner else []
    conditions += [] if pool is None else [f'"#pool" = {text(pool)}']
    return each(conditions, " AND ")


def _numbers(columns: Mapping[str, str]) -> str:
    return each((str(at) for at in range(1, len(columns) + 1)), ", ")
