"""Wording of explanations: rules, splits and ratios as text, and parts as nodes of a tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import groupby

from apportion.core.allocation.weights import EVERYONE
from apportion.core.rulebook.dimension_sql import canonical
from apportion.core.rulebook.rule_columns import source_label
from apportion.model.findings.finding import Place
from apportion.model.inputs import Lookup, lookup_key
from apportion.model.money import EXACT, PLACES, text
from apportion.model.outcome import ExplanationNode, Of, Redacted, Subject
from apportion.model.ratio import ratio_text
from apportion.model.rulebook import (
    Dimension,
    Even,
    Fixed,
    FromAccountTag,
    FromColumn,
    FromCondition,
    FromLookup,
    FromTag,
    Limit,
    Pool,
    Proportional,
    Split,
    TwoPart,
    Usage,
    ValueSource,
)
from apportion.model.wording import join_words

from .drilldown import Part

DEFAULT = "default"

#: Percentages have up to four places; longer fractions than this are not readable.
_PERCENT_PLACES = 4
_LONGEST_FRACTION = 15


def added(amounts: Iterable[Decimal]) -> Decimal:
    """Add up exactly."""
    with localcontext(EXACT):
        return sum(amounts, Decimal())


def plain(amount: Decimal) -> Decimal:
    """Drop trailing zeros, except those of cents."""
    return Decimal(text(amount))


def ratio_words(*ratios: Fraction) -> str:
    """Write a part of one as a percentage and, where short, a fraction; of several the range.

    >>> ratio_words(Fraction(73, 400)), ratio_words(Fraction(1, 3))
    ('18.25 % (73/400)', '≈ 33.3333 % (1/3)')
    """
    least, most = min(ratios), max(ratios)
    if least != most:
        return f"{_percent(least)} to {_percent(most)}, by day"
    fraction = ratio_text(least)
    shown = f" ({fraction})" if "/" in fraction and len(fraction) <= _LONGEST_FRACTION else ""
    return f"{_percent(least)}{shown}"


def ratio_roughly(*ratios: Fraction) -> str:
    """Write a part of one to a tenth of a percent, of several the range.

    A share divided by its exact ratio would be what all others pay together.

    >>> ratio_roughly(Fraction(1, 4)), ratio_roughly(Fraction(1, 70))
    ('25 %', '≈ 1.4 %')
    """
    least, most = _roughly(min(ratios)), _roughly(max(ratios))
    return least if least == most else f"{least} to {most}, by day"


def number(weight: Fraction) -> Decimal | str:
    """A driver value as a decimal, or as rounded text where it has no finite decimal."""
    if 10**PLACES % weight.denominator:
        return f"≈ {rounded(weight, _PERCENT_PLACES):f}"
    units = weight * 10**PLACES
    return plain(Decimal(units.numerator).scaleb(-PLACES, EXACT))


def rounded(ratio: Fraction, places: int) -> Decimal:
    """A number (not money) as a decimal with so many places, half to even."""
    return Decimal(round(ratio * 10**places)).scaleb(-places, EXACT)


def days_words(first: date, last: date) -> str:
    """A range of days as text."""
    return str(first) if first == last else f"{first} to {last}"


def source_of(dimension: Dimension, label: str) -> tuple[str, Place]:
    """The source that gave a dimension its value, as text, and its place in the rulebook."""
    for source in dimension.sources:
        if source_label(source) == label:
            return f"by {_source_words(source)}", source.place
    return "by default, because no source gave a value", dimension.place


def source_in_brief(dimension: Dimension, label: str) -> str:
    """The source of a value without its condition, which may name other owners."""
    for source in dimension.sources:
        if source_label(source) == label and isinstance(source, FromCondition):
            return f"by the rule in line {source.place.line}"
    return source_of(dimension, label)[0]


def lookup_lines(
    dimension: Dimension, label: str, value: str, lookups: Mapping[str, Lookup]
) -> str:
    """Name the lines of a lookup that give a value; empty where no lookup does."""
    for source in dimension.sources:
        if isinstance(source, FromLookup) and source_label(source) == label:
            rows = lookups[lookup_key(dimension.name, source.file)].rows
            spelt = {row.value for row in rows}
            means = canonical(dimension, spelt) if dimension.values else {}
            lines = [str(row.line) for row in rows if means.get(row.value, row.value) == value]
            return f"{source.file}:{join_words(lines, last='and', most=5)}" if lines else ""
    return ""


def split_words(split: Split) -> str:
    """The split of a pool as text."""
    match split:
        case Even():
            return "evenly"
        case Fixed(percents):
            return "fixed: " + join_words([f"{o} {p} %" for o, p in percents], last="and")
        case Proportional(where):
            return "in proportion to spend" + (f" where {where.text}" if where else "")
        case Usage(file):
            return f"by usage, {file}"
        case TwoPart(floor, rest):
            return f"{split_words(floor)}; the rest {split_words(rest)}"


def split_in_brief(split: Split) -> str:
    """The split of a pool as text, without owners, their percentages and conditions."""
    match split:
        case Fixed():
            return "by fixed percentages"
        case Proportional(where) if where:
            return "in proportion to some of the spend"
        case TwoPart(floor, rest):
            return f"{split_in_brief(floor)}; the rest {split_in_brief(rest)}"
        case _:
            return split_words(split)


def rule_in_brief(pool: Pool, owner: str) -> dict[str, object]:
    """The facts of a pool's rule that one owner may see: no other owners, no conditions."""
    limits = [_limit_words(one) for one in pool.limits if one.owner in {owner, EVERYONE}]
    facts = {
        "split": split_in_brief(pool.split),
        "within": pool.within,
        "limits": join_words(limits, last="and"),
    }
    return {name: value for name, value in facts.items() if value}


