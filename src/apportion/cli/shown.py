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
#: A column that a person need not read on every row where it says the same.
TIME_COLUMN = "month"
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
    """Round each money column so that it adds up to its total, currency by currency.

    Totals are exact sums, rounded the same way; one row for each currency, none for a single row.
    """
    of = kinds(rows, columns)
    money = [name for name in columns if of[name] is Kind.MONEY]
    named = next((name for name in CURRENCY_COLUMNS if name in columns), "")
    rounded = _rounded(rows, money, named)
    month = _alone(rows, TIME_COLUMN) if TIME_COLUMN in columns and len(columns) > 2 else ""
    currency = _alone(rows, named) if money else ""
    said = {TIME_COLUMN: month, named: currency}
    kept = tuple(name for name in columns if not said.get(name))
    totals = _totals(rounded, kept, money, named) if total and len(rows) > 1 else []
    beside = ", ".join(filter(None, [month, currency and f"amounts in {currency}"]))
    return Shown(rounded, kept, totals, beside and f"{beside[0].upper()}{beside[1:]}.")


def _alone(rows: Sequence[Row], name: str) -> str:
    """Give the value that all rows share; empty where they differ."""
    found = {str(row.get(name) or "") for row in rows}
    return found.pop() if len(found) == 1 else ""


def _rounded(rows: Sequence[Row], money: Sequence[str], named: str) -> list[dict[str, object]]:
    shown = [dict(row) for row in rows]
    for alike in _by_currency(shown, named).values():
        for name in money:
            holding = [row for row in alike if row.get(name) is not None]
            amounts = round_together([Decimal(str(row[name])) for row in holding], PLACES)
            for row, amount in zip(holding, amounts, strict=True):
                row[name] = amount
    return shown


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
