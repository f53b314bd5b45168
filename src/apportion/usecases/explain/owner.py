"""Explain what an owner pays: direct cost by rule, shared cost by pool and path."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from apportion.core.allocation.paths import Node, SharePath
from apportion.core.allocation.rounding import part_of
from apportion.core.reporting.drilldown import ACCOUNT, GroupCost, own_charges, sums_query
from apportion.core.reporting.explain import (
    added,
    biggest_first,
    lookup_lines,
    of_owner,
    of_pool,
    plain,
    ratio_roughly,
    ratio_words,
    rounded,
    rule_facts,
    rule_in_brief,
    source_in_brief,
    source_of,
)
from apportion.core.templates import name, text
from apportion.model.cents import money
from apportion.model.money import from_units
from apportion.model.outcome import Explanation, ExplanationNode, Redacted
from apportion.model.relation import Query
from apportion.model.split import Share, Step
from apportion.usecases.context import RunContext

from .case import Case, currencies_of, in_brief, meant
from .pool import explain_pool
from .resource import explain_resource

__all__ = ["explain_owner", "explain_pool", "explain_resource"]

_HOW_TO_READ = (
    "The ratio of a path is the share that reaches the pool times the share that is passed on. "
    "Where pools serve each other, it is divided by one minus the share that returns."
)

#: Places of a share for users who may not see the whole: a tenth of a percent.
_PLACES_IN_BRIEF = 3

#: Sums by currency and by another column.
_Sums = Mapping[str, Mapping[str, Decimal]]


class _Owner(NamedTuple):
    owner: str


def explain_owner(
    context: RunContext,
    *,
    period: str,
    owner: str,
    currency: str = "",
    as_of: str = "",
    biggest: int = 5,
) -> Explanation:
    """Explain what an owner pays; `owner` may be an alias.

    Nodes with amounts add up to their parent; parts beyond the `biggest` are one node. Several
    currencies are children of a root without amount. Raises NothingThereError for an owner or a
    currency that the allocation does not have.
    """
    case = Case.open(context, period=period, as_of=as_of, most=biggest)
    found = meant(owner, _owners(case), kind="owner", period=period, dimension=case.owner)
    own = _sums(case, f"{case.owner.name}_source", own_charges(case.rulebook, found))
    pooled = _sums(case, "Pool", f'{name(case.owner.name)} = {text(found)} AND "Pool" IS NOT NULL')
    shares = [s for all_of_it in case.shares.values() for s in all_of_it if s.owner == found]
    paid = {*own, *(share.currency for share in shares)}
    shown = currencies_of(case, paid or pooled, currency, what=found)
    parts = _own_parts(case, found, own)
    children = [
        _in_currency(
            case,
            ExplanationNode(f"{found}, {period}", currency=each, subjects=(of_owner(found),)),
            own=_own(case, found, each, own.get(each, {}), parts),
            shares=[share for share in shares if share.currency == each],
            pooled=pooled.get(each, {}),
        )
        for each in shown
    ]
    facts = {"dimension": case.owner.name, "cost": case.rulebook.cost}
    root = _trunk(
        ExplanationNode(f"{found}, {period}", subjects=(of_owner(found),)), children, facts
    )
    return Explanation(root, case.published.later, messages=(*_how_to_read(root), case.words))


def _how_to_read(root: ExplanationNode) -> Sequence[str]:
    """The reading help for ratios of paths through other pools, where there are any."""
    if "reaches pool" in root.facts or any(map(_how_to_read, root.children)):
        return (_HOW_TO_READ,)
    return ()


def _trunk(
    root: ExplanationNode, children: Sequence[ExplanationNode], facts: Mapping[str, object]
) -> ExplanationNode:
    """One currency is the root; several are children of the root and are never added."""
    if len(children) == 1:
        root = children[0]
    else:
        by_currency = tuple(replace(branch, title=branch.currency) for branch in children)
        root = replace(root, children=by_currency)
    return replace(root, facts={**facts, **root.facts}, redacted=Redacted(facts))


def _owners(case: Case) -> list[str]:
    column = name(case.owner.name)
    tables = case.tables
    query = (
        f'SELECT DISTINCT {column} AS "Owner" FROM {tables.allocations} '
        f'UNION SELECT "Owner" FROM {tables.shares}'
    )
    found = case.read(_Owner, Query.of(query, tables.allocations, tables.shares))
    return sorted(row.owner for row in found)


def _sums(case: Case, column: str, where: str) -> _Sums:
    query = sums_query(
        column, relation=case.tables.allocations, cost=case.rulebook.cost, where=where
    )
    sums: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in case.read(GroupCost, query):
        sums[row.currency][row.value] = row.cost
    return sums


def _in_currency(
    case: Case,
    branch: ExplanationNode,
    *,
    own: ExplanationNode | None,
    shares: Sequence[Share],
    pooled: Mapping[str, Decimal],
) -> ExplanationNode:
    """What an owner pays in one currency, and a note about its charges in pools."""
    found = [own] if own else []
    if shares:
        pools = _shares(case, shares)
        amount = added(pool.amount or Decimal() for pool in pools)
        title = "shared cost"
        found.append(
            ExplanationNode(
                title, amount, branch.currency, children=pools, subjects=branch.subjects
            )
        )
    amount = added(each.amount or Decimal() for each in found)
    notes = [_in_pools(case, pooled, branch)] if pooled else []
    return replace(branch, amount=amount, children=(*found, *notes))


def _in_pools(
    case: Case, pooled: Mapping[str, Decimal], branch: ExplanationNode
) -> ExplanationNode:
    """A note about charges of the owner that are in pools and so paid by others.

    Those of the default owner are nobody's: the note is about the whole organisation.
    """
    everybody = of_owner(case.owner.default) in branch.subjects
    subjects = () if everybody else branch.subjects
    whole = money(added(pooled.values()), branch.currency)
    children = (
        ExplanationNode(
            f"in pool {pool}",
            amount,
            branch.currency,
            str(case.pool(pool).place),
            subjects=(*subjects, of_pool(pool)) if subjects else (),
        )
        for pool, amount in pooled.items()
    )
    title = f"excluded: {whole} of this owner's charges are in shared pools"
    return ExplanationNode(title, children=tuple(children), subjects=subjects)


def _own_parts(
    case: Case, owner: str, own: _Sums
) -> Mapping[tuple[str, str], tuple[ExplanationNode, ...]]:
    """The largest parts of direct cost by currency and source, down to resources."""
    if not own:
        return {}
    where, group = own_charges(case.rulebook, owner), name(f"{case.owner.name}_source")
    return case.biggest(case.charges(where), where, group=group, subjects=(of_owner(owner),))


def _own(
    case: Case,
    owner: str,
    currency: str,
    sums: Mapping[str, Decimal],
    parts: Mapping[tuple[str, str], tuple[ExplanationNode, ...]],
) -> ExplanationNode | None:
    """Direct cost by the rule that allocated it."""
    if not sums:
        return None
    children = []
    subjects = (of_owner(owner),)
    for source, amount in sums.items():
        title, place = source_of(case.owner, source)
        lines = lookup_lines(case.owner, source, owner, case.published.rules.lookups)
        facts = {"lines": lines} if lines else {}
        below = parts[currency, source]
        brief = Redacted(facts, source_in_brief(case.owner, source))
        children.append(
            ExplanationNode(title, amount, currency, str(place), facts, below, subjects, brief)
        )
    amount = added(sums.values())
    return ExplanationNode(
        "direct cost", amount, currency, children=tuple(children), subjects=subjects
    )


def _shares(case: Case, shares: Sequence[Share]) -> tuple[ExplanationNode, ...]:
    """What an owner pays of each pool, in one currency."""
    by_pool: dict[str, list[Share]] = defaultdict(list)
    for share in shares:
        by_pool[share.pool].append(share)
    held = case.biggest(
        case.tables.allocations, '"Pool" IS NOT NULL', group='"Pool"', inner=ACCOUNT
    )
    children = []
    for pool, found in by_pool.items():
        whole = case.shares[pool, shares[0].currency]
        branch = _share(case, pool, found, whole)
        holds = ExplanationNode(
            f"content of pool {pool}: {money(case.amount(whole), branch.currency)} in total",
            children=held.get((branch.currency, pool), ()),
        )
        children.append(replace(branch, children=(*branch.children, holds)))
    return biggest_first(children, len(children))


def _share(
    case: Case, pool: str, shares: Sequence[Share], whole: Sequence[Share]
) -> ExplanationNode:
    """One pool's share: its ratio, its rule and its paths."""
    rule, owner = case.pool(pool), shares[0].owner
    part, brief = _part(case, shares, whole)
    branch = ExplanationNode(
        f"pool {pool}",
        case.amount(shares),
        shares[0].currency,
        str(rule.place),
        {**part, "pool total": plain(case.amount(whole)), **rule_facts(rule)},
        subjects=(of_owner(owner), of_pool(pool)),
        redacted=Redacted({**brief, **rule_in_brief(rule, owner)}),
    )
    if not rule.within:
        return _by_way(case, branch, shares)
    inside = []
    for value in sorted({share.within for share in shares}):
        own, all_of_it = ([s for s in some if s.within == value] for some in (shares, whole))
        part, brief = _part(case, own, all_of_it)
        lead = ExplanationNode(
            f"in {rule.within} {value or '(none)'}",
            case.amount(own),
            branch.currency,
            facts={**part, "part of pool": plain(case.amount(all_of_it))},
            subjects=branch.subjects,
            redacted=Redacted(brief),
        )
        inside.append(_by_way(case, lead, own))
    return replace(branch, children=tuple(inside))


