"""Explain what an owner pays: its own charges by the rules that gave them, and its shares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from apportion.core.allocation.paths import Node, SharePath
from apportion.core.allocation.rounding import part_of
from apportion.core.reporting.drilldown import ACCOUNT, own_charges, sums_query
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
from apportion.model.money import from_units
from apportion.model.outcome import Explanation, ExplanationNode, Reduced
from apportion.model.split import Share, Step
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import money_of, text_of

from .case import Case, currencies_of, in_brief, meant
from .pool import explain_pool
from .resource import explain_resource

__all__ = ["explain_owner", "explain_pool", "explain_resource"]

_HOW_TO_READ = (
    "A way's ratio is what arrives at the last pool times what that hands on, divided by one less "
    "what comes round where pools serve each other."
)

#: What a part comes to, for who may not see the whole: to a tenth of a percent.
_PLACES_IN_BRIEF = 3

#: Sums by currency, and by what else they are told apart by.
_Sums = Mapping[str, Mapping[str, Decimal]]


def explain_owner(
    context: RunContext,
    *,
    period: str,
    owner: str,
    currency: str = "",
    as_of: str = "",
    biggest: int = 5,
) -> Explanation:
    """Take what an owner pays back to its causes; an alias of the owner will do.

    Branches with amounts add up to the branch they stand under, the rest beyond the `biggest` in
    one branch. Several currencies are branches of a trunk without amount. Raises NothingThereError
    for an owner or a currency that the allocation does not have.
    """
    case = Case.open(context, period=period, as_of=as_of, most=biggest)
    found = meant(owner, _owners(case), kind="owner", period=period, dimension=case.owner)
    own = _sums(case, f"{case.owner.name}_source", own_charges(case.rulebook, found))
    pooled = _sums(case, "Pool", f'{name(case.owner.name)} = {text(found)} AND "Pool" IS NOT NULL')
    shares = [s for all_of_it in case.shares.values() for s in all_of_it if s.owner == found]
    paid = {*own, *(share.currency for share in shares)}
    told = currencies_of(case, paid or pooled, currency, what=found)
    parts, doubt = _own_parts(case, found, own)
    children = [
        _in_currency(
            case,
            ExplanationNode(f"{found}, {period}", currency=each, subjects=(of_owner(found),)),
            own=_own(case, found, each, own.get(each, {}), parts),
            shares=[share for share in shares if share.currency == each],
            pooled=pooled.get(each, {}),
        )
        for each in told
    ]
    facts = {"dimension": case.owner.name, "cost": case.rulebook.cost}
    root = _trunk(
        ExplanationNode(f"{found}, {period}", subjects=(of_owner(found),)), children, facts
    )
    return Explanation(
        root, case.published.later, messages=(*doubt, *_how_to_read(root), case.words)
    )


def _how_to_read(root: ExplanationNode) -> Sequence[str]:
    """Explain the ratios of ways through other pools, where there are any."""
    if "arrives" in root.facts or any(map(_how_to_read, root.children)):
        return (_HOW_TO_READ,)
    return ()


def _trunk(
    root: ExplanationNode, children: Sequence[ExplanationNode], facts: Mapping[str, object]
) -> ExplanationNode:
    """The only currency is the trunk; several stand beside each other and are never added."""
    if len(children) == 1:
        root = children[0]
    else:
        by_currency = tuple(replace(branch, title=branch.currency) for branch in children)
        root = replace(root, children=by_currency)
    return replace(root, facts={**facts, **root.facts}, reduced=Reduced(facts))


def _owners(case: Case) -> list[str]:
    column = name(case.owner.name)
    rows = case.rows(
        f'SELECT DISTINCT {column} AS "Owner" FROM allocations UNION SELECT "Owner" FROM shares'
    )
    return sorted(text_of(row["Owner"]) for row in rows)


def _sums(case: Case, column: str, where: str) -> _Sums:
    query = sums_query(
        ("BillingCurrency", column), relation="allocations", cost=case.rulebook.cost, where=where
    )
    sums: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in case.rows(query):
        sums[text_of(row["BillingCurrency"])][text_of(row[column])] = money_of(row["Cost"])
    return sums


def _in_currency(
    case: Case,
    branch: ExplanationNode,
    *,
    own: ExplanationNode | None,
    shares: Sequence[Share],
    pooled: Mapping[str, Decimal],
) -> ExplanationNode:
    """What an owner pays in one currency: own charges and shares, and what is not its to pay."""
    found = [own] if own else []
    if shares:
        pools = _shares(case, shares)
        amount = added(pool.amount or Decimal() for pool in pools)
        title = "shares of pools"
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
    """What an owner would pay itself, did pools not share it out."""
    whole = f"{plain(added(pooled.values())):,f} {branch.currency}"
    children = (
        ExplanationNode(
            f"in pool {pool}",
            amount,
            branch.currency,
            str(case.pool(pool).place),
            subjects=(*branch.subjects, of_pool(pool)),
        )
        for pool, amount in pooled.items()
    )
    title = f"not in this figure: {whole} of its charges lie in pools, which share them out"
    return ExplanationNode(title, children=tuple(children), subjects=branch.subjects)


def _own_parts(
    case: Case, owner: str, own: _Sums
) -> tuple[dict[tuple[str, str], tuple[ExplanationNode, ...]], list[str]]:
    """The biggest contents of own charges, by currency and source, down to resources.

    Labels are derived again for that. Should they come out otherwise than in the run, its own
    record is told, which ends at accounts.
    """
    if not own:
        return {}, []
    where, group = own_charges(case.rulebook, owner), name(f"{case.owner.name}_source")
    case.derive(where)
    subjects = (of_owner(owner),)
    found = case.biggest(where, group=group, subjects=subjects)
    again = {key: added(b.amount or Decimal() for b in parts) for key, parts in found.items()}
    if again == {(c, source): cost for c, sums in own.items() for source, cost in sums.items()}:
        return found, []
    version = case.published.manifest.version
    doubt = (
        f"Resources are not shown: version {case.context.version} derives other owners from this "
        f"bill than version {version} did in this run. Allocate the period again to see them."
    )
    by_account = case.biggest(
        where, group=group, relation="allocations", inner=ACCOUNT, subjects=subjects
    )
    return by_account, [doubt]


def _own(
    case: Case,
    owner: str,
    currency: str,
    sums: Mapping[str, Decimal],
    parts: Mapping[tuple[str, str], tuple[ExplanationNode, ...]],
) -> ExplanationNode | None:
    """Own charges, by the rule that gave them to the owner."""
    if not sums:
        return None
    children = []
    subjects = (of_owner(owner),)
    for source, amount in sums.items():
        title, place = source_of(case.owner, source)
        lines = lookup_lines(case.owner, source, owner, case.published.rules.lookups)
        facts = {"lines": lines} if lines else {}
        below = parts[currency, source]
        brief = Reduced(facts, source_in_brief(case.owner, source))
        children.append(
            ExplanationNode(title, amount, currency, str(place), facts, below, subjects, brief)
        )
    amount = added(sums.values())
    return ExplanationNode(
        "own charges", amount, currency, children=tuple(children), subjects=subjects
    )


def _shares(case: Case, shares: Sequence[Share]) -> tuple[ExplanationNode, ...]:
    """What an owner pays of each pool, in one currency."""
    by_pool: dict[str, list[Share]] = defaultdict(list)
    for share in shares:
        by_pool[share.pool].append(share)
    held = case.biggest('"Pool" IS NOT NULL', group='"Pool"', relation="allocations", inner=ACCOUNT)
    children = []
    for pool, found in by_pool.items():
        whole = case.shares[pool, shares[0].currency]
        branch = _share(case, pool, found, whole)
        holds = ExplanationNode(
            f"where it comes from: pool {pool} holds {plain(case.amount(whole)):,f} "
            f"{branch.currency} in all",
            children=held.get((branch.currency, pool), ()),
        )
        children.append(replace(branch, children=(*branch.children, holds)))
    return biggest_first(children, len(children))


def _share(
    case: Case, pool: str, shares: Sequence[Share], whole: Sequence[Share]
) -> ExplanationNode:
    """One pool's share: what of the whole it is, by which rule, along which ways."""
    rule, owner = case.pool(pool), shares[0].owner
    part, brief = _part(case, shares, whole)
    branch = ExplanationNode(
        f"pool {pool}",
        case.amount(shares),
        shares[0].currency,
        str(rule.place),
        {**part, "pool total": plain(case.amount(whole)), **rule_facts(rule)},
        subjects=(of_owner(owner), of_pool(pool)),
        reduced=Reduced({**brief, **rule_in_brief(rule, owner)}),
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
            reduced=Reduced(brief),
        )
        inside.append(_by_way(case, lead, own))
    return replace(branch, children=tuple(inside))


