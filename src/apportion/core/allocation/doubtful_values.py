"""Values that are probably mistakes: in two spellings, or of an account without a lookup line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from apportion.core.rulebook.conditions.parse import compared_values
from apportion.core.rulebook.rule_columns import conditions
from apportion.core.templates import each, name, text
from apportion.model.findings.dimensions import NOT_IN_LOOKUP, OTHER_SPELLING, SPELT_ALIKE
from apportion.model.findings.finding import Finding
from apportion.model.inputs import Lookup
from apportion.model.relation import LabelledCosts, Query, Relation
from apportion.model.rulebook import Condition, Dimension, OtherValues, Rulebook
from apportion.model.suggestions import shown
from apportion.model.wording import join_words

#: Columns by which a lookup lists accounts, of those that labels have.
ACCOUNT_COLUMNS = ("SubAccountId", "SubAccountName", "BillingAccountId")

_MOST = 5


@dataclass(frozen=True)
class Spelling:
    """A value of a dimension that differs from another one only in case and separators."""

    bare: str
    value: str
    currency: str
    cost: Decimal


@dataclass(frozen=True)
class Unlisted:
    """An account with charges for which no source has a value, and their days."""

    account: str
    currency: str
    cost: Decimal
    first: date
    last: date


def free_dimensions(rulebook: Rulebook) -> list[Dimension]:
    """List the dimensions in which every spelling is a separate value."""
    return [
        dimension
        for dimension in rulebook.dimensions
        if not dimension.values or dimension.other_values is OtherValues.KEEP
    ]


def spellings_query(rulebook: Rulebook, dimension: Dimension, costs: LabelledCosts) -> Query:
    """List the values of a dimension that differ only in case and separators."""
    value, cost = name(dimension.name), name(rulebook.cost)
    spent = (
        f'SELECT {_bare(value)} AS "Bare", {value} AS "Value", '
        f'COALESCE("BillingCurrency", \'\') AS "Currency", SUM({cost}) AS "Cost" '
        f"FROM {costs.joined} GROUP BY ALL"
    )
    return Query.of(
        f'SELECT * FROM ({spent}) QUALIFY MIN("Value") OVER (PARTITION BY "Bare") '
        '<> MAX("Value") OVER (PARTITION BY "Bare")',
        costs.joined,
    )


def spelt_alike(dimension: Dimension, found: Iterable[Spelling]) -> Iterator[Finding]:
    """Find values that differ only in their spelling, for each currency."""
    groups: dict[tuple[str, str], list[Spelling]] = defaultdict(list)
    for spelling in found:
        groups[spelling.bare, spelling.currency].append(spelling)
    for (_bare_value, currency), alike in sorted(groups.items()):
        first, *others = sorted(alike, key=lambda s: (-abs(s.cost), s.value))
        if others:
            names = [repr(shown(value)) for value in sorted(s.value for s in alike)]
            yield Finding(
                SPELT_ALIKE,
                str(dimension.place),
                f"{dimension.name} {join_words(names, last='and')}",
                "one spelling",
                remedy=f"List {first.value!r} under `values` of {dimension.name}: then all of them "
                "are read as it.",
                amount=sum((s.cost for s in others), Decimal()),
                currency=currency,
            )


def compared_in(rulebook: Rulebook) -> list[tuple[Condition, str, str]]:
    """List the texts that conditions compare columns with; dimensions are checked as they are read.

    One for each condition, column and text.
    """
    own = {dimension.name for dimension in rulebook.dimensions}
    return [
        (condition, column, written)
        for condition in conditions(rulebook)
        for column, written in dict.fromkeys(compared_values(condition))
        if column not in own
    ]


class HeldValue(NamedTuple):
    """A value of a column in the bill."""

    value: str


def near_query(column: str, texts: Sequence[str], facts: Relation) -> Query:
    """List values of a column that equal a text without regard to case and surrounding blanks."""
    wanted = each((f"{_folded(text(each_))}" for each_ in texts), ", ")
    held = name(column)
    return Query.of(
        f'SELECT DISTINCT {held} AS "Value" FROM {facts} WHERE {_folded(held)} IN ({wanted})', facts
    )


def other_spellings(
    compared: Iterable[tuple[Condition, str, str]], held: Mapping[str, Iterable[str]]
) -> Iterator[Finding]:
    """Find texts that no charge has, but that some charges have in another spelling."""
    for condition, column, written in compared:
        values = set(held.get(column, ()))
        near = sorted(v for v in values if v.strip().casefold() == written.strip().casefold())
        if near and written not in values:
            yield Finding(
                OTHER_SPELLING,
                str(condition.place),
                f"{column} is never {shown(written)!r}",
                "what stands in the bill",
                join_words([repr(shown(value)) for value in near], last="and", most=_MOST),
                f"Did you mean {shown(near[0])}?",
            )


def unlisted_query(
    rulebook: Rulebook, dimension: Dimension, column: str, costs: LabelledCosts
) -> Query:
    """Add up, by account, the direct cost for which no source of a dimension has a value."""
    source = name(f"{dimension.name}_source")
    return Query.of(
        f'SELECT {name(column)} AS "Account", COALESCE("BillingCurrency", \'\') AS "Currency", '
        f'SUM({name(rulebook.cost)}) AS "Cost", MIN("FirstCost") AS "First", '
        f'MAX("LastCost") AS "Last" FROM {costs.joined} '
        f"WHERE \"Pool\" IS NULL AND {source} = 'default' "
        f"AND {name(column)} IS NOT NULL GROUP BY ALL",
        costs.joined,
    )


def not_in_lookup(
    lookup: Lookup, dimension: Dimension, unlisted: Iterable[Unlisted]
) -> Iterator[Finding]:
    """Find accounts without a line in a lookup, in the order of their cost."""
    there = {row.match[0] for row in lookup.rows}
    groups: dict[tuple[str, bool], list[Unlisted]] = defaultdict(list)
    for each_ in unlisted:
        groups[each_.currency, each_.account in there].append(each_)
    for (currency, ended), accounts in sorted(groups.items()):
        ordered = sorted(accounts, key=lambda a: (-abs(a.cost), a.account))
        names = [shown(a.account) for a in ordered]
        first, last = min(a.first for a in accounts), max(a.last for a in accounts)
        yield Finding(
            NOT_IN_LOOKUP,
            lookup.name,
            f"{lookup.columns[0]} {join_words(names, last='and', most=_MOST)}",
            f"a line that holds from {first} to {last}" if ended else "a line for each",
            "lines for other days" if ended else "none",
            f"Add lines with their {dimension.name}, or give it from a tag.",
            sum((a.cost for a in accounts), Decimal()),
            currency,
        )


def _bare(value: str) -> str:
    """Write a value in SQL as `normalise_value` does."""
    letters = f"REGEXP_REPLACE(LOWER(TRIM({value})), '[\\s\\-_.:/]+', '', 'g')"
    return f"COALESCE(NULLIF({letters}, ''), {value})"


def _folded(value: str) -> str:
    return f"LOWER(TRIM({value}))"
