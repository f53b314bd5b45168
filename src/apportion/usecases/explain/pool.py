"""Explain a pool: its charges, cost received from other pools, and the owners that pay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from apportion.core.allocation.rounding import apportion, part_of
from apportion.core.reporting.drilldown import pool_charges
from apportion.core.reporting.explain import added, biggest_first, plain, ratio_words, rule_facts
from apportion.model.money import from_units
from apportion.model.outcome import Explanation, ExplanationNode
from apportion.model.rulebook import Pool
from apportion.model.split import Share, Step
from apportion.model.wording import join_words
from apportion.usecases.context import RunContext

from .case import Case, currencies_of, nothing_like


def explain_pool(
    context: RunContext,
    *,
    period: str,
    pool: str,
    currency: str = "",
    as_of: str = "",
    biggest: int = 5,
) -> Explanation:
    """Explain a pool: its largest charges, and the owners that pay them.

    The root has no amount, because charges and payments are the same money, shown twice.
    Raises NothingThereError for a pool that the rulebook of the run does not have.
    """
    case = Case.open(context, period=period, as_of=as_of, most=biggest)
    names = {each.name.casefold(): each for each in case.rulebook.pools}
    if pool.casefold() not in names:
        known = [each.name for each in case.rulebook.pools]
        raise nothing_like(pool, known, kind="pool", period=period)
    rule = names[pool.casefold()]
    where = pool_charges(rule.name)
    held = case.biggest(case.charges(where), where)
    received = _received(case, rule)
    wanted_currencies = currencies_of(
        case, [*(c for c, _ in held), *received], currency, what=f"pool {rule.name}"
    )
    found = {
        each: _sides(case, rule, each, held.get((each, ""), ()), received)
        for each in wanted_currencies
    }
    root = ExplanationNode(
        f"pool {rule.name}, {period}", place=str(rule.place), facts=rule_facts(rule)
    )
    if len(found) == 1:
        ((only, sides),) = found.items()
        root = replace(root, currency=only, children=sides)
    else:
        apart = (
            ExplanationNode(each, currency=each, children=sides) for each, sides in found.items()
        )
        root = replace(root, children=tuple(apart))
    nothing = () if held else (f"Pool {rule.name} has no charges in {period}.",)
    return Explanation(root, case.published.later, messages=(*nothing, case.words))


def _sides(
    case: Case,
    rule: Pool,
    currency: str,
    held: tuple[ExplanationNode, ...],
    received: Mapping[str, tuple[ExplanationNode, ...]],
) -> tuple[ExplanationNode, ...]:
    """The sides of a pool in one currency: in, out, and the owners that pay."""
    shares = case.shares.get((rule.name, currency), ())
    sides = []
    if held:
        sides.append(ExplanationNode("charges", _sum(held), currency, children=held))
    if currency in received:
        put = received[currency]
        sides.append(
            ExplanationNode("received from other pools", _sum(put), currency, children=put)
        )
    steps = [s for s in case.steps if (s.pool, s.currency) == (rule.name, currency)]
    if steps:
        sides.append(ExplanationNode("passed on", children=case.arrows(steps)))
    if shares:
        paid = _paid(case, shares, steps)
        title = "paid by"
        sides.append(ExplanationNode(title, _sum(paid), currency, children=paid))
    return tuple(sides)


def _paid(
    case: Case, shares: Sequence[Share], steps: Sequence[Step]
) -> tuple[ExplanationNode, ...]:
    """The owners that pay the pool, chains and cycles included."""
    whole = case.amount(shares)
    by_payer: dict[tuple[str, bool], list[Share]] = defaultdict(list)
    for share in shares:
        by_payer[share.owner, share.kept].append(share)
    children = []
    for (owner, kept), found in by_payer.items():
        amount = case.amount(found)
        ratios = {share.ratio for share in found}
        everywhere = len(found) == len({(s.within, s.day, s.billing_account) for s in shares})
        facts: dict[str, object] = {}
        if len(ratios) == 1 and everywhere:
            facts["ratio"] = ratio_words(*ratios)
        elif (part := part_of(amount, whole)) is not None:
            facts["share"] = part
        straight = any(s.target == owner and not s.target_is_pool for s in steps)
        if not straight and not kept:
            facts["path"] = "through other pools"
        if kept:
            why = join_words(sorted({case.kept_words(way) for way in case.kept(found)}), last="and")
            facts["reason"] = why
        title = f"kept with {owner}" if kept else owner
        children.append(ExplanationNode(title, amount, shares[0].currency, facts=facts))
    return biggest_first(children, len(children))


def _received(case: Case, rule: Pool) -> dict[str, tuple[ExplanationNode, ...]]:
    """Cost of other pools that passes through this pool, counted at its first arrival."""
    units: dict[tuple[str, str], int] = defaultdict(int)
    parts: dict[tuple[str, str], dict[Fraction, None]] = defaultdict(dict)
    whole: dict[tuple[str, str], int] = defaultdict(int)
    others = [s for key, shares in case.shares.items() if key[0] != rule.name for s in shares]
    for share in others:
        graph = case.graph(share.currency, share.day)
        nodes = [node for node in graph.steps if node[0] == rule.name]
        part = graph.arriving((share.pool, share.within), nodes)
        key = (share.currency, share.pool)
        whole[key] += case.cost_of(share)
        parts[key][part] = None
        if part:
            weights = {"comes": part, "passes by": 1 - part}
            units[key] += apportion(case.cost_of(share), weights)["comes"]
    found: dict[str, list[ExplanationNode]] = defaultdict(list)
    for (currency, pool), amount in units.items():
        holds = plain(from_units(whole[currency, pool]))
        found[currency].append(
            ExplanationNode(
                f"from pool {pool}, {holds:,f} {currency} in total",
                from_units(amount),
                currency,
                str(case.pool(pool).place),
                {"ratio": ratio_words(*parts[currency, pool])},
                case.arrows(
                    s
                    for s in case.steps
                    if (s.pool, s.currency, s.target) == (pool, currency, rule.name)
                    and s.target_is_pool
                ),
            )
        )
    return {each: biggest_first(children, len(children)) for each, children in found.items()}


def _sum(children: Sequence[ExplanationNode]) -> Decimal:
    return added(branch.amount or Decimal() for branch in children)