def _part(
    case: Case, shares: Sequence[Share], whole: Sequence[Share]
) -> tuple[dict[str, object], dict[str, object]]:
    """The ratio of an owner's share; where it differs by day or payer, its share of the amount.

    Once exactly, and once rounded for users who may not see what others pay.
    """
    cells: dict[tuple[object, ...], Fraction] = defaultdict(Fraction)
    for share in whole:
        cells[share.within, share.day, share.billing_account] += Fraction()
    for share in shares:
        cells[share.within, share.day, share.billing_account] += share.ratio
    ratios = [*cells.values()]
    if len({*ratios}) == 1:
        return {"ratio": ratio_words(*ratios)}, {"ratio": ratio_roughly(*ratios)}
    comes_to = part_of(case.amount(shares), case.amount(whole))
    exact: dict[str, object] = {} if comes_to is None else {"share": comes_to}
    brief: dict[str, object] = {}
    if comes_to is not None:
        brief["share"] = rounded(Fraction(comes_to), _PLACES_IN_BRIEF)
    if len({share.within for share in whole}) == 1:
        exact["ratio"], brief["ratio"] = ratio_words(*ratios), ratio_roughly(*ratios)
    return exact, brief


@dataclass
class _Taken:
    """The amount of one path, with its ratios and steps."""

    units: int = 0
    ratios: dict[str, dict[Fraction, None]] = field(default_factory=lambda: defaultdict(dict))
    arrows: dict[Step, None] = field(default_factory=dict)
    between: bool = False


