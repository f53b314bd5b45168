"""The published tables of allocations, and the views on them.

Tables contain the rows of every published run that is not deleted yet, with its `RunId`; views show
the run that the table `runs` names. So one commit of one small table replaces a whole period, and
readers of the views see either the old state or the new one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import NamedTuple

from apportion.core.rulebook.dimension_sql import dimension_columns
from apportion.core.rulebook.rule_columns import GRAIN
from apportion.core.templates import each, name, text
from apportion.model.focus import COST_COLUMNS, KEY_COLUMNS
from apportion.model.manifest import Manifest
from apportion.model.money import SQL_TYPE
from apportion.model.relation import AllocationTables, Query, Relation
from apportion.model.rulebook import Rulebook
from apportion.model.split import Units

from .report import ALWAYS

#: The tables in the order of publishing. `runs` is last: it makes the others visible.
TABLES = ("keys", "allocations", "shares", "drivers", "daily", "proofs", "findings")
RUNS = "runs"

#: The name of the table behind a view.
BY_RUN = "{}_by_run"

_VARCHAR, _BIGINT, _DATE, _BOOLEAN = "VARCHAR", "BIGINT", "DATE", "BOOLEAN"
_RUN = {"Period": _VARCHAR, "RunId": _VARCHAR}
_MONEY = {"Cost": SQL_TYPE, **dict.fromkeys(COST_COLUMNS, SQL_TYPE)}

#: One row for each published period: the visible run, and the hashes that verify it.
RUNS_COLUMNS = {
    "Period": _VARCHAR,
    "RunId": _VARCHAR,
    "ManifestSha256": _VARCHAR,
    "AllocatedAt": _VARCHAR,
    "Version": _VARCHAR,
    "Rulebook": _VARCHAR,
    "RulebookSha256": _VARCHAR,
    "OwnerDimension": _VARCHAR,
    "Unallocated": _VARCHAR,
    "CostColumn": _VARCHAR,
    "Manifest": _VARCHAR,
}
PROOFS_COLUMNS = {
    **_RUN,
    "Stage": _VARCHAR,
    "BillingAccountId": _VARCHAR,
    "SubAccountId": _VARCHAR,
    "BillingCurrency": _VARCHAR,
    "Lines": _BIGINT,
    **_MONEY,
}
FINDINGS_COLUMNS = {
    **_RUN,
    "Code": _VARCHAR,
    "Severity": _VARCHAR,
    "Title": _VARCHAR,
    "Place": _VARCHAR,
    "Sentence": _VARCHAR,
    "Amount": SQL_TYPE,
    "BillingCurrency": _VARCHAR,
}
_SHARES_COLUMNS = {
    **_RUN,
    "ChargeDay": _DATE,
    "BillingAccountId": _VARCHAR,
    "BillingCurrency": _VARCHAR,
    "Pool": _VARCHAR,
    "Within": _VARCHAR,
    "PaidBy": _VARCHAR,
    "Ratio": _VARCHAR,
    "Kept": _BOOLEAN,
    **_MONEY,
}
_DRIVERS_COLUMNS = {
    **_RUN,
    "Pool": _VARCHAR,
    "BillingCurrency": _VARCHAR,
    "Within": _VARCHAR,
    "ChargeDay": _DATE,
    "Target": _VARCHAR,
    "TargetIsPool": _BOOLEAN,
    "Weight": _VARCHAR,
    "Ratio": _VARCHAR,
    "Driver": _VARCHAR,
}


def columns(rulebook: Rulebook) -> dict[str, dict[str, str]]:
    """List the columns of each table for a rulebook, with their SQL types."""
    dimensions = dict.fromkeys(_dimensions(rulebook), _VARCHAR)
    return {
        "keys": {**_RUN, "KeyId": _BIGINT, **dict.fromkeys(KEY_COLUMNS, _VARCHAR)},
        "allocations": {
            **_RUN,
            "ChargeDay": _DATE,
            "KeyId": _BIGINT,
            "PaidBy": _VARCHAR,
            **dict.fromkeys((*GRAIN, *dimension_columns(rulebook), "Pool"), _VARCHAR),
            "Lines": _BIGINT,
            **_MONEY,
        },
        "shares": _SHARES_COLUMNS,
        "drivers": _DRIVERS_COLUMNS,
        "daily": {
            **_RUN,
            "ChargeDay": _DATE,
            "PaidBy": _VARCHAR,
            **dimensions,
            **dict.fromkeys(ALWAYS, _VARCHAR),
            "Direct": _BOOLEAN,
            "Tagged": _BOOLEAN,
            **_MONEY,
        },
        "proofs": PROOFS_COLUMNS,
        "findings": FINDINGS_COLUMNS,
        RUNS: RUNS_COLUMNS,
    }


@dataclass(frozen=True)
class Sources:
    """The relations that the tables of a run are made of; `charges` has direct and shared cost."""

    tables: AllocationTables
    charges: Relation
    proofs: Relation
    findings: Relation


def queries(rulebook: Rulebook, manifest: Manifest, sources: Sources) -> dict[str, Query]:
    """Write the SELECTs that give each table's rows of a run."""
    run = {"Period": text(manifest.period), "RunId": text(manifest.run)}
    cost = name(rulebook.cost)
    owner = name(rulebook.owner)
    money = {"Cost": cost, **{column: name(column) for column in COST_COLUMNS}}
    known = columns(rulebook)
    sums = {column: f"SUM({column_sql})" for column, column_sql in money.items()}
    tagged = f"{name('#direct')} AND COALESCE({name(rulebook.owner + '_source')}, '') LIKE 'tag:%'"
    daily = {
        "PaidBy": owner,
        "Pool": "NULLIF(\"Pool\", '')",
        "Direct": name("#direct"),
        "Tagged": tagged,
    }
    tables = sources.tables
    costs, owned = tables.bills.costs, tables.owned
    joined = Query.of(
        f'{costs} AS costs INNER JOIN {owned} AS owned ON costs."KeyId" = owned."KeyId" '
        'AND costs."ChargeDay" BETWEEN owned."FirstDay" AND owned."LastDay"',
        costs,
        owned,
    )
    in_use = Query.of(f'"KeyId" IN (SELECT "KeyId" FROM {costs})', costs)
    own = {
        **{column: f"owned.{name(column)}" for column in known["allocations"]},
        **run,
        **{column: f"costs.{sql}" for column, sql in money.items()},
        # The owners of a charge in a pool are in `shares`.
        "PaidBy": f'CASE WHEN owned."Pool" IS NULL THEN owned.{owner} END',
        "ChargeDay": 'costs."ChargeDay"',
        "Lines": 'costs."Lines"',
    }
    return {
        "keys": _select(known["keys"], run, tables.bills.keys, where=in_use),
        "allocations": _select(known["allocations"], own, joined),
        "shares": _select(known["shares"], {**money, **run, "PaidBy": '"Owner"'}, tables.shares),
        "drivers": _select(known["drivers"], run, tables.drivers),
        "daily": _select(known["daily"], {**run, **daily, **sums}, sources.charges, grouped=True),
        "proofs": _select(known["proofs"], run, sources.proofs),
        "findings": _select(known["findings"], run, sources.findings),
    }


