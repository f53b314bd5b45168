"""Lay out a month for its review: what has no owner, what was refused, and what pools did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from apportion.core.allocation.paths import is_kept
from apportion.core.allocation.rounding import part_of
from apportion.core.reporting.explain import rounded, split_words
from apportion.core.reporting.review_topics import (
    AccountOwner,
    RejectedCost,
    UnallocatedCost,
    closest_value,
    likely_owners,
    likely_query,
    proposal,
    rejected_values_query,
    unallocated_query,
)
from apportion.model.money import from_units
from apportion.model.outcome import Outcome
from apportion.model.row import Row
from apportion.model.split import Share, Step
from apportion.usecases.context import RunContext
from apportion.usecases.explain.case import Case

#: The tables of a review, in order, each with its name.
Review = tuple[tuple[str, Outcome], ...]


def review(context: RunContext, *, period: str, as_of: str = "") -> Review:
    """Lay out a period's newest allocation, or the one at `as_of`.

    `unallocated`: direct cost of the owner dimension's default, with a proposal for each account
    and service. `rejected`: values the rulebook does not allow, with the closest that it does.
    `pools`. `drivers`: one row an arrow of the split, days added up. `shares`: who finally pays.
    `kept`: what could not be split. Money is in the rulebook's cost column.
    """
    case = Case.open(context, period=period, as_of=as_of, most=0)
    return (
        ("unallocated", _unallocated(case)),
        ("rejected", _rejected(case)),
        ("pools", _pools(case)),
        ("drivers", _drivers(case)),
        ("shares", _shares(case)),
        ("kept", _kept(case)),
    )


def _unallocated(case: Case) -> Outcome:
    allocations = case.tables.allocations
    likely = likely_owners(case.read(AccountOwner, likely_query(case.rulebook, allocations)))
    rows = [
        {
            "currency": row.billing_currency,
            "SubAccountId": row.sub_account_id,
            "SubAccountName": row.sub_account_name,
            "ServiceName": row.service_name,
            "rejected": row.rejected or None,
            "lines": row.lines,
            "cost": row.cost,
            "proposal": proposal(
                case.owner,
                case.published.rules.lookups,
                account=row.sub_account_id,
                refused=row.rejected,
                likely=likely.get(row.sub_account_id),
            ),
        }
        for row in case.read(UnallocatedCost, unallocated_query(case.rulebook, allocations))
    ]
    columns = ("SubAccountId", "SubAccountName", "ServiceName", "rejected", "lines", "cost")
    return Outcome((*columns, "currency", "proposal"), tuple(rows), messages=(case.words,))


def _rejected(case: Case) -> Outcome:
    rows = []
    for dimension in case.rulebook.dimensions:
        query = rejected_values_query(case.rulebook, dimension, case.tables.allocations)
        for row in case.read(RejectedCost, query) if query else []:
            near = closest_value(row.value, dimension)
            rows.append(
                {
                    "dimension": dimension.name,
                    "value": row.value,
                    "closest": near.name if near else None,
                    "accounts": row.accounts,
                    "lines": row.lines,
                    "cost": row.cost,
                    "currency": row.billing_currency,
                    "place": str(near.place if near else dimension.place),
                }
            )
    columns = ("dimension", "value", "closest", "accounts", "lines", "cost", "currency", "place")
    return Outcome(columns, tuple(rows))


def _pools(case: Case) -> Outcome:
    rows = []
    for pool in case.rulebook.pools:
        found = {c: shares for (name, c), shares in case.shares.items() if name == pool.name}
        for currency, shares in (found or {case.rulebook.currency: ()}).items():
            rows.append(
                {
                    "pool": pool.name,
                    "cost": case.amount(shares),
                    "kept": case.amount(share for share in shares if share.kept),
                    "currency": currency,
                    "payers": len({share.owner for share in shares if not share.kept}),
                    "split": split_words(pool.split),
                    "where": pool.where.text,
                    "place": str(pool.place),
                }
            )
    columns = ("pool", "cost", "kept", "currency", "payers", "split", "where", "place")
    return Outcome(columns, tuple(rows))


def _drivers(case: Case) -> Outcome:
    """The arrows; numbers of several days are added up, equal ratios are shown."""
    alike: dict[tuple[object, ...], list[Step]] = defaultdict(list)
    for step in case.steps:
        kind = "pool" if step.target_is_pool else "kept" if is_kept(step) else "owner"
        alike[step.pool, step.currency, step.within, step.target, kind, step.driver].append(step)
    rows = [_arrow(case, key, steps) for key, steps in alike.items()]
    columns = ("pool", "currency", "within", "target", "kind", "number", "ratio", "driver", "line")
    return Outcome(columns, tuple(rows))


def _arrow(case: Case, key: Sequence[object], steps: Sequence[Step]) -> Row:
    names = ("pool", "currency", "within", "target", "kind", "driver")
    ratios = {step.ratio for step in steps}
    number = sum((step.weight for step in steps), Fraction())
    return {
        **{name: value or None for name, value in zip(names, key, strict=True)},
        "number": rounded(number, 18),
        "ratio": rounded(ratios.pop(), 6) if len(ratios) == 1 else None,
        "line": case.numbers(steps).get("line"),
    }


def _shares(case: Case) -> Outcome:
    rows = [
        {
            "pool": pool,
            "owner": owner,
            "cost": amount,
            "ratio": part_of(amount, case.amount(shares)),
            "currency": currency,
        }
        for (pool, currency), shares in case.shares.items()
        for owner, amount in _by_owner(case, (s for s in shares if not s.kept))
    ]
    return Outcome(("pool", "owner", "cost", "ratio", "currency"), tuple(rows))


def _kept(case: Case) -> Outcome:
    """Each pool's own unallocated cost, and the pool where it stays."""
    rows = []
    for (pool, currency), shares in case.shares.items():
        stays = case.kept(share for share in shares if share.kept)
        rows += [
            {
                "pool": pool,
                "stays_in": way.last[0],
                "within": way.last[1] or None,
                "stays_with": way.owner,
                "cost": from_units(units),
                "currency": currency,
                "reason": case.kept_words(way),
                "place": str(case.pool(way.last[0]).place),
            }
            for way, units in sorted(stays.items())
        ]
    columns = ("pool", "stays_in", "within", "stays_with", "cost", "currency", "reason", "place")
    return Outcome(columns, tuple(rows))


def _by_owner(case: Case, shares: Iterable[Share]) -> list[tuple[str, Decimal]]:
    owners: dict[str, list[Share]] = defaultdict(list)
    for share in shares:
        owners[share.owner].append(share)
    sums = [(owner, case.amount(found)) for owner, found in owners.items()]
    return sorted(sums, key=lambda pair: (-abs(pair[1]), pair[0]))
