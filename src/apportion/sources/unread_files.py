"""Weigh a file that is left out although its name is a bill's: how much money is in it."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

from apportion.model import money
from apportion.model.findings import bills
from apportion.model.findings.finding import Finding, failing

from .columns import read_columns
from .discover import Candidate
from .other_files import is_apple_double, read_head
from .recognise import recognise
from .totals.layouts import find_columns, layout_of
from .totals.stated import Tally, add_totals, tally
from .verify import Verified, verify


def weigh(candidate: Candidate, scratch: Path) -> Finding:
    """Findings for a file that is not read: its charges with their money, or no charges."""
    head = read_head(candidate.path)
    if not head or is_apple_double(head):
        return _plain(candidate)
    verified, findings = verify(candidate, scratch)
    if failing(findings):
        return _charges(candidate, f"a file that cannot be read: {failing(findings)[0].found}")
    lines, sums = 0, Counter[str]()
    for each in verified:
        counted, billed = _weigh(each)
        if failing(counted.findings):
            return _charges(candidate, f"a file that is wrong: {failing(counted.findings)[0]}")
        lines += counted.rows
        sums.update(billed)
    if not lines:
        return _plain(candidate)
    held = [(money.from_units(units), currency) for currency, units in sorted(sums.items())]
    if len(held) == 1:
        return _charges(candidate, f"{lines:,} lines", *held[0])
    every = ", ".join(f"{money.text(amount)} {currency}".strip() for amount, currency in held)
    return _charges(candidate, f"{lines:,} lines, {every}")


def _weigh(verified: Verified) -> tuple[Tally, Counter[str]]:
    """Count lines and sum billed cost by currency; empty if the file is no bill."""
    path = Path(verified.file.path)
    columns = read_columns(path, verified.encoding)
    found, _ = recognise(verified.file.name, [column.raw for column in columns])
    if found is None:
        return Tally(), Counter()
    layout = layout_of(found.format)
    counted = tally(verified.file.name, path, verified.encoding, columns, layout)
    totals = add_totals([counted], layout, set(find_columns(layout, columns)))
    billed = Counter[str]()
    for total in totals:
        billed[total.currency] += total.units[0]
    return counted, billed


def _plain(candidate: Candidate) -> Finding:
    return Finding(
        bills.LEFT_OUT,
        str(candidate.path.parent),
        "one file",
        found=candidate.path.name,
        remedy="It holds no charges; nothing needs to be done.",
    )


def _charges(
    candidate: Candidate, found: str, amount: Decimal | None = None, currency: str = ""
) -> Finding:
    return Finding(
        bills.CHARGES_LEFT_OUT,
        candidate.name,
        "a file beside the bill, not read",
        expected="no charges in files that are hidden or that no manifest names",
        found=found,
        remedy="If it is a part of the bill, name it in the command, or rename it. Otherwise move "
        "it away.",
        amount=amount,
        currency=currency,
    )