class PayerCost(NamedTuple):
    """The cost of a payer in a currency."""

    billing_account_id: str
    billing_currency: str
    units: Units


def totals_query(table: str, relation: Relation) -> Query:
    """Sum a published table by payer and currency, for the comparison with the proof.

    Direct and shared cost are the whole; so are all charges, pooled or not.
    """
    where = " WHERE \"Stage\" = 'allocated'" if table == "proofs" else ""
    sums = each((f"COALESCE(SUM({name(c)}), 0) AS {name(c)}" for c in COST_COLUMNS), ", ")
    return Query.of(
        'SELECT COALESCE("BillingAccountId", \'\') AS "BillingAccountId", '
        'COALESCE("BillingCurrency", \'\') AS "BillingCurrency", '
        f"{sums} FROM {relation}{where} GROUP BY 1, 2",
        relation,
    )


def views(known: Mapping[str, Mapping[str, str]], dimensions: Sequence[str]) -> dict[str, str]:
    """The views: each table limited to the visible runs, and one view for each dimension."""
    shown = {table: _shown(table, known[table]) for table in TABLES}
    return shown | {f"by_{dimension}": by_dimension(dimension) for dimension in dimensions}


def by_dimension(dimension: str) -> str:
    """Group `daily` by month and a dimension: direct, shared, total and tagged."""
    column = f"daily.{name(dimension)}"
    return (
        f'SELECT daily."Period", {column}, daily."BillingCurrency", '
        'SUM(CASE WHEN daily."Direct" THEN daily."Cost" ELSE 0 END) AS "direct", '
        'SUM(CASE WHEN daily."Direct" THEN 0 ELSE daily."Cost" END) AS "shared", '
        'SUM(daily."Cost") AS "total", '
        'SUM(CASE WHEN daily."Tagged" THEN daily."Cost" ELSE 0 END) AS "tagged" '
        f'FROM daily GROUP BY daily."Period", {column}, daily."BillingCurrency"'
    )


