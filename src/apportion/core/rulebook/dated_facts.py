"""The facts of keys by days: a key is cut only on days on which a value for it changes.

A key whose account facts and lookup values stay the same has one row for all days. Each table with
changes cuts the rows that it matches, so the days of a key end up in segments of constant values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from apportion.core.templates import each, name, query
from apportion.model.aws.accounts import AccountFacts
from apportion.model.inputs import Lookup
from apportion.model.relation import Query
from apportion.model.rulebook import Rulebook

from .inputs.date_segments import Days
from .rule_columns import GRAIN, columns_used
from .rule_tables import DatedTable, RuleTables

#: The days of a row, both included.
DAY_COLUMNS = ("FirstDay", "LastDay")


def dated_columns(rulebook: Rulebook, lookups: Mapping[str, Lookup]) -> list[str]:
    """List the columns of dated facts: key, days, grain, and what the rulebook reads."""
    return ["KeyId", *DAY_COLUMNS, *dict.fromkeys((*GRAIN, *columns_used(rulebook, lookups)))]


def dated_facts_query(
    rulebook: Rulebook,
    lookups: Mapping[str, Lookup],
    tables: RuleTables,
    *,
    accounts: AccountFacts,
) -> Query:
    """Select the facts by days; empty columns of accounts are filled from account facts."""
    columns = dated_columns(rulebook, lookups)
    facts = _with_accounts(columns, tables, accounts)
    for key, lookup in lookups.items():
        if tables.lookups[key].changes:
            facts = _cut(facts, lookup.columns, tables.lookups[key], tables.days)
    return facts


def merged_query(pieces: Query, labels: Sequence[str], days: Days) -> Query:
    """Put neighbouring days of a key together if all labels are equal."""
    columns = each(map(name, labels))
    return query(
        "core/rulebook/merged_days",
        pieces=pieces,
        labels=columns,
        is_cut=_is_cut(*DAY_COLUMNS, days),
    )


def _with_accounts(columns: Sequence[str], tables: RuleTables, accounts: AccountFacts) -> Query:
    """One row for each key, or for each key and fact of its account."""
    facts, known = tables.facts, tables.accounts
    days = {"FirstDay": _date(tables.days.first), "LastDay": _date(tables.days.last)}
    if known is None:
        picked = {column: f"facts.{name(column)}" for column in columns} | days
        return Query.of(f"SELECT {_named(picked)} FROM {facts} AS facts", facts)
    picked = {column: f"facts.{name(column)}" for column in columns}
    picked["FirstDay"] = f'COALESCE(known."#first", {days["FirstDay"]})'
    picked["LastDay"] = f'COALESCE(known."#last", {days["LastDay"]})'
    for column in accounts.columns:
        picked[column] = f"COALESCE(facts.{name(column)}, known.{name(column)})"
    return Query.of(
        f"SELECT {_named(picked)} FROM {facts} AS facts "
        f'LEFT JOIN {known.table} AS known ON facts."SubAccountId" = known."#account"',
        facts,
        known.table,
    )


def _cut(facts: Query, matched: Sequence[str], lookup: DatedTable, days: Days) -> Query:
    """Cut the rows that a lookup matches where its value changes."""
    return query(
        "core/rulebook/cut_days",
        facts=facts,
        lookup=lookup.table,
        matches=matches("facts", matched, "lookup"),
        is_cut=_is_cut("#first", "#last", days),
    )


def matches(rows: str, columns: Sequence[str], lookup: str) -> str:
    """The condition, in SQL, that the columns of a lookup have the values of a row."""
    same = (f"{rows}.{name(column)} = {lookup}.m{at}" for at, column in enumerate(columns))
    return each(same, " AND ")


def _is_cut(first: str, last: str, days: Days) -> str:
    return f"({name(first)} > {_date(days.first)} OR {name(last)} < {_date(days.last)})"


def _named(expressions: Mapping[str, str]) -> str:
    return each((f"{sql} AS {name(column)}" for column, sql in expressions.items()), ", ")


def _date(day: date) -> str:
    return f"DATE '{day}'"