def _part(
    case: Case, shares: Sequence[Share], whole: Sequence[Share]
) -> tuple[dict[str, object], dict[str, object]]:
    """The ratio by which an owner pays; where it is not the same throughout, what it comes to.

    Exactly, and roughly for who may not see what all pay.
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
    """What took one way, on which days by which arrows."""

    units: int = 0
    ratios: dict[str, dict[Fraction, None]] = field(default_factory=lambda: defaultdict(dict))
    arrows: dict[Step, None] = field(default_factory=dict)
    between: bool = False


def _by_way(case: Case, branch: ExplanationNode, shares: Sequence[Share]) -> ExplanationNode:
    """Tell an amount apart by the last pool that gave it; a single straight way needs no branch."""
    start = (shares[0].pool, shares[0].within)
    ways = _taken(case, start, shares)
    arrows = list(dict.fromkeys(step for taken in ways.values() for step in taken.arrows))
    ((way, taken), *others) = ways.items()
    if not others and way.last == start and not taken.between and not way.ring:
        numbers = case.numbers(arrows)
        brief = replace(branch.reduced, facts={**branch.reduced.facts, **in_brief(numbers)})
        return replace(branch, facts={**branch.facts, **numbers}, reduced=brief)
    told = [_way(case, start, way, taken, branch) for way, taken in ways.items()]
    along = ExplanationNode(
        "along these arrows", children=case.arrows(arrows), subjects=branch.subjects
    )
    return replace(branch, children=(*biggest_first(told, len(told)), along))


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
        title = f"straight from pool {pool}"
    else:
        title = f"through pool {pool}"
    return ExplanationNode(
        title,
        from_units(taken.units),
        branch.currency,
        str(case.pool(pool).place),
        {name: ratio_words(*ratios) for name, ratios in taken.ratios.items()},
        subjects=(*branch.subjects, of_pool(pool)),
        reduced=Reduced({name: ratio_roughly(*ratios) for name, ratios in taken.ratios.items()}),
    )
