"""Which bill a delivery belongs to: the unit, with its period, that a later delivery replaces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, localcontext

from apportion.model.cents import cents, exact, money
from apportion.model.findings.deliveries import (
    ACCOUNTS_OVERLAP,
    NEW_PAYER,
    RESTATED,
    SHRUNK,
)
from apportion.model.findings.finding import Finding
from apportion.model.focus import COST_COLUMNS
from apportion.model.manifest import Manifest, RunKind
from apportion.model.money import EXACT

#: The billing accounts that each bill holds in a period, each with one of its usage accounts.
Holdings = Mapping[str, frozenset[tuple[str, str]]]


def newest(runs: Iterable[Manifest], kind: RunKind, period: str) -> dict[str, Manifest]:
    """The run in force for each bill of a period; runs come oldest first."""
    found: dict[str, Manifest] = {}
    for run in runs:
        if run.kind is kind and run.period == period:
            for bill in run.replaced_bills:
                found.pop(bill, None)
            found[run.bill] = run
    return found


def not_read(allocation: Manifest, runs: Iterable[Manifest]) -> list[Manifest]:
    """List the newest deliveries of its period that an allocation did not read, by bill."""
    delivered = newest(runs, RunKind.INGEST, allocation.period)
    return [run for bill, run in sorted(delivered.items()) if allocation.bills.get(bill) != run.run]


def holdings(runs: Iterable[Manifest], period: str) -> dict[str, frozenset[tuple[str, str]]]:
    """List the billing accounts, with their usage accounts, that each bill of a period holds."""
    return {
        bill: frozenset((total.billing_account, total.sub_account) for total in run.totals)
        for bill, run in newest(runs, RunKind.INGEST, period).items()
    }


def payers(accounts: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The billing accounts of some accounts."""
    return frozenset(payer for payer, _ in accounts)


def belongs_to(accounts: frozenset[tuple[str, str]], held: Holdings) -> list[str]:
    """Find the bills that these accounts may belong to.

    These are bills with only payers of the delivery; of several, those with most of the accounts.
    """
    own = payers(accounts)
    common = {bill: len(known & accounts) for bill, known in held.items() if payers(known) <= own}
    most = max(common.values(), default=0)
    return sorted(bill for bill, count in common.items() if count == most)


def name_bill(accounts: frozenset[str]) -> str:
    """Name a new bill after its first billing account, with the number of the others."""
    first, *others = sorted(accounts)
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", first).strip("-") or "bill"
    return f"{slug}+{len(others)}" if others else slug


def shared(bill: str, accounts: frozenset[tuple[str, str]], held: Holdings) -> list[str]:
    """List the other bills that have a payer in common with a delivery into this bill."""
    own = payers(accounts)
    return sorted(other for other, known in held.items() if other != bill and payers(known) & own)


def ambiguous(place: str, bills: Sequence[str]) -> Finding:
    """Ask which of several bills of one payer is meant."""
    return Finding(
        ACCOUNTS_OVERLAP,
        place,
        "bill of this delivery",
        expected="one bill with most of its accounts",
        found=", ".join(bills),
        remedy="Nothing was ingested. Name the bill with --bill.",
    )


def overlap(
    place: str,
    other: str,
    accounts: frozenset[tuple[str, str]],
    known: frozenset[tuple[str, str]],
    *,
    amount: Decimal | None = None,
    currency: str = "",
) -> Finding:
    """Refuse a delivery that would count an account twice."""
    own, paying = payers(accounts), payers(known)
    return Finding(
        ACCOUNTS_OVERLAP,
        place,
        f"billing account {', '.join(sorted(own & paying))}",
        expected=f"all charges of bill {other} ({', '.join(sorted(paying))}), or none of them",
        found=", ".join(sorted(own)),
        remedy=f"Nothing was ingested. To replace bill {other}, ingest with --replace, or deliver "
        f"all its accounts with --bill {other}. If it is another export of other charges, which "
        "stands beside it, name it with --bill NAME.",
        amount=amount,
        currency=currency,
    )


def new_payers(delivery: Manifest, runs: Sequence[Manifest]) -> list[Finding]:
    """Report each payer once that is new to a ledger with other payers."""
    known = {
        total.billing_account for run in runs if run.kind is RunKind.INGEST for total in run.totals
    }
    found: dict[tuple[str, str], Decimal] = {}
    with localcontext(EXACT):
        for total in delivery.totals:
            if total.stage == "ledger" and total.billing_account not in known:
                key = (total.billing_account, total.currency)
                found[key] = found.get(key, Decimal()) + Decimal(total.amounts[0])
    return [
        Finding(
            NEW_PAYER,
            f"{delivery.period} bill {delivery.bill}",
            f"billing account {payer or '(none)'}",
            expected=f"one that the ledger knows ({', '.join(sorted(known)) or 'none'})",
            found="a new one; its cost is added to the others",
            remedy="If it is a known payer whose id was written in another way, correct the file "
            f"and ingest it with --bill {delivery.bill} --replace.",
            amount=amount,
            currency=currency,
        )
        for (payer, currency), amount in sorted(found.items())
        if known
    ]


def restated(
    before: Manifest | None, after: Manifest, redescribed: Mapping[str, Decimal]
) -> list[Finding]:
    """Report the changes of a later delivery: lines, amounts and tags.

    `redescribed` is the cost, by currency, of charges with other tags or details than before.
    """
    if before is None:
        return []
    old, new = (_money(run) for run in (before, after))
    old_lines, new_lines = (_lines(run) for run in (before, after))
    tagged = [
        f"other tags or details on {money(m, c)}" for c, m in sorted(redescribed.items()) if m
    ]
    if (old, old_lines) == (new, new_lines) and not tagged:
        return []
    changes = [f"lines {old_lines:,} → {new_lines:,}"] + [
        f"{column} {_change(old.get(key, Decimal()), new.get(key, Decimal()), currency)}"
        for key in sorted({*old, *new})
        for currency, column in [key]
        if old.get(key) != new.get(key)
    ]
    changes += tagged
    return [
        Finding(
            SHRUNK if new_lines < old_lines else RESTATED,
            f"{after.period} bill {after.bill}",
            ", ".join(changes),
            remedy=f"The earlier delivery is run {before.run}; still readable with --as-of.",
        )
    ]


def _change(old: Decimal, new: Decimal, currency: str) -> str:
    """Write two amounts in cents, or with every digit if their cents are equal."""
    if cents(old) == cents(new):
        return f"{exact(old)} → {exact(new)} {currency}".rstrip()
    return f"{cents(old)} → {money(new, currency)}"


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
