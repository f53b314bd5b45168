"""Run the rulebook's dimensions over a period's keys: facts, allowed values, labels, roll-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from apportion.core.allocation.rollup import (
    ClaimedTwice,
    CurrencyCost,
    PoolName,
    RejectedValue,
    claimed_twice_query,
    other_currencies_query,
    pools_query,
    rejected_query,
    rolled_query,
)
from apportion.core.rulebook.allowed_values import suggestion
from apportion.core.rulebook.dated_facts import dated_facts_query
from apportion.core.rulebook.dimension_sql import labelled_query
from apportion.core.rulebook.inputs.account_facts import offered
from apportion.core.rulebook.inputs.date_segments import Days
from apportion.core.rulebook.look_alikes import HiddenCharacters, invisible_characters_query
from apportion.core.rulebook.rule_columns import (
    GRAIN,
    JSON_COLUMNS,
    RawName,
    columns_inside,
    columns_sought,
    columns_used,
    facts_query,
    raw_names_query,
    spellings,
    unpacked_query,
)
from apportion.core.rulebook.rule_tables import RuleTables
from apportion.core.rulebook.unused_rules import DatedCosts, matched_costs_query
from apportion.model.aws.accounts import UNIT
from apportion.model.findings.dimensions import (
    EMPTY_POOL,
    HIDDEN_CHARACTERS,
    NO_SUCH_TAG,
    OTHER_CURRENCY,
    REJECTED,
    SEVERAL_POOLS,
    TAG_SPELT_TWICE,
)
from apportion.model.findings.finding import Finding
from apportion.model.relation import BillTables, LabelledCosts, Query, Relation
from apportion.model.rulebook import OtherValues, Rulebook
from apportion.model.suggestions import closest, shown
from apportion.model.tags.tag_keys import matching, normalise
from apportion.model.wording import plural
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.load_rules import Rules

from .doubtful_values import doubtful_values
from .load_rule_tables import load_rule_tables


@dataclass(frozen=True)
class Labels:
    """The labels of a month, with what they were derived from."""

    rules: RuleTables
    costs: LabelledCosts


class _FirstAndLast(NamedTuple):
    first: date | None
    last: date | None


def label(rules: Rules, bills: BillTables, context: RunContext) -> tuple[Labels, list[Finding]]:
    """Label the keys of these bills, and add up what each label cost."""
    rulebook, engine = rules.rulebook, context.engine
    context.say("reading tags")
    facts, findings = _make_facts(rules, bills, context)
    context.say("deriving owners")
    tables, more = load_rule_tables(rules, facts, _days_with_cost(bills, context), context)
    findings += more
    query = labelled_query(rulebook, rules.lookups, tables, accounts=rules.accounts)
    labelled = engine.create_table("labelled", query)
    context.say("adding up")
    costs = LabelledCosts(labelled, engine.create_table("rolled", rolled_query(labelled, bills)))
    findings += _rejected(rules, costs, context) + _other_currencies(rules, costs, context)
    findings += doubtful_values(rules, facts, costs, context)
    findings += _pool_findings(rules, costs, context)
    return Labels(tables, costs), findings


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
) -> tuple[Relation, list[Finding]]:
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
    return facts, [
        *_not_there(rules, spelt, there),
        *_spelt_twice(rules.rulebook, spelt),
        *_hidden(rules.rulebook, bills.costs, facts, context),
    ]


def _hidden(
    rulebook: Rulebook, costs: Relation, facts: Relation, context: RunContext
) -> list[Finding]:
    """Find values with invisible characters, with the money of their charges."""
    query = invisible_characters_query(rulebook.cost, costs, facts)
    return [
        Finding(
            HIDDEN_CHARACTERS,
            rulebook.name,
            "values with invisible characters",
            found=", ".join(map(ascii, row.texts)),
            remedy="Correct the tag or the name at its source.",
            amount=row.cost,
            currency=row.billing_currency,
        )
        for row in read_rows(HiddenCharacters, context.engine.rows(query))
    ]


def _spelt(wanted: str, prefix: str, raw: list[str]) -> tuple[str, ...]:
    """The raw names that a column goes by: tags by their normal form, x_ names as they are."""
    if prefix == "x_":
        alike = (name for name in raw if name.casefold() == wanted.casefold())
        return tuple(sorted(alike, key=lambda name: (name != wanted, name)))
    return matching(raw, wanted.removeprefix(prefix))


def _not_there(
    rules: Rules, spelt: Mapping[str, Sequence[str]], there: Mapping[str, Sequence[str]]
) -> list[Finding]:
    """Find tags and columns of the rulebook that no charge has, with all their alternatives."""
    return [
        Finding(
            NO_SUCH_TAG,
            str(place),
            subject,
            found="no charge with it",
            remedy=_nearest(columns, there) or _remedy(columns),
        )
        for place, subject, columns in columns_sought(rules.rulebook)
        if not any(spelt.get(each, (each,)) or offered(rules.accounts, each) for each in columns)
    ]


def _nearest(columns: Sequence[str], there: Mapping[str, Sequence[str]]) -> str:
    """Suggest a key that charges have and that is spelt almost like one that none has."""
    for column in columns:
        prefix = next((each for each in there if column.startswith(each)), "")
        keys = {normalise(key): key for key in sorted(there.get(prefix, ()), reverse=True)}
        near = closest(column.removeprefix(prefix), keys)
        if near:
            return f"Did you mean {shown(keys[near])}? Charges have it."
    return ""


def _remedy(columns: Sequence[str]) -> str:
    if all(
        column == UNIT or column.startswith(JSON_COLUMNS["x_AccountTags"]) for column in columns
    ):
        return "Synchronise accounts (`apportion aws accounts sync`), or correct the rulebook."
    if not any(column.startswith(JSON_COLUMNS["Tags"]) for column in columns):
        return "Correct the name in the rulebook, or export the bill with it."
    return (
        "AWS writes a tag into bills once its key is activated, which `apportion aws plan` shows "
        "and plans; or correct the key in the rulebook."
    )


def _spelt_twice(rulebook: Rulebook, spelt: Mapping[str, Sequence[str]]) -> list[Finding]:
    return [
        Finding(
            TAG_SPELT_TWICE,
            rulebook.name,
            wanted,
            found=", ".join(map(repr, raw)),
            remedy=f"If a charge has several, {raw[0]!r} is used.",
        )
        for wanted, raw in spelt.items()
        if len(raw) > 1
    ]


def _rejected(rules: Rules, costs: LabelledCosts, context: RunContext) -> list[Finding]:
    findings: list[Finding] = []
    for dimension in rules.rulebook.dimensions:
        if not dimension.values or dimension.other_values is OtherValues.KEEP:
            continue
        query = rejected_query(rules.rulebook, dimension, costs)
        findings += [
            Finding(
                REJECTED,
                str(dimension.place),
                f"{dimension.name} {row.value!r}",
                expected="an allowed value",
                remedy=suggestion(row.value, dimension),
                amount=row.cost,
                currency=row.billing_currency,
            )
            for row in read_rows(RejectedValue, context.engine.rows(query))
        ]
    return findings


def _other_currencies(rules: Rules, costs: LabelledCosts, context: RunContext) -> list[Finding]:
    query = other_currencies_query(rules.rulebook, costs)
    return [
        Finding(
            OTHER_CURRENCY,
            rules.rulebook.name,
            plural(row.lines, "line"),
            expected=rules.rulebook.currency,
            remedy="They are split separately, by the cost of owners in that currency.",
            amount=row.cost,
            currency=row.billing_currency,
        )
        for row in read_rows(CurrencyCost, context.engine.rows(query))
    ]


def _pool_findings(rules: Rules, costs: LabelledCosts, context: RunContext) -> list[Finding]:
    """Find charges that several pools claim, and empty pools."""
    query = claimed_twice_query(rules.rulebook, costs)
    findings = [
        Finding(
            SEVERAL_POOLS,
            str(rules.rulebook.pool(row.pool).place),
            f"pool {row.pool}",
            found=f"{plural(row.keys, 'kind')} of charge that a pool below claims too",
            remedy="Let the conditions exclude each other if the order is not meant.",
            amount=row.cost,
            currency=row.billing_currency,
        )
        for row in read_rows(ClaimedTwice, context.engine.rows(query))
    ]
    held = {row.pool for row in read_rows(PoolName, context.engine.rows(pools_query(costs)))}
    return findings + [
        Finding(EMPTY_POOL, str(pool.place), f"pool {pool.name}", found="no charge")
        for pool in rules.rulebook.pools
        if pool.name not in held
    ]
