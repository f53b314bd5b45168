"""Run the rulebook's dimensions over a period's keys: facts, allowed values, labels, roll-up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from apportion.core.rulebook.allowed_values import allowed_in, suggestion
from apportion.core.rulebook.dimension_sql import (
    GRAIN,
    RawValue,
    RuleTables,
    allowed_values_table,
    canonical,
    labelled_query,
    lookup_table,
    raw_values_query,
)
from apportion.core.rulebook.inputs.account_facts import days_of_change, facts_on, offered
from apportion.core.rulebook.inputs.date_segments import Segment, rows_on, segments
from apportion.core.rulebook.inputs.lookup_near_misses import (
    NearMiss,
    line_columns,
    near_misses,
    near_misses_query,
)
from apportion.core.rulebook.look_alikes import HiddenCharacters, invisible_characters_query
from apportion.core.rulebook.rule_columns import (
    JSON_COLUMNS,
    RawName,
    columns_inside,
    columns_read,
    columns_sought,
    columns_used,
    facts_query,
    raw_names_query,
    spellings,
    unpacked_query,
)
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
from apportion.model.inputs import Lookup, lookup_key
from apportion.model.relation import BillTables, LabelledCosts, Query, Relation
from apportion.model.rulebook import OtherValues, Rulebook
from apportion.model.suggestions import closest, shown
from apportion.model.tags.tag_keys import matching, normalise
from apportion.model.wording import plural
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.load_rules import Rules

from .doubtful_values import doubtful_values


@dataclass(frozen=True)
class Labels:
    """The labels of a month, with what they were derived from and the days that each holds for."""

    rules: RuleTables
    segments: tuple[Segment, ...]
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
    segments = tuple(_segments_of(rules, bills, context))
    allowed = _load_canonical(rules, facts, context)
    lookups, more = _load_lookups(rules, segments, facts, context)
    findings += more
    tables = RuleTables(facts, allowed, lookups, _load_accounts(rules, segments, context))
    query = labelled_query(rulebook, rules.lookups, segments, tables, accounts=rules.accounts)
    labelled = engine.create_table("labelled", query)
    context.say("adding up")
    costs = LabelledCosts(labelled, engine.create_table("rolled", rolled_query(labelled, bills)))
    findings += _rejected(rules, costs, context) + _other_currencies(rules, costs, context)
    findings += doubtful_values(rules, facts, costs, context)
    findings += _pool_findings(rules, costs, context)
    return Labels(tables, segments, costs), findings


def _segments_of(rules: Rules, bills: BillTables, context: RunContext) -> list[Segment]:
    """Cut the days with cost where a lookup or the account data changes."""
    days = 'SELECT MIN("ChargeDay") AS first, MAX("ChargeDay") AS last FROM'
    query = Query.of(f"{days} {bills.costs}", bills.costs)
    ((first, last),) = read_rows(_FirstAndLast, context.engine.rows(query))
    if first is None or last is None:
        first = last = date(1970, 1, 1)  # no charges: one segment of nothing
    also = days_of_change(rules.accounts)
    return segments(rules.lookups.values(), first, last, also=also)


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
        "AWS writes a tag into bills once its key is activated, which `apportion aws plan` tells "
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


def _load_canonical(rules: Rules, facts: Relation, context: RunContext) -> dict[str, Relation]:
    """Find, for each dimension with allowed values, which of the bill's spellings are allowed."""
    made: dict[str, Relation] = {}
    for dimension in rules.rulebook.dimensions:
        query = raw_values_query(dimension, facts)
        rows = read_rows(RawValue, context.engine.rows(query) if query else [])
        raw = {row.raw for row in rows if row.raw}
        for source in dimension.sources:
            for column in columns_read(source):
                raw |= offered(rules.accounts, column)
        pairs = canonical(dimension, sorted(raw)).items()
        columns = {"#raw": "VARCHAR", "#value": "VARCHAR"}
        table = allowed_values_table(dimension)
        made[dimension.name] = context.engine.load(table, columns, pairs)
    return made


def _load_lookups(
    rules: Rules, parts: Sequence[Segment], facts: Relation, context: RunContext
) -> tuple[dict[tuple[str, int], Relation], list[Finding]]:
    made: dict[tuple[str, int], Relation] = {}
    findings: list[Finding] = []
    for lookup in rules.lookups.values():
        dimension = rules.rulebook.dimension(lookup.dimension)
        allowed, more = allowed_in(lookup, dimension)
        findings += more
        matches = {f"m{at}": "VARCHAR" for at in range(len(lookup.columns))}
        columns = matches | {"#raw": "VARCHAR", "#value": "VARCHAR"}
        for part in parts:
            rows = [
                (*row.match, row.value, allowed.get(row.value))
                for row in rows_on(lookup, part.first)
            ]
            key = lookup_key(lookup.dimension, lookup.name), part.number
            made[key] = context.engine.load(lookup_table(lookup, part), columns, rows)
        findings += _near_misses(lookup, facts, context)
    return made, findings


def _load_accounts(
    rules: Rules, parts: Sequence[Segment], context: RunContext
) -> dict[int, Relation]:
    """Create a table of account data for each segment."""
    accounts = rules.accounts
    columns = dict.fromkeys(("#account", *accounts.columns), "VARCHAR")
    made: dict[int, Relation] = {}
    for part in parts if accounts.columns else ():
        rows = ((fact.account, *fact.values) for fact in facts_on(accounts, part.first))
        made[part.number] = context.engine.load(f"accounts_{part.number}", columns, rows)
    return made


def _near_misses(lookup: Lookup, facts: Relation, context: RunContext) -> Iterator[Finding]:
    rows = ((row.line, *row.match) for row in lookup.rows)
    lines = context.engine.load("lookup_lines", line_columns(lookup), rows)
    found = context.engine.rows(near_misses_query(lookup, lines, facts))
    return near_misses(lookup, read_rows(NearMiss, found))


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
