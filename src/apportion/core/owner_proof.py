"""Prove the cost of each owner: sums by account do not show that two owners were exchanged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, localcontext
from typing import NamedTuple

from apportion.model.findings.finding import Finding
from apportion.model.findings.proof import OWNER_TOTAL_CHANGED
from apportion.model.focus import COST_COLUMNS
from apportion.model.manifest import OwnerTotal
from apportion.model.money import EXACT, text

_Key = tuple[str, str]  # an owner, and a currency
_NOTHING = (text(Decimal()),) * len(COST_COLUMNS)


class PaidCost(NamedTuple):
    """What an owner pays in a currency: its own charges, or its shares of pools."""

    owner: str
    billing_currency: str
    shared: bool
    amounts: tuple[Decimal, ...]


def owner_totals(paid: Iterable[PaidCost]) -> tuple[OwnerTotal, ...]:
    """Make the totals of owners."""
    own: dict[_Key, tuple[str, ...]] = {}
    shared: dict[_Key, tuple[str, ...]] = {}
    for row in paid:
        key = row.owner, row.billing_currency
        (shared if row.shared else own)[key] = tuple(map(text, row.amounts))
    return tuple(
        OwnerTotal(*key, own.get(key, _NOTHING), shared.get(key, _NOTHING))
        for key in sorted(own.keys() | shared.keys())
    )


def compare_owners(
    place: str, recorded: Sequence[OwnerTotal], found: Sequence[OwnerTotal]
) -> list[Finding]:
    """Compare the cost of owners in the files with the recorded cost, column by column."""
    before, after = _by_owner(recorded), _by_owner(found)
    findings = []
    for owner, currency in sorted(before.keys() | after.keys()):
        nothing = OwnerTotal(owner, currency, _NOTHING, _NOTHING)
        one, other = (side.get((owner, currency), nothing) for side in (before, after))
        for what, expected, got in (
            ("own charges", one.own, other.own),
            ("shares of pools", one.shared, other.shared),
        ):
            for column, first, second in zip(COST_COLUMNS, expected, got, strict=True):
                if first != second:
                    subject = f"{column} of owner {owner or '(none)'}, {what}"
                    findings.append(_changed(place, subject, first, second, currency))
    return findings


def _by_owner(totals: Iterable[OwnerTotal]) -> dict[_Key, OwnerTotal]:
    return {(total.owner, total.currency): total for total in totals}


def _changed(place: str, subject: str, expected: str, found: str, currency: str) -> Finding:
    with localcontext(EXACT):
        difference = Decimal(found) - Decimal(expected)
    return Finding(
        OWNER_TOTAL_CHANGED,
        place,
        subject,
        expected=f"{expected} as recorded",
        found=found,
        remedy="Restore the ledger's files from a copy, or allocate the period again.",
        amount=difference,
        currency=currency,
    )