def by_dimension_columns(dimension: str) -> dict[str, str]:
    """List the columns of the view of a dimension."""
    money = dict.fromkeys(("direct", "shared", "total", "tagged"), SQL_TYPE)
    return {"Period": _VARCHAR, dimension: _VARCHAR, "BillingCurrency": _VARCHAR, **money}


def everyday(query_name: str) -> tuple[str, str]:
    """Read a named query: its description, and its SQL for the newest published month."""
    written = (
        files(__package__).joinpath("everyday_queries", f"{query_name}.sql").read_text("utf-8")
    )
    sentence, _, query = written.partition("\n")
    return sentence.removeprefix("--").strip(), query


def everyday_names() -> list[str]:
    """List the named queries."""
    folder = files(__package__).joinpath("everyday_queries")
    return sorted(f.name.removesuffix(".sql") for f in folder.iterdir() if f.name.endswith(".sql"))


def of_period(query: str, period: str) -> str:
    """Change a named query to a period instead of the newest published month."""
    newest = '(SELECT MAX("Period") AS "Period" FROM runs)'
    assert newest in query
    return query.replace(newest, f'(SELECT {text(period)} AS "Period")')


def named(query_name: str, period: str = "") -> str:
    """The SQL of a named query for a period; other texts are SQL already."""
    if query_name not in everyday_names():
        return query_name
    query = everyday(query_name)[1]
    return of_period(query, period) if period else query


def _select(
    wanted: Mapping[str, str],
    from_: Mapping[str, str],
    relation: Relation | Query,
    *,
    where: Query | None = None,
    grouped: bool = False,
) -> Query:
    """Select columns with their types, some from expressions."""
    picked = each(
        (f"CAST({from_.get(c, name(c))} AS {kind}) AS {name(c)}" for c, kind in wanted.items()),
        ", ",
    )
    condition = f" WHERE {where}" if where else ""
    sql = f"SELECT {picked} FROM {relation}{condition}{' GROUP BY ALL' if grouped else ''}"
    return Query.of(sql, relation, *([where] if where else []))


def _shown(table: str, known: Mapping[str, str]) -> str:
    held = name(BY_RUN.format(table))
    picked = each((f"{held}.{name(column)}" for column in known), ", ")
    return (
        f"SELECT {picked} FROM {held} INNER JOIN runs "
        f'ON {held}."Period" = runs."Period" AND {held}."RunId" = runs."RunId"'
    )


def _dimensions(rulebook: Rulebook) -> tuple[str, ...]:
    return tuple(dimension.name for dimension in rulebook.dimensions)
