"""Run the rulebook's dimensions over a period's keys: facts, allowed values, labels, roll-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from apportion.core.allocation.rollup import (
    rolled_query,
)
from apportion.core.rulebook.dated_facts import dated_facts_query
from apportion.core.rulebook.dimension_sql import labelled_query
from apportion.core.rulebook.inputs.date_segments import Days
from apportion.core.rulebook.rule_columns import (
    GRAIN,
    JSON_COLUMNS,
    RawName,
    columns_inside,
    columns_used,
    facts_query,
    raw_names_query,
    spellings,
    unpacked_query,
)
from apportion.core.rulebook.rule_tables import RuleTables
from apportion.core.rulebook.unused_rules import DatedCosts, matched_costs_query
from apportion.model.findings.finding import Finding
from apportion.model.relation import BillTables, LabelledCosts, Query, Relation
from apportion.model.tags.tag_keys import matching
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.load_rules import Rules

from .load_rule_tables import load_rule_tables


@dataclass(frozen=True)
class FoundNames:
    """The tags and raw columns of a month: `spelt` as the rules use them, `there` as bills do."""

    spelt: Mapping[str, Sequence[str]]
    there: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Labels:
    """The labels of a month, with what they were derived from.

    `refused` are the findings about values of lookups that their dimension does not allow.
    """

    rules: RuleTables
    costs: LabelledCosts
    names: FoundNames
    refused: tuple[Finding, ...]


class _FirstAndLast(NamedTuple):
    first: date | None
    last: date | None


def label(rules: Rules, bills: BillTables, context: RunContext) -> Labels:
    """Label the keys of these bills, and add up what each label cost; see `check_labels`."""
    rulebook, engine = rules.rulebook, context.engine
    context.say("reading tags")
    facts, names = _make_facts(rules, bills, context)
    context.say("deriving owners")
    tables, refused = load_rule_tables(rules, facts, _days_with_cost(bills, context), context)
    query = labelled_query(rulebook, rules.lookups, tables, accounts=rules.accounts)
    labelled = engine.create_table("labelled", query)
    context.say("adding up")
    costs = LabelledCosts(labelled, engine.create_table("rolled", rolled_query(labelled, bills)))
    return Labels(tables, costs, names, tuple(refused))


def matched_costs(rules: Rules, labels: Labels, bills: BillTables, context: RunContext) -> Query:
    """Create the dated facts with their cost; give the query of what each rule matches."""
    query = dated_facts_query(rules.rulebook, rules.lookups, labels.rules, accounts=rules.accounts)
    facts = context.engine.create_table("dated_facts", query)
    rolled = context.engine.create_table("dated_costs", rolled_query(facts, bills))
    costs = DatedCosts(labels.costs.labelled, facts, rolled)
    return matched_costs_query(rules.rulebook, rules.lookups, labels.rules, costs)


def _days_with_cost(bills: BillTables, context: RunContext) -> Days:
    query = Query.of(
        f'SELECT MIN("FirstDay") AS first, MAX("LastDay") AS last FROM {bills.months}', bills.months
    )
    ((first, last),) = read_rows(_FirstAndLast, context.engine.rows(query))
    if first is None or last is None:  # no charges: one day of nothing
        return Days(date(1970, 1, 1), date(1970, 1, 1))
    return Days(first, last)


def _make_facts(
    rules: Rules, bills: BillTables, context: RunContext
) -> tuple[Relation, FoundNames]:
    """Unpack the JSON columns that the rulebook looks into."""
    used = columns_used(rules.rulebook, rules.lookups)
    written = spellings(rules.rulebook)
    spelt: dict[str, tuple[str, ...]] = {}
    there: dict[str, list[str]] = {}
    unpacked: dict[str, Relation] = {}
    for column, prefix in JSON_COLUMNS.items():
        wanted = columns_inside(column, used)
        if wanted:
            names = context.engine.rows(raw_names_query(column, bills.keys))
            raw = [row.name for row in read_rows(RawName, names)]
            there[prefix] = raw
            found = {each: _spelt(written.get(each, each), prefix, raw) for each in wanted}
            query = unpacked_query(column, found, bills.keys)
            unpacked[column] = context.engine.create_table(f"unpacked_{column}", query)
            spelt |= found
    query = facts_query([*GRAIN, *used], bills.keys, unpacked)
    facts = context.engine.create_table("facts", query)
    return facts, FoundNames(spelt, there)


def _spelt(wanted: str, prefix: str, raw: list[str]) -> tuple[str, ...]:
    """The raw names that a column goes by: tags by their normal form, x_ names as they are."""
    if prefix == "x_":
        alike = (name for name in raw if name.casefold() == wanted.casefold())
        return tuple(sorted(alike, key=lambda name: (name != wanted, name)))
    return matching(raw, wanted.removeprefix(prefix))
