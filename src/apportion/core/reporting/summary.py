"""The text of a report e-mail: total, proof, largest owners and changes, findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from apportion.core.allocation.rounding import part_of
from apportion.model.cents import cents, money_by_currency, signed
from apportion.model.money import EXACT, text
from apportion.model.outcome import Outcome
from apportion.model.row import Row
from apportion.model.wording import percent, plural

_TOP = 5
#: The severities of findings in the text; notices are in the report's files.
_SEVERITIES = ("error", "warning")


@dataclass(frozen=True)
class Summary:
    """Subject and text of a report. `difference` is the largest between two stages of the proof."""

    subject: str
    text: str
    difference: Decimal


def summarise(period: str, tables: Mapping[str, Outcome], *, run: str) -> Summary:
    """Summarise a period from the results of the everyday queries, by their names."""
    owners = tables["owners"].rows
    totals = _totals(owners)
    whole = money_by_currency(totals)
    proof = tables["proof"].rows
    difference = max((_amount(row, "difference") for row in proof), default=Decimal())
    parts = [
        f"{period}: {whole}",
        _proved(difference, len(proof), run),
        *(_owners(owners, currency, total) for currency, total in totals.items()),
        _movers(tables["movers"].rows),
        _unallocated(tables["unallocated"].rows),
        _findings(tables["findings"].rows),
    ]
    subject = f"Cloud cost of {period}: {whole}"
    return Summary(subject, "\n\n".join(part for part in parts if part) + "\n", difference)


def _proved(difference: Decimal, payers: int, run: str) -> str:
    if difference:
        return f"NOT PROVED: the stages differ by up to {difference} (run {run})."
    return (
        f"Proved for {plural(payers, 'payer')}: stated = ledger = derived = "
        f"allocated = published, difference 0.00 (run {run})."
    )


def _owners(rows: Sequence[Row], currency: str, total: Decimal) -> str:
    own = [row for row in rows if str(row["currency"] or "") == currency]
    top = sorted(own, key=lambda row: (-_amount(row, "total"), str(row["owner"])))[:_TOP]
    lines = [
        (str(row["owner"]), _amount(row, "total"), _percent(_amount(row, "total"), total))
        for row in top
    ]
    head = f"Largest owners{f' in {currency}' if currency else ''} ({len(top)} of {len(own)})"
    return _list(head, lines)


def _movers(rows: Sequence[Row]) -> str:
    moved = [row for row in rows if _amount(row, "change")][:_TOP]
    lines = [
        (
            str(row["owner"]),
            _amount(row, "change"),
            _from_to(row),
        )
        for row in moved
    ]
    return _list("Largest changes since the month before", lines, sign=True)


def _from_to(row: Row) -> str:
    before, now = (cents(_amount(row, column)) for column in ("before", "total"))
    return f"{row['currency'] or ''}, from {before} to {now}"


def _unallocated(rows: Sequence[Row]) -> str:
    totals = _totals(rows)
    if not any(_amount(row, "total") for row in rows):
        return "Every charge has an owner."
    amounts = money_by_currency(totals)
    first = rows[0]
    where = f"{first['service']} in {first['account_name'] or first['account']}"
    return f"Unallocated direct cost: {amounts}, most of it {where}."


def _findings(rows: Sequence[Row]) -> str:
    listed = [row for row in rows if row["severity"] in _SEVERITIES]
    if not listed:
        return ""
    lines = [f"  {_to_the_cent(row)[:300]}" for row in listed[:_TOP]]
    more = [f"  … and {len(listed) - _TOP} more"] if len(listed) > _TOP else []
    return "\n".join(["Findings", *lines, *more])


def _to_the_cent(row: Row) -> str:
    """Write a finding with its money as people read it; the files have every digit."""
    sentence, currency = str(row["finding"]), row["currency"] or ""
    if not row["amount"]:
        return sentence
    amount = _amount(row, "amount")
    return sentence.replace(f", {text(amount)} {currency}", f", {cents(amount)} {currency}")


def _list(head: str, lines: Sequence[tuple[str, Decimal, str]], *, sign: bool = False) -> str:
    if not lines:
        return ""
    written = [signed(amount) if sign else cents(amount) for _, amount, _ in lines]
    wide = max(len(name) for name, _, _ in lines)
    tall = max(map(len, written))
    rows = [
        f"  {name.ljust(wide)}  {amount.rjust(tall)}  {beside}".rstrip()
        for (name, _, beside), amount in zip(lines, written, strict=True)
    ]
    return "\n".join([head, *rows])


def _totals(rows: Iterable[Row]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    with localcontext(EXACT):
        for row in rows:
            currency = str(row["currency"] or "")
            found[currency] = found.get(currency, Decimal()) + _amount(row, "total")
    return dict(sorted(found.items()))


def _percent(part: Decimal, whole: Decimal) -> str:
    share = part_of(part, whole)
    return "" if share is None else percent(share)


def _amount(row: Row, column: str) -> Decimal:
    return Decimal(str(row[column] or 0))
