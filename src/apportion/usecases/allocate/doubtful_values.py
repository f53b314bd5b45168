"""Find values of a labelled month that are probably mistakes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from apportion.core.allocation.doubtful_values import (
    ACCOUNT_COLUMNS,
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
from apportion.usecases.row_values import day_of, money_of, text_of
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
        rows = context.engine.rows(spellings_query(rules.rulebook, dimension, costs))
        yield from spelt_alike(
            dimension,
            [
                Spelling(
                    text_of(row["Bare"]),
                    text_of(row["Value"]),
                    text_of(row["Currency"]),
                    money_of(row["Spent"]),
                )
                for row in rows
            ],
        )


def _other_spellings(rules: Rules, facts: Relation, context: RunContext) -> Iterator[Finding]:
    compared = compared_in(rules.rulebook)
    texts: dict[str, list[str]] = defaultdict(list)
    for _condition, column, written in compared:
        texts[column].append(written)
    held = {
        column: offered(rules.accounts, column).union(
            text_of(row["Value"]) for row in context.engine.rows(near_query(column, wanted, facts))
        )
        for column, wanted in texts.items()
    }
    yield from other_spellings(compared, held)


def _not_in_lookups(rules: Rules, costs: LabelledCosts, context: RunContext) -> Iterator[Finding]:
    for lookup in rules.lookups.values():
        if len(lookup.columns) == 1 and lookup.columns[0] in ACCOUNT_COLUMNS:
            dimension = rules.rulebook.dimension(lookup.dimension)
            query = unlisted_query(rules.rulebook, dimension, lookup.columns[0], costs)
            yield from not_in_lookup(
                lookup,
                dimension,
                [
                    Unlisted(
                        text_of(row["Account"]),
                        text_of(row["Currency"]),
                        money_of(row["Spent"]),
                        day_of(row["First"]),
                        day_of(row["Last"]),
                    )
                    for row in context.engine.rows(query)
                ],
            )
