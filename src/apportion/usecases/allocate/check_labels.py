"""Check the labels of a month: names that no charge has, refused values, probable mistakes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from apportion.core.allocation.rollup import (
    ClaimedTwice,
    CurrencyCost,
    PoolName,
    RejectedValue,
    claimed_twice_query,
    other_currencies_query,
    pools_query,
    rejected_query,
)
from apportion.core.rulebook.allowed_values import suggestion
from apportion.core.rulebook.inputs.account_facts import offered
from apportion.core.rulebook.look_alikes import HiddenCharacters, invisible_characters_query
from apportion.core.rulebook.rule_columns import (
    JSON_COLUMNS,
    columns_sought,
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
from apportion.model.relation import BillTables, LabelledCosts, Relation
from apportion.model.rulebook import OtherValues, Rulebook
from apportion.model.suggestions import closest, shown
from apportion.model.tags.tag_keys import normalise
from apportion.model.wording import plural
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.load_rules import Rules

from .doubtful_values import doubtful_values
from .label_keys import FoundNames, Labels
from .load_rule_tables import find_near_misses


def check_labels(
    rules: Rules, labels: Labels, bills: BillTables, context: RunContext
) -> list[Finding]:
    """Find what is wrong with the rules or the data; the labels are the last that were derived."""
    rulebook, facts, costs = rules.rulebook, labels.rules.facts, labels.costs
    return [
        *_not_there(rules, labels.names),
        *_spelt_twice(rulebook, labels.names),
        *_hidden(rulebook, bills.costs, facts, context),
        *labels.refused,
        *find_near_misses(rules, facts, context),
        *_rejected(rules, costs, context),
        *_other_currencies(rules, costs, context),
        *doubtful_values(rules, facts, costs, context),
        *_pool_findings(rules, costs, context),
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


def _not_there(rules: Rules, names: FoundNames) -> list[Finding]:
    """Find tags and columns of the rulebook that no charge has, with all their alternatives."""
    return [
        Finding(
            NO_SUCH_TAG,
            str(place),
            subject,
            found="no charge with it",
            remedy=_nearest(columns, names.there) or _remedy(columns),
        )
        for place, subject, columns in columns_sought(rules.rulebook)
        if not any(
            names.spelt.get(each, (each,)) or offered(rules.accounts, each) for each in columns
        )
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


def _spelt_twice(rulebook: Rulebook, names: FoundNames) -> list[Finding]:
    return [
        Finding(
            TAG_SPELT_TWICE,
            rulebook.name,
            wanted,
            found=", ".join(map(repr, raw)),
            remedy=f"If a charge has several, {raw[0]!r} is used.",
        )
        for wanted, raw in names.spelt.items()
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
