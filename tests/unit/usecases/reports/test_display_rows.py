"""Display rows: totals of each month and currency, with messages."""

from __future__ import annotations

from decimal import Decimal, localcontext

from hypothesis import example, given
from hypothesis import strategies as st

from apportion.model.cents import ROUNDED, to_cents
from apportion.model.money import EXACT
from apportion.reports.table import render
from apportion.usecases.reports.display_rows import for_people

COLUMNS = ("month", "owner", "currency", "total")


def row(owner: str, currency: str, total: str, month: str = "2026-09") -> dict[str, object]:
    return {"month": month, "owner": owner, "currency": currency, "total": Decimal(total)}


def test_a_total_that_is_a_cent_off_shows_so_once() -> None:
    shown = for_people([row(n, "USD", "0.333333333333333333") for n in "abc"], COLUMNS, total=True)
    lines = render(shown.rows, shown.columns, totals=shown.totals, note=shown.note).splitlines()
    assert [line.split()[-1] for line in lines[2:5]] == ["0.33", "0.33", "0.33"]
    assert [line.split() for line in lines[6:7]] == [["total", "1.00"]]
    assert lines[7:] == ["rounded; files have every digit"]


def test_a_row_that_is_a_cent_off_shows_so_too() -> None:
    half = {"owner": "CX", "direct": Decimal("0.005"), "shared": Decimal("0.005")}
    shown = for_people(
        [{**half, "total": Decimal("0.01")}], ("owner", "direct", "shared", "total"), total=True
    )
    assert (shown.totals, shown.note) == ([], ROUNDED)


def test_a_total_that_adds_up_shows_nothing() -> None:
    rows = [row("a", "USD", "0.251"), row("b", "USD", "0.252")]
    assert for_people(rows, COLUMNS, total=True).note == ""
    assert for_people(rows, COLUMNS, total=False).note == ""


def test_what_all_rows_share_is_reported_beside_them() -> None:
    shown = for_people([row("a", "USD", "1"), row("b", "USD", "2")], COLUMNS, total=True)
    assert shown.columns == ("owner", "total")
    assert shown.beside == "2026-09, amounts in USD."
    assert shown.totals[0]["owner"] == "total"


def test_what_differs_stays_in_the_table() -> None:
    rows = [row("a", "USD", "1", "2026-08"), row("b", "EUR", "2")]
    shown = for_people(rows, COLUMNS, total=True)
    assert (shown.columns, shown.beside) == (COLUMNS, "")
    assert [(one["month"], one["currency"], one["total"]) for one in shown.totals] == [
        ("2026-08", "USD", Decimal("1.00")),
        ("2026-09", "EUR", Decimal("2.00")),
    ]


def test_each_month_looks_as_it_does_alone() -> None:
    months = [[row(n, "USD", "0.333", month) for n in "abc"] for month in ("2026-08", "2026-09")]
    alone = [for_people(rows, COLUMNS, total=True).rows for rows in months]
    together = for_people([*months[0], *months[1]], COLUMNS, total=True)
    assert list(together.rows) == [*alone[0], *alone[1]]
    assert [one["owner"] for one in together.totals] == ["total", "total"]


def test_a_single_row_needs_no_total_and_empty_cells_stay_empty() -> None:
    assert for_people([row("a", "USD", "1")], COLUMNS, total=True).totals == []
    empty = {"owner": "a", "currency": "USD", "total": None}
    shown = for_people([empty, row("b", "USD", "1")], COLUMNS, total=True)
    assert shown.rows[0]["total"] is None


def test_equal_amounts_look_equal_with_a_total_and_without() -> None:
    rows = [row(owner, "USD", "0.335") for owner in "abc"]
    for total in (False, True):
        shown = for_people(rows, COLUMNS, total=total)
        lines = render(shown.rows, shown.columns).splitlines()[2:]
        assert {line.split()[-1] for line in lines} == {"0.34"}


def test_every_row_keeps_a_label() -> None:
    rows = [{"month": "2026-09", "BillingAccountId": "1", "total": Decimal(1)}]
    shown = for_people(rows, ("month", "BillingAccountId", "total"), total=False)
    assert (shown.columns, shown.beside) == (
        ("BillingAccountId", "total"),
        "All rows: 2026-09.",
    )


amounts = st.decimals("-1e15", "1e15", places=18)


@given(st.lists(st.tuples(st.sampled_from(["USD", "EUR"]), amounts), min_size=2, max_size=20))
@example([("USD", Decimal("0.005")), ("USD", Decimal("-0.005"))])
@example([("USD", Decimal("0.004")), ("USD", Decimal("0.004")), ("EUR", Decimal("0.001"))])
def test_every_total_is_exact_and_shows_when_it_is_off(cells: list[tuple[str, Decimal]]) -> None:
    rows = [row(str(n), currency, f"{amount:f}") for n, (currency, amount) in enumerate(cells)]
    shown = for_people(rows, COLUMNS, total=True)
    currencies = sorted({currency for currency, _ in cells})
    off = False
    assert len(shown.totals) == len(currencies)
    for currency, total in zip(currencies, shown.totals, strict=True):
        parts = [amount for own, amount in cells if own == currency]
        with localcontext(EXACT):
            assert total["total"] == sum(parts)
            off |= sum(map(to_cents, parts)) != to_cents(sum(parts, Decimal()))
    assert bool(shown.note) == off
