"""Prove that no cost is lost: compare the stages of a run to the last digit.

stated by the provider's files = ledger = derived = allocated
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import pairwise

from apportion.model.findings.finding import Finding
from apportion.model.findings.proof import DIFFERS, LINES_DIFFER, POOL_UNBALANCED
from apportion.model.focus import COST_COLUMNS
from apportion.model.manifest import Total
from apportion.model.money import EXACT, from_units, text
from apportion.model.split import PoolCost, Share, Units

STAGES = ("stated", "ledger", "derived", "allocated")

#: Billing account, sub account, currency.
Account = tuple[str, str, str]


@dataclass(frozen=True)
class Line:
    """One line of a proof: the amount at every stage, and the difference between the stages."""

    period: str
    billing_account: str
    sub_account: str
    currency: str
    column: str
    by_stage: tuple[Decimal, ...]

    @property
    def difference(self) -> Decimal:
        """The largest difference between two stages."""
        with localcontext(EXACT):
            return max(self.by_stage) - min(self.by_stage)


def total(stage: str, account: Account, lines: int, amounts: Iterable[Decimal]) -> Total:
    """Make a stage's total of one account."""
    return Total(stage, *account, lines, tuple(map(text, amounts)))


def compare(
    period: str, totals: Sequence[Total], *, stages: Sequence[str] = STAGES
) -> list[Finding]:
    """Compare each of these stages with the one before it, for every account and column.

    A stage without totals counts as zero, so it is a finding.
    """
    findings: list[Finding] = []
    for before, after in pairwise(stages):
        findings += _compare(period, _by_account(totals, before), _by_account(totals, after))
    return findings


def lines(period: str, totals: Sequence[Total]) -> list[Line]:
    """Put the stages side by side: one line for each account, currency and cost column."""
    stages = [_by_account(totals, stage) for stage in STAGES]
    accounts = sorted({account for stage in stages for account in stage})
    return [
        Line(period, *account, column, tuple(_amount(stage, account, at) for stage in stages))
        for account in accounts
        for at, column in enumerate(COST_COLUMNS)
    ]


def balance(costs: Iterable[PoolCost], shares: Iterable[Share]) -> list[Finding]:
    """Check that the shares of a pool add up to its cost, for each payer, currency and day."""
    held: dict[tuple[str, str, str, str], list[int]] = {}
    for cost in costs:
        _add(held, (cost.pool, cost.billing_account, cost.currency, str(cost.day)), cost.units, 1)
    for share in shares:
        key = (share.pool, share.billing_account, share.currency, str(share.day))
        _add(held, key, share.units, -1)
    return [
        Finding(
            POOL_UNBALANCED,
            f"{day} {account}",
            f"pool {pool}, {column}",
            found=f"{text(from_units(units[at]))} {currency} not split",
            remedy="Please report this as a defect, with the rulebook.",
        )
        for (pool, account, currency, day), units in sorted(held.items())
        for at, column in enumerate(COST_COLUMNS)
        if units[at]
    ]


def _add(
    held: dict[tuple[str, str, str, str], list[int]],
    key: tuple[str, str, str, str],
    units: Units,
    sign: int,
) -> None:
    sums = held.setdefault(key, [0] * len(COST_COLUMNS))
    for at, unit in enumerate(units):
        sums[at] += sign * unit


def _compare(
    period: str, before: Mapping[Account, Total], after: Mapping[Account, Total]
) -> list[Finding]:
    findings: list[Finding] = []
    for account in sorted({*before, *after}):
        place = f"{period} account {account[1] or account[0] or '(none)'}"
        first, second = before.get(account), after.get(account)
        findings += _lines_differ(place, first, second)
        for at, column in enumerate(COST_COLUMNS):
            expected, found = _amount(before, account, at), _amount(after, account, at)
            if expected != found:
                findings.append(_differs(place, account, column, (first, second), expected, found))
    return findings


def _differs(
    place: str,
    account: Account,
    column: str,
    stages: tuple[Total | None, Total | None],
    expected: Decimal,
    found: Decimal,
) -> Finding:
    first, second = (stage.stage if stage else "nothing" for stage in stages)
    with localcontext(EXACT):
        difference = found - expected
    return Finding(
        DIFFERS,
        place,
        f"{column} of stage {second} against {first}",
        expected=text(expected),
        found=text(found),
        remedy="Nothing was published. Check the file's bytes; if they are right, report a defect.",
        amount=difference,
        currency=account[2],
    )


def _lines_differ(place: str, first: Total | None, second: Total | None) -> list[Finding]:
    expected, found = (stage.lines if stage else 0 for stage in (first, second))
    if expected == found:
        return []
    return [Finding(LINES_DIFFER, place, "lines", expected=str(expected), found=str(found))]


def _by_account(totals: Iterable[Total], stage: str) -> dict[Account, Total]:
    return {
        (total.billing_account, total.sub_account, total.currency): total
        for total in totals
        if total.stage == stage
    }


def _amount(totals: Mapping[Account, Total], account: Account, at: int) -> Decimal:
    total = totals.get(account)
    return Decimal(total.amounts[at]) if total else Decimal()
