"""Charges that were delivered once and are in no current delivery."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal, localcontext

from apportion.model.findings.deliveries import LEFT_OUT
from apportion.model.findings.finding import Finding
from apportion.model.focus import COST_COLUMNS
from apportion.model.manifest import LeftOut, Manifest, Total
from apportion.model.money import EXACT, text


def accounts_left_out(
    delivered: Iterable[Manifest], in_force: Iterable[Manifest], recorded: Collection[str]
) -> list[LeftOut]:
    """Find accounts that deliveries held, oldest first, and none in force does.

    What was replaced by an explicit word is `recorded` with its run; before there was such a word,
    nothing was.
    """
    held = {_account(total) for run in in_force for total in run.totals}
    last: dict[tuple[str, str, str], tuple[str, Total]] = {}
    for run in delivered:
        for total in run.totals:
            if total.stage == "ledger" and any(map(Decimal, total.amounts)):
                last[_account(total)] = (run.run, total)
    gone = [
        (run, total)
        for account, (run, total) in sorted(last.items())
        if account not in held and run not in recorded
    ]
    return _by_payer(gone)


def told_left_out(
    period: str, found: Sequence[LeftOut], delivered: Mapping[str, Manifest]
) -> list[Finding]:
    """Name each payer's, with the money and the way to bring them back."""
    return [
        Finding(
            LEFT_OUT,
            f"{period} billing account {each.billing_account or '(none)'}",
            f"{each.lines:,} lines of {_delivery(each.run, delivered)}",
            expected="in a current delivery",
            found="in none",
            remedy="The proof is about what is in force. If they count, ingest their files with "
            "--together-with and the run in force, or a delivery that holds all.",
            amount=Decimal(each.amounts[0]),
            currency=each.currency,
        )
        for each in found
    ]


def _delivery(run: str, delivered: Mapping[str, Manifest]) -> str:
    known = delivered.get(run)
    return f"run {run}, delivered at {known.at}" if known else f"run {run}"


def _account(total: Total) -> tuple[str, str, str]:
    return (total.billing_account, total.sub_account, total.currency)


def _by_payer(gone: Sequence[tuple[str, Total]]) -> list[LeftOut]:
    sums: dict[tuple[str, str, str], tuple[int, list[Decimal]]] = {}
    with localcontext(EXACT):
        for run, total in gone:
            key = (run, total.billing_account, total.currency)
            lines, amounts = sums.get(key, (0, [Decimal()] * len(COST_COLUMNS)))
            added = zip(amounts, total.amounts, strict=True)
            sums[key] = (lines + total.lines, [one + Decimal(other) for one, other in added])
    return [
        LeftOut(*key, lines, tuple(map(text, amounts))) for key, (lines, amounts) in sums.items()
    ]
