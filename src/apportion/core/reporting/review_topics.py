"""Topics of a monthly review: unallocated cost, rejected values, and proposals for both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from apportion.core.allocation.rounding import part_of
from apportion.core.rulebook.dimension_sql import canonical, dimension_columns
from apportion.core.templates import name, text
from apportion.model.inputs import Lookup, lookup_key
from apportion.model.relation import Query, Relation
from apportion.model.rulebook import Dimension, FromAccountTag, FromLookup, FromTag, Rulebook, Value
from apportion.model.suggestions import closest
from apportion.model.wording import join_words, percent

from .explain import added

#: An owner with less than this share of an account's direct cost is not proposed for the rest.
_MOST_OF = Decimal("0.5")


@dataclass(frozen=True)
class Likely:
    """The owner with most of an account's allocated direct cost, and its share of that."""

    owner: str
    part: Decimal


class UnallocatedCost(NamedTuple):
    """Direct cost without an owner, of an account, service and rejected value."""

    billing_currency: str
    sub_account_id: str
    sub_account_name: str
    service_name: str
    rejected: str
    cost: Decimal
    lines: int


class RejectedCost(NamedTuple):
    """The cost of a rejected value in a currency."""

    value: str
    billing_currency: str
    cost: Decimal
    lines: int
    accounts: int


class AccountOwner(NamedTuple):
    """The direct cost of an owner in an account."""

    account: str
    owner: str
    cost: Decimal


def unallocated_query(rulebook: Rulebook, allocations: Relation) -> Query:
    """Add up unallocated direct cost by account, service and rejected value."""
    dimension = rulebook.dimension(rulebook.owner)
    refused = name(f"{dimension.name}_rejected") if _rejects(rulebook, dimension) else "NULL"
    cost = f"SUM({name(rulebook.cost)})"
    return Query.of(
        'SELECT "BillingCurrency", "SubAccountId", "SubAccountName", "ServiceName", '
        f'{refused} AS "Rejected", {cost} AS "Cost", SUM("Lines") AS "Lines" FROM {allocations} '
        f'WHERE "Pool" IS NULL AND {name(dimension.name)} = {text(dimension.default)} GROUP BY ALL '
        f'ORDER BY "BillingCurrency", ABS({cost}) DESC, "SubAccountId", "ServiceName", "Rejected"',
        allocations,
    )


def rejected_values_query(
    rulebook: Rulebook, dimension: Dimension, allocations: Relation
) -> Query | None:
    """Add up the cost of each rejected value; None where nothing is rejected."""
    if not _rejects(rulebook, dimension):
        return None
    refused, cost = name(f"{dimension.name}_rejected"), f"SUM({name(rulebook.cost)})"
    return Query.of(
        f'SELECT {refused} AS "Value", "BillingCurrency", {cost} AS "Cost", '
        'SUM("Lines") AS "Lines", COUNT(DISTINCT "SubAccountId") AS "Accounts" '
        f"FROM {allocations} "
        f"WHERE {refused} IS NOT NULL GROUP BY ALL "
        f'ORDER BY "BillingCurrency", ABS({cost}) DESC, "Value"',
        allocations,
    )


def likely_query(rulebook: Rulebook, allocations: Relation) -> Query:
    """Add up each account's direct cost by owner, without the default."""
    owner = rulebook.dimension(rulebook.owner)
    return Query.of(
        f'SELECT COALESCE("SubAccountId", \'\') AS "Account", {name(owner.name)} AS "Owner", '
        f'SUM({name(rulebook.cost)}) AS "Cost" FROM {allocations} '
        f'WHERE "Pool" IS NULL AND {name(owner.name)} <> {text(owner.default)} '
        f'AND "BillingCurrency" = {text(rulebook.currency)} GROUP BY ALL '
        f'HAVING SUM({name(rulebook.cost)}) > 0 ORDER BY "Cost", "Owner" DESC',
        allocations,
    )


def likely_owners(sums: Iterable[AccountOwner]) -> dict[str, Likely]:
    """Find the owner with most of each account."""
    accounts: dict[str, dict[str, Decimal]] = {}
    for account, owner, cost in sums:
        accounts.setdefault(account, {})[owner] = cost
    found = {}
    for account, owners in accounts.items():
        owner = max(owners, key=lambda each: owners[each])
        part = part_of(owners[owner], added(owners.values()), places=4)
        if part is not None and part >= _MOST_OF:
            found[account] = Likely(owner, part)
    return found


def closest_value(refused: str, dimension: Dimension) -> Value | None:
    """Find the allowed value that was probably meant."""
    spellings = {
        spelling: value for value in dimension.values for spelling in (value.name, *value.aliases)
    }
    return spellings.get(closest(refused, spellings))


def proposal(
    dimension: Dimension,
    lookups: Mapping[str, Lookup],
    *,
    account: str,
    refused: str,
    likely: Likely | None,
) -> str:
    """A sentence with the ways in which charges of an account could get a value."""
    if refused:
        return _allow(refused, dimension)
    ways = [*_lookup_lines(dimension, lookups, account), *_tags(dimension)]
    if not ways:
        return f"Add a source to {dimension.name} ({dimension.place})."
    sentence = f"{join_words(ways)}."
    sentence = sentence[0].upper() + sentence[1:]
    if likely is None:
        return sentence
    part = percent(likely.part, places=0)
    return f"{sentence} {likely.owner} has {part} of the account's allocated cost."


def _rejects(rulebook: Rulebook, dimension: Dimension) -> bool:
    return f"{dimension.name}_rejected" in dimension_columns(rulebook)


def _allow(refused: str, dimension: Dimension) -> str:
    near = closest_value(refused, dimension)
    if near is None:
        return f"Correct {refused!r}, or add it to the values of {dimension.name}."
    return f"Correct {refused!r} to {near.name}, or add it to its aliases ({near.place})."


def _lookup_lines(
    dimension: Dimension, lookups: Mapping[str, Lookup], account: str
) -> Iterable[str]:
    """Changes of lookups by account that would give a value."""
    for source in dimension.sources:
        if not isinstance(source, FromLookup) or not account:
            continue
        lookup = lookups[lookup_key(dimension.name, source.file)]
        if lookup.columns != ("SubAccountId",):
            continue
        rows = [row for row in lookup.rows if row.match == (account,)]
        allowed = canonical(dimension, (row.value for row in rows))
        wrong = next((row for row in rows if dimension.values and row.value not in allowed), None)
        if wrong:
            yield f"correct {wrong.value!r} in {lookup.name}:{wrong.line}"
        elif rows:
            yield f"extend the dates of {lookup.name}:{rows[-1].line} to these days"
        else:
            yield f"add account {account} to {lookup.name}"


def _tags(dimension: Dimension) -> Iterable[str]:
    for source in dimension.sources:
        if isinstance(source, FromTag):
            yield f"tag it with {(source.written or source.keys)[0]}"
        elif isinstance(source, FromAccountTag):
            yield f"tag the account with {(source.written or source.keys)[0]}"
