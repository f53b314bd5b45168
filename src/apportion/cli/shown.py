"""Prepares rows for a person's eye: rounded together, summed up, without what all rows share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from apportion.core.apportion import round_together
from apportion.model.money import EXACT
from apportion.ports import Row
from apportion.reports.columns import Kind, kinds

#: What is shown of a cent's fractions; files have every digit.
PLACES = 2
#: The columns that say in which currency a row's money is.
CURRENCY_COLUMNS = ("currency", "BillingCurrency")
#: What a person need not read on every row where it is the same on all, and how it is told once.
_TOLD_ONCE = {"month": "{}", "period": "{}", "BillingAccountId": "payer {}"}
#: The only share whose sum means something: the parts of one whole.
_SUMMED_SHARE = "share"


@dataclass(frozen=True)
class Shown:
    """What a table shows, and beside it what would be the same on every row."""

    rows: Sequence[Row]
    columns: tuple[str, ...]
    totals: Sequence[Row]
    beside: str


def for_people(rows: Sequence[Row], columns: Sequence[str], *, total: bool) -> Shown:
    """Round money to the cent, and say once what is the same on every row.

    With `total`, each money column is rounded so that it adds up to its total, currency by
    currency; one total for each currency, none for a single row. Without, each amount is rounded
    by itself (half away from zero), so that equal amounts look equal.
    """
    of = kinds(rows, columns)
    money = [name for name in columns if of[name] is Kind.MONEY]
    named = next((name for name in CURRENCY_COLUMNS if name in columns), "")
    rounded = _rounded(rows, money, named) if total else _rounded_alone(rows, money)
    words = {**_TOLD_ONCE, named: "amounts in {}" if money else "{}"}
    once = _same_on_all(rows, [name for name in columns if name in words])
    texts = [name for name in columns if of[name] is Kind.TEXT]
    if texts and set(texts) <= set(once):
        del once[texts[-1]]  # rows need something to be told apart by
    empty = {name for name in texts if rows and all(row.get(name) in (None, "") for row in rows)}
    kept = tuple(name for name in columns if name not in once and name not in empty)
    summed = total and money and len(rows) > 1
    totals = _totals(rounded, kept, money, named) if summed else []
    beside = ", ".join(words[name].format(value) for name, value in once.items())
    return Shown(rounded, kept, totals, beside and f"{beside[0].upper()}{beside[1:]}.")


def _same_on_all(rows: Sequence[Row], names: Sequence[str]) -> dict[str, str]:
    """Give the columns that say the same on all rows, and what they say."""
    values = {name: {str(row.get(name) or "") for row in rows} for name in names}
    return {name: next(iter(v)) for name, v in values.items() if len(v) == 1 and "" not in v}


def _rounded(rows: Sequence[Row], money: Sequence[str], named: str) -> list[dict[str, object]]:
    shown = [dict(row) for row in rows]
    for alike in _by_currency(shown, named).values():
        for name in money:
            holding = [row for row in alike if row.get(name) is not None]
            amounts = round_together([Decimal(str(row[name])) for row in holding], PLACES)
            for row, amount in zip(holding, amounts, strict=True):
                row[name] = amount
    return shown


def _rounded_alone(rows: Sequence[Row], money: Sequence[str]) -> list[dict[str, object]]:
    return [
        {**row}
        | {
            name: round_together([Decimal(str(row[name]))], PLACES)[0]
            for name in money
            if row.get(name) is not None
        }
        for row in rows
    ]


def _totals(
    rows: list[dict[str, object]], columns: Sequence[str], money: Sequence[str], named: str
) -> list[Row]:
    first = next((name for name in columns if name not in money and name != named), "")
    share = [_SUMMED_SHARE] if _SUMMED_SHARE in columns else []
    return [
        {named: currency}
        | {name: _sum(row.get(name) for row in alike) for name in [*money, *share]}
        | {first: "total"}
        for currency, alike in _by_currency(rows, named).items()
    ]


def _by_currency(rows: list[dict[str, object]], named: str) -> dict[str, list[dict[str, object]]]:
    groups: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        groups.setdefault(str(row.get(named) or ""), []).append(row)
    return dict(sorted(groups.items()))


def _sum(values: Iterable[object]) -> Decimal:
    with localcontext(EXACT):
        return sum((value for value in values if isinstance(value, Decimal)), Decimal(0))
