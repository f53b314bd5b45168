"""Which bill a delivery belongs to: the unit, with its period, that a later delivery replaces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, localcontext

from apportion.model.catalogue.deliveries import ACCOUNTS_OVERLAP, RESTATED, SHRUNK
from apportion.model.finding import Finding
from apportion.model.focus import COST_COLUMNS
from apportion.model.manifest import Kind, Manifest
from apportion.model.money import EXACT, text

#: The billing accounts that each bill holds in a period.
Holdings = Mapping[str, frozenset[str]]


def newest(runs: Iterable[Manifest], kind: Kind, period: str) -> dict[str, Manifest]:
    """The run in force for each bill of a period; runs come oldest first."""
    return {run.bill: run for run in runs if run.kind is kind and run.period == period}


def holdings(runs: Iterable[Manifest], period: str) -> dict[str, frozenset[str]]:
    """List the billing accounts that each bill of a period holds."""
    return {
        bill: frozenset(total.billing_account for total in run.totals)
        for bill, run in newest(runs, Kind.INGEST, period).items()
    }


def name_bill(accounts: frozenset[str], held: Holdings) -> str:
    """Find the bill that these billing accounts belong to, or name a new one after them.

    The name of a new bill is its first account, with the number of the others.
    """
    for bill, known in sorted(held.items()):
        if known <= accounts:
            return bill
    first, *others = sorted(accounts)
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", first).strip("-") or "bill"
    return f"{slug}+{len(others)}" if others else slug


def overlaps(
    period: str, bill: str, accounts: frozenset[str], held: Holdings, *, named: bool
) -> list[Finding]:
    """Refuse a delivery that would count an account twice, or lose one that is held.

    Losing accounts is allowed where the user `named` the bill to replace.
    """
    findings = []
    for other, known in sorted(held.items()):
        twice = other != bill and known & accounts
        lost = other == bill and known - accounts and not named
        if twice or lost:
            findings.append(_overlap(period, bill, other, accounts, known))
    return findings


def restated(before: Manifest, after: Manifest) -> list[Finding]:
    """Say what a later delivery changed."""
    old, new = (_money(run) for run in (before, after))
    old_lines, new_lines = (_lines(run) for run in (before, after))
    if (old, old_lines) == (new, new_lines):
        return []
    changes = [f"lines {old_lines:,} → {new_lines:,}"] + [
        f"{column} {text(old.get((currency, column), Decimal()))} → "
        f"{text(new.get((currency, column), Decimal()))} {currency}"
        for currency, column in sorted({*old, *new})
        if old.get((currency, column)) != new.get((currency, column))
    ]
    return [
        Finding(
            SHRUNK if new_lines < old_lines else RESTATED,
            f"{after.period} bill {after.bill}",
            ", ".join(changes),
            remedy=f"The earlier delivery is run {before.run}; it stays readable.",
        )
    ]


def _money(run: Manifest) -> dict[tuple[str, str], Decimal]:
    """Add a run's ledger totals up by currency and cost column."""
    sums: dict[tuple[str, str], Decimal] = {}
    with localcontext(EXACT):
        for total in run.totals:
            if total.stage == "ledger":
                for column, amount in zip(COST_COLUMNS, total.amounts, strict=True):
                    key = (total.currency, column)
                    sums[key] = sums.get(key, Decimal()) + Decimal(amount)
    return sums


def _lines(run: Manifest) -> int:
    return sum(total.lines for total in run.totals if total.stage == "ledger")


def _overlap(
    period: str, bill: str, other: str, accounts: frozenset[str], known: frozenset[str]
) -> Finding:
    return Finding(
        ACCOUNTS_OVERLAP,
        f"{period} bill {bill}",
        f"billing account {', '.join(sorted(accounts & known))}",
        expected=f"all accounts of bill {other} ({', '.join(sorted(known))}), or none of them",
        found=", ".join(sorted(accounts)),
        remedy=f"To replace bill {other}, deliver all its accounts with --bill {other}.",
    )
