"""Prepares rows for display: totals added, columns with one value moved into a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from apportion.model.cents import ROUNDED, cent_off
from apportion.model.money import EXACT
from apportion.model.row import Row
from apportion.reports.columns import ColumnKind, cents_off, kinds

#: The columns with the currency of a row.
CURRENCY_COLUMNS = ("currency", "BillingCurrency")
#: Columns that are shown once, in a sentence, if all rows have the same value.
_MONTH = "month"
_MONTHS = {_MONTH, "period"}
_SHOWN_ONCE = {**dict.fromkeys(sorted(_MONTHS), "{}"), "BillingAccountId": "payer {}"}
#: The only share whose sum means something: the parts of one whole.
_SUMMED_SHARE = "share"


@dataclass(frozen=True)
class Shown:
    """What a table shows, and beside it what would be the same on every row.

    `note` is what stands under the total: that rounding hides a cent, or nothing.
    """

    rows: Sequence[Row]
    columns: tuple[str, ...]
    totals: Sequence[Row]
    beside: str
    note: str = ""


def for_people(rows: Sequence[Row], columns: Sequence[str], *, total: bool) -> Shown:
    """Move equal values of all rows into a sentence and, with `total`, add up amounts.

    Each month and currency has a total of its own, but for a single row. Amounts stay exact: a
    table rounds each by itself (`model.cents`).
    """
    of = kinds(rows, columns)
    money = [name for name in columns if of[name] is ColumnKind.MONEY]
    currency = next((name for name in CURRENCY_COLUMNS if name in columns), "")
    apart = [name for name in (_MONTH, currency) if name in columns]
    words = {**_SHOWN_ONCE, currency: "amounts in {}" if money else "in {}"}
    once = _same_on_all(rows, [name for name in columns if name in words])
    texts = [name for name in columns if of[name] is ColumnKind.TEXT]
    if texts and set(texts) <= set(once):
        del once[texts[-1]]  # rows need a label
    empty = {name for name in texts if rows and all(row.get(name) in (None, "") for row in rows)}
    kept = tuple(name for name in columns if name not in once and name not in empty)
    groups = _groups(rows, apart).items() if total and money and len(rows) > 1 else ()
    totals = [
        {**_total(alike, kept, money, apart), **dict(zip(apart, key, strict=True))}
        for key, alike in groups
    ]
    off = cents_off([*rows, *totals], kept) or any(
        cent_off((_amount(row, name) for row in alike), _amount(added, name))
        for (_key, alike), added in zip(groups, totals, strict=True)
        for name in money
    )
    return Shown(rows, kept, totals, _beside(once, words), ROUNDED if off else "")


def _beside(once: Mapping[str, str], words: Mapping[str, str]) -> str:
    sentence = ", ".join(words[name].format(value) for name, value in once.items())
    if once and {*once} <= _MONTHS:  # a month by itself is no sentence
        return f"All rows: {sentence}."
    return sentence and f"{sentence[0].upper()}{sentence[1:]}."


def _same_on_all(rows: Sequence[Row], names: Sequence[str]) -> dict[str, str]:
    """Find the columns with the same value on all rows, and the value."""
    values = {name: {str(row.get(name) or "") for row in rows} for name in names}
    return {name: next(iter(v)) for name, v in values.items() if len(v) == 1 and "" not in v}


def _total(
    rows: Sequence[Row], columns: Sequence[str], money: Sequence[str], apart: Sequence[str]
) -> Row:
    first = next((name for name in columns if name not in (*money, *apart)), columns[0])
    summed = [*money, _SUMMED_SHARE] if _SUMMED_SHARE in columns else money
    return {name: _sum(row.get(name) for row in rows) for name in summed} | {first: "total"}


def _groups(rows: Sequence[Row], apart: Sequence[str]) -> dict[tuple[str, ...], list[Row]]:
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(str(row.get(name) or "") for name in apart), []).append(row)
    return dict(sorted(groups.items()))


def _amount(row: Row, name: str) -> Decimal:
    return Decimal(str(row.get(name) or 0))


def _sum(values: Iterable[object]) -> Decimal:
    with localcontext(EXACT):
        return sum((Decimal(str(v)) for v in values if isinstance(v, Decimal | int)), Decimal(0))