def of_owner(name: str) -> Subject:
    """An owner as the subject of a node."""
    return Subject(Of.OWNER, name)


def of_pool(name: str) -> Subject:
    """A pool as the subject of a node."""
    return Subject(Of.POOL, name)


def rule_facts(pool: Pool) -> dict[str, object]:
    """The facts of a pool's rule."""
    facts: dict[str, object] = {"where": pool.where.text, "split": split_words(pool.split)}
    limits = [_limit_words(limit) for limit in pool.limits]
    optional = {
        "within": pool.within,
        "to": join_words(pool.to, last="and"),
        "limits": join_words(limits, last="and"),
        "passes on": pool.owner,
    }
    return facts | {name: value for name, value in optional.items() if value}


def others(count: int) -> str:
    """The title of the node that adds up all but the largest."""
    return f"and {count:,} {'other' if count == 1 else 'others'}"


def contents(
    parts: Sequence[Part], *, most: int, subjects: tuple[Subject, ...] = ()
) -> tuple[ExplanationNode, ...]:
    """Make nodes of the parts of one group: outer ones, with inner ones under each.

    `subjects` are the owners and pools of the charges.
    """
    children = []
    for rank, found in groupby(parts, key=lambda part: part.outer_rank):
        inner = list(found)
        if rank > most:
            children.append(_together(others(inner[0].outers), inner, (), subjects))
        else:
            below = tuple(_inner(part, most, subjects) for part in inner)
            children.append(_together(inner[0].outer, inner, below, subjects))
    return tuple(children)


def biggest_first(children: Iterable[ExplanationNode], most: int) -> tuple[ExplanationNode, ...]:
    """Keep the largest nodes of a currency and add the others up in one."""
    ordered = sorted(children, key=lambda branch: (-abs(branch.amount or Decimal()), branch.title))
    if len(ordered) <= most + 1:
        return tuple(ordered)
    rest = ordered[most:]
    amount = added(branch.amount or Decimal() for branch in rest)
    every = all(branch.subjects for branch in rest)
    subjects = dict.fromkeys(one for branch in rest for one in branch.subjects) if every else ()
    together = ExplanationNode(
        others(len(rest)), amount, rest[0].currency, subjects=tuple(subjects)
    )
    return (*ordered[:most], together)


def _together(
    title: str,
    parts: Sequence[Part],
    below: tuple[ExplanationNode, ...],
    subjects: tuple[Subject, ...],
) -> ExplanationNode:
    facts = {
        "lines": sum(part.lines for part in parts),
        "days": days_words(min(part.first for part in parts), max(part.last for part in parts)),
    }
    amount = added(part.cost for part in parts)
    return ExplanationNode(
        title, amount, parts[0].currency, "", facts, below, subjects, redacted=Redacted(facts)
    )


def _inner(part: Part, most: int, subjects: tuple[Subject, ...]) -> ExplanationNode:
    if part.inner_rank > most:
        return _together(others(part.inners), [part], (), subjects)
    account = f"{part.account} {part.account_name}".strip()
    if subjects and part.account:
        subjects = (*subjects, Subject(Of.ACCOUNT, part.account))
    if part.inner == part.account:
        return ExplanationNode(account, part.cost, part.currency, subjects=subjects)
    branch = _together(part.inner, [part], (), subjects)
    facts = {"account": account, **branch.facts} if account else branch.facts
    return replace(branch, facts=facts, redacted=Redacted(facts))


def _source_words(source: ValueSource) -> str:
    match source:
        case FromTag(keys=keys, written=written):
            return f"tag {join_words(written or keys)}"
        case FromAccountTag(keys=keys, written=written):
            return f"tag {join_words(written or keys)} of the account"
        case FromLookup(file=file):
            return f"lookup {file}"
        case FromColumn(column=column):
            return f"column {column}"
        case FromCondition(where=where):
            return f"condition {where.text}"


def _limit_words(limit: Limit) -> str:
    who = "everyone" if limit.owner == EVERYONE else limit.owner
    if limit.most is None:
        return f"{who} at least {limit.least} %"
    if limit.least is None:
        return f"{who} at most {limit.most} %"
    return f"{who} {limit.least} % to {limit.most} %"


def _percent(ratio: Fraction) -> str:
    steps = ratio * 100 * 10**_PERCENT_PLACES
    written = f"{rounded(ratio * 100, _PERCENT_PLACES).normalize(EXACT):f}"
    return f"{written} %" if round(steps) == steps else f"≈ {written} %"


def _roughly(ratio: Fraction) -> str:
    tenths = round(ratio * 1000)
    if not tenths and ratio > 0:
        return "< 0.1 %"
    written = f"{Decimal(tenths).scaleb(-1, EXACT).normalize(EXACT):f} %"
    return written if Fraction(tenths, 1000) == ratio else f"≈ {written}"
