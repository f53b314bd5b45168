"""Prepares rows for a person's eye: rounded together, summed up, without what all rows share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
_MONTH = "month"
_MONTHS = {_MONTH, "period"}
_TOLD_ONCE = {**dict.fromkeys(sorted(_MONTHS), "{}"), "BillingAccountId": "payer {}"}
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

    With `total`, each money column is rounded so that it adds up to its total, month by month and
    currency by currency; each has a total of its own, but for a single row. Without, each amount
    is rounded by itself (half away from zero), so that equal amounts look equal.
    """
    of = kinds(rows, columns)
    money = [name for name in columns if of[name] is Kind.MONEY]
    currency = next((name for name in CURRENCY_COLUMNS if name in columns), "")
    apart = [name for name in (_MONTH, currency) if name in columns]
    words = {**_TOLD_ONCE, currency: "amounts in {}" if money else "in {}"}
    once = _same_on_all(rows, [name for name in columns if name in words])
    texts = [name for name in columns if of[name] is Kind.TEXT]
    if texts and set(texts) <= set(once):
        del once[texts[-1]]  # rows need something to be told apart by
    empty = {name for name in texts if rows and all(row.get(name) in (None, "") for row in rows)}
    kept = tuple(name for name in columns if name not in once and name not in empty)
    beside = _beside(once, words)
    if not (total and money and len(rows) > 1):
        return Shown(_rounded_alone(rows, money), kept, [], beside)
    rounded = _rounded(rows, money, apart)
    return Shown(rounded, kept, _totals(rounded, kept, money, apart), beside)


def _beside(once: Mapping[str, str], words: Mapping[str, str]) -> str:
    told = ", ".join(words[name].format(value) for name, value in once.items())
    if once and {*once} <= _MONTHS:  # a month by itself is no sentence
        return f"Every row is of {told}."
    return told and f"{told[0].upper()}{told[1:]}."


def _same_on_all(rows: Sequence[Row], names: Sequence[str]) -> dict[str, str]:
    """Give the columns that say the same on all rows, and what they say."""
    values = {name: {str(row.get(name) or "") for row in rows} for name in names}
    return {name: next(iter(v)) for name, v in values.items() if len(v) == 1 and "" not in v}


def _rounded(
    rows: Sequence[Row], money: Sequence[str], apart: Sequence[str]
) -> list[dict[str, object]]:
    shown = [dict(row) for row in rows]
    for alike in _groups(shown, apart).values():
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
    rows: list[dict[str, object]],
    columns: Sequence[str],
    money: Sequence[str],
    apart: Sequence[str],
) -> list[Row]:
    first = next((name for name in columns if name not in (*money, *apart)), columns[0])
    summed = [*money, _SUMMED_SHARE] if _SUMMED_SHARE in columns else money
    return [
        {name: _sum(row.get(name) for row in alike) for name in summed}
        | dict(zip(apart, key, strict=True))
        | {first: "total"}
        for key, alike in _groups(rows, apart).items()
    ]


def _groups(
    rows: list[dict[str, object]], apart: Sequence[str]
) -> dict[tuple[str, ...], list[dict[str, object]]]:
    groups: dict[tuple[str, ...], list[dict[str, object]]] = {}
    for row in rows:
        groups.setdefault(tuple(str(row.get(name) or "") for name in apart), []).append(row)
    return dict(sorted(groups.items()))


def _sum(values: Iterable[object]) -> Decimal:
    with localcontext(EXACT):
        return sum((value for value in values if isinstance(value, Decimal)), Decimal(0))