def _by_way(case: Case, branch: ExplanationNode, shares: Sequence[Share]) -> ExplanationNode:
    """Break an amount down by path; a single direct path needs no node of its own."""
    start = (shares[0].pool, shares[0].within)
    ways = _taken(case, start, shares)
    arrows = list(dict.fromkeys(step for taken in ways.values() for step in taken.arrows))
    ((way, taken), *others) = ways.items()
    if not others and way.last == start and not taken.between and not way.ring:
        numbers = case.numbers(arrows)
        brief = replace(branch.redacted, facts={**branch.redacted.facts, **in_brief(numbers)})
        return replace(branch, facts={**branch.facts, **numbers}, redacted=brief)
    shown = [_way(case, start, way, taken, branch) for way, taken in ways.items()]
    along = ExplanationNode(
        "steps of these paths", children=case.arrows(arrows), subjects=branch.subjects
    )
    return replace(branch, children=(*biggest_first(shown, len(shown)), along))


def _taken(case: Case, start: Node, shares: Sequence[Share]) -> dict[SharePath, _Taken]:
    ways: dict[SharePath, _Taken] = defaultdict(_Taken)
    for share in shares:
        graph = case.graph(share.currency, share.day)
        split = graph.split(case.cost_of(share), start, owner=share.owner, kept=share.kept)
        for way, units in split.items():
            taken = ways[way]
            taken.units += units
            for factor, ratio in graph.factors(start, way).items():
                taken.ratios[factor][ratio] = None
            before = graph.between(start, way.last)
            taken.between |= bool(before)
            taken.arrows |= dict.fromkeys([*before, *graph.given(way)])
    return ways


def _way(
    case: Case, start: Node, way: SharePath, taken: _Taken, branch: ExplanationNode
) -> ExplanationNode:
    pool, _ = way.last
    if way.kept:
        title = f"kept with {way.owner}: {case.kept_words(way)}"
    elif way.last == start:
        title = f"directly from pool {pool}"
    else:
        title = f"through pool {pool}"
    return ExplanationNode(
        title,
        from_units(taken.units),
        branch.currency,
        str(case.pool(pool).place),
        {name: ratio_words(*ratios) for name, ratios in taken.ratios.items()},
        subjects=(*branch.subjects, of_pool(pool)),
        redacted=Redacted({name: ratio_roughly(*ratios) for name, ratios in taken.ratios.items()}),
    )
