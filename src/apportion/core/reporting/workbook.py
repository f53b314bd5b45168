"""The workbook of a month: owners, dimensions, days, shared cost, unallocated cost, proof."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from apportion.model.cents import money_by_currency
from apportion.model.money import EXACT, text
from apportion.model.row import Row
from apportion.model.workbook import Chart, Check, Sheet, Workbook

from .unallocated import every_cent

#: A chart with more series or names is not readable; the tables beside it have all of them.
_MOST_SERIES = 9
_MOST_BARS = 15
#: The most rows of a sheet in common spreadsheet programs, less the heading.
MOST_ROWS = 1_000_000

_MONEY = ("direct", "shared", "total")
_OTHERS = "all others"


@dataclass(frozen=True)
class WorkbookMonth:
    """The data of a workbook, from reports."""

    period: str
    at: str  # when the run was made
    run: str
    rulebook: str
    owner: str  # the dimension that carries cost
    cost: str  # the cost column that is allocated
    currency: str
    by_dimension: Mapping[str, Sequence[Row]]
    before: Sequence[Row] | None  # by owner, of the month before; None where it is not allocated
    daily: Sequence[Row]  # by owner and day
    detail: Sequence[Row]  # by all dimensions and day
    review: Mapping[str, Sequence[Row]]
    proof: Sequence[Row]
    late: bool = False  # whether a delivery came after the run


def workbook(month: WorkbookMonth) -> Workbook:
    """Lay out a month; the proof's sheet checks every other one that holds the whole of it."""
    dimensions = [_dimension(month, name) for name in month.by_dimension]
    detail = _detail(month)
    sheets = [
        _summary(month),
        *dimensions,
        *(_daily(month, currency) for currency in _currencies(month)),
        detail,
        *_review(month),
    ]
    proof = _proof(month)
    whole = [*dimensions, *([detail] if detail.rows or not month.detail else [])]
    checks = [
        Check(sheet.title, "total", str(row["currency"] or ""), number, "allocated")
        for number, row in enumerate(proof.rows)
        if row["column"] == month.cost
        for sheet in whole
    ]
    name = f"Apportion {month.period}"
    return Workbook(name, month.at, (*sheets, proof), _once(checks))


def _once(checks: Sequence[Check]) -> tuple[Check, ...]:
    """Several payers have a row each; a sheet is checked against all of a currency together."""
    seen: dict[tuple[str, str], Check] = {}
    for check in checks:
        seen.setdefault((check.sheet, check.currency), check)
    return tuple(seen.values())


def _summary(month: WorkbookMonth) -> Sheet:
    """The owners with the change against the month before, largest first."""
    before = None if month.before is None else _totals(month.before, month.owner)
    rows = [_with_change(row, month.owner, before) for row in _ranked(month, month.owner)]
    change = ("before", "change") if before is not None else ()
    columns = (month.owner, "currency", "direct", "shared", "total", "share", "tagged", *change)
    notes = [
        f"Run {month.run} of {month.at}, rulebook {month.rulebook}, {month.cost}.",
        "The sheet Proof checks every total, also by formulas.",
    ]
    if before is None:
        notes.append("The month before is not allocated, so there is no comparison.")
    return Sheet(
        title="Summary",
        heading=_sentence(month),
        columns=columns,
        rows=tuple(rows),
        notes=tuple(notes),
        summed=(*_MONEY, *change),
        chart=Chart(
            f"Cost by {_words(month.owner)}, {month.period}",
            along=month.owner,
            series=("direct", "shared"),
            most=_drawn(rows),
            bars=True,
        ),
    )


def _sentence(month: WorkbookMonth) -> str:
    sums = _by_currency(month.by_dimension[month.owner])
    amounts = money_by_currency(sums)
    different = [row for row in month.proof if _decimal(row["difference"])]
    owners = month.by_dimension[month.owner]
    spent = any(_decimal(row[kind]) for row in owners for kind in _MONEY)
    proved = (
        every_cent(month.review, spent=spent)
        if not different
        else "NOT proved: see the sheet Proof"
    )
    late = " NOT CURRENT: a later delivery is not allocated yet." if month.late else ""
    return f"{month.period}: {amounts or 'nothing'}; {proved}.{late}"


def _with_change(
    row: Row, owner: str, before: Mapping[tuple[str, str], Decimal] | None
) -> dict[str, object]:
    if before is None:
        return dict(row)
    with localcontext(EXACT):
        earlier = before.get((str(row[owner]), str(row["currency"])), Decimal(0))
        return {**row, "before": earlier, "change": _decimal(row["total"]) - earlier}


def _totals(rows: Iterable[Row], owner: str) -> dict[tuple[str, str], Decimal]:
    return {(str(row[owner]), str(row["currency"])): _decimal(row["total"]) for row in rows}


def _dimension(month: WorkbookMonth, name: str) -> Sheet:
    rows = tuple(_ranked(month, name))
    return Sheet(
        title=name,
        heading=f"{month.period} by {_words(name)}",
        columns=(name, "currency", *_MONEY, "share", "tagged"),
        rows=rows,
        summed=_MONEY,
        chart=Chart(
            f"By {_words(name)}",
            along=name,
            series=("direct", "shared"),
            most=_drawn(rows),
            bars=True,
        ),
    )


