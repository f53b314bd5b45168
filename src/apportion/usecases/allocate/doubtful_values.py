"""Find values of a labelled month that are probably mistakes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from apportion.core.allocation.doubtful_values import (
    ACCOUNT_COLUMNS,
    HeldValue,
    Spelling,
    Unlisted,
    compared_in,
    free_dimensions,
    near_query,
    not_in_lookup,
    other_spellings,
    spellings_query,
    spelt_alike,
    unlisted_query,
)
from apportion.core.rulebook.inputs.account_facts import offered
from apportion.model.findings.finding import Finding
from apportion.model.relation import LabelledCosts, Relation
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.load_rules import Rules


def doubtful_values(
    rules: Rules, facts: Relation, costs: LabelledCosts, context: RunContext
) -> list[Finding]:
    """Search the facts and labels of a month."""
    return [
        *_spelt_alike(rules, costs, context),
        *_other_spellings(rules, facts, context),
        *_not_in_lookups(rules, costs, context),
    ]


def _spelt_alike(rules: Rules, costs: LabelledCosts, context: RunContext) -> Iterator[Finding]:
    for dimension in free_dimensions(rules.rulebook):
        query = spellings_query(rules.rulebook, dimension, costs)
        yield from spelt_alike(dimension, read_rows(Spelling, context.engine.rows(query)))


def _other_spellings(rules: Rules, facts: Relation, context: RunContext) -> Iterator[Finding]:
    compared = compared_in(rules.rulebook)
    texts: dict[str, list[str]] = defaultdict(list)
    for _condition, column, written in compared:
        texts[column].append(written)
    held = {
        column: offered(rules.accounts, column).union(_held(column, wanted, facts, context))
        for column, wanted in texts.items()
    }
    yield from other_spellings(compared, held)


def _held(column: str, wanted: list[str], facts: Relation, context: RunContext) -> Iterator[str]:
    query = near_query(column, wanted, facts)
    return (row.value for row in read_rows(HeldValue, context.engine.rows(query)))


def _not_in_lookups(rules: Rules, costs: LabelledCosts, context: RunContext) -> Iterator[Finding]:
    for lookup in rules.lookups.values():
        if len(lookup.columns) == 1 and lookup.columns[0] in ACCOUNT_COLUMNS:
            dimension = rules.rulebook.dimension(lookup.dimension)
            query = unlisted_query(rules.rulebook, dimension, lookup.columns[0], costs)
            unlisted = read_rows(Unlisted, context.engine.rows(query))
            yield from not_in_lookup(lookup, dimension, unlisted)