def _ranked(month: WorkbookMonth, name: str) -> list[Row]:
    """The rows of a dimension, largest first, those in the rulebook's currency before others."""

    def place(row: Row) -> tuple[bool, str, Decimal]:
        currency = str(row["currency"])
        return currency != month.currency, currency, -abs(_decimal(row["total"]))

    return sorted(month.by_dimension[name], key=place)


def _drawn(rows: Sequence[Row]) -> int:
    """How many rows a chart shows: not too many, and of one currency."""
    alike = [row for row in rows if row["currency"] == rows[0]["currency"]]
    return min(_MOST_BARS, len(alike))


def _daily(month: WorkbookMonth, currency: str) -> Sheet:
    """One row for each day and one column for each of the largest owners, for a chart."""
    rows = [row for row in month.daily if str(row["currency"]) == currency]
    sums: dict[str, Decimal] = defaultdict(Decimal)
    days: dict[date, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    with localcontext(EXACT):
        for row in rows:
            sums[str(row[month.owner])] += _decimal(row["total"])
        ranked = sorted(sums, key=lambda name: (-abs(sums[name]), name))
        shown = ranked if len(ranked) <= _MOST_SERIES else ranked[: _MOST_SERIES - 1]
        # An owner may have the name of another column: `day`, `currency`, `share`.
        columns = {owner: f"owner {number}" for number, owner in enumerate(shown)}
        for row in rows:
            owner = columns.get(str(row[month.owner]), _OTHERS)
            days[_day(row["day"])][owner] += _decimal(row["total"])
    series = (*columns.values(), *((_OTHERS,) if len(shown) < len(ranked) else ()))
    several = len(_currencies(month)) > 1
    return Sheet(
        title=f"Daily {currency}" if several else "Daily",
        heading=f"{month.period} by day, {currency}",
        columns=("day", *series),
        rows=tuple(
            {"day": day, **{name: days[day].get(name, Decimal(0)) for name in series}}
            for day in sorted(days)
        ),
        summed=series,
        chart=Chart(f"Cost by day, {currency}", along="day", series=series),
        heads={column: owner for owner, column in columns.items()},
    )


def _detail(month: WorkbookMonth) -> Sheet:
    dimensions = tuple(month.by_dimension)
    fits = len(month.detail) <= MOST_ROWS
    too_many = (
        f"{len(month.detail):,} rows do not fit into a sheet. To write all to a file: apportion "
        f"report --period {month.period} --by {','.join(dimensions)} --granularity day --to all.csv"
    )
    return Sheet(
        title="Detail",
        heading=f"{month.period} by day and {', '.join(map(_words, dimensions))}",
        columns=("day", *dimensions, "currency", *_MONEY),
        rows=tuple({**row, "day": _day(row["day"])} for row in month.detail) if fits else (),
        notes=() if fits else (too_many,),
        summed=_MONEY,
    )


def _review(month: WorkbookMonth) -> list[Sheet]:
    """The sheets of shared cost, pools and driver values, unallocated cost and rejected values."""
    sheets = (
        ("shares", "Shared cost", "Shared cost by pool and owner", ("cost",)),
        ("pools", "Pools", "Pools with cost and split", ("cost", "kept")),
        ("drivers", "Drivers", "Driver values of shared cost", ()),
        ("kept", "Kept", "Shared cost that could not be split", ("cost",)),
        (
            "unallocated",
            "Unallocated",
            "Direct cost without an owner, with proposals",
            ("cost",),
        ),
        ("rejected", "Rejected", "Values that the rulebook does not allow", ("cost",)),
    )
    return [
        Sheet(
            title=title,
            heading=f"{heading}, {month.period}",
            columns=_columns(month.review[name]),
            rows=tuple(month.review[name]),
            summed=summed,
        )
        for name, title, heading, summed in sheets
        if month.review.get(name)
    ]


def _proof(month: WorkbookMonth) -> Sheet:
    stages = ("stated", "ledger", "derived", "allocated")
    rows = tuple({**row, "exact": text(_decimal(row["allocated"]))} for row in month.proof)
    return Sheet(
        title="Proof",
        heading="Stated by the provider = in the ledger = derived = allocated",
        columns=("BillingAccountId", "currency", "column", *stages, "difference", "exact"),
        rows=rows,
        notes=(
            "Cells show cents and hold 15 digits; the column exact has every digit as text.",
            f"Run {month.run}, rulebook {month.rulebook}.",
            f"To prove it again: apportion prove --period {month.period}",
        ),
        equal=stages,
    )


def _currencies(month: WorkbookMonth) -> list[str]:
    return list(_by_currency(month.by_dimension[month.owner]))


def _by_currency(rows: Iterable[Row]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    with localcontext(EXACT):
        for row in rows:
            sums[str(row["currency"])] += _decimal(row["total"])
    return dict(sorted(sums.items()))


def _columns(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(rows[0])


def _words(name: str) -> str:
    return name.replace("_", " ")


def _decimal(value: object) -> Decimal:
    assert value is None or isinstance(value, Decimal | int)
    return Decimal(value or 0)


def _day(value: object) -> date:
    return date.fromisoformat(str(value))
