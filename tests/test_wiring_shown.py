"""What a person is shown adds up: each column to its total, each currency by itself."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from apportion.wiring.shown import for_people

COLUMNS = ("month", "owner", "currency", "total")


def row(owner: str, currency: str, total: str, month: str = "2026-09") -> dict[str, object]:
    return {"month": month, "owner": owner, "currency": currency, "total": Decimal(total)}


def test_three_thirds_make_one() -> None:
    shown = for_people([row(n, "USD", "0.333333333333333333") for n in "abc"], COLUMNS, total=True)
    assert [one["total"] for one in shown.rows] == [Decimal(c) for c in ("0.34", "0.33", "0.33")]
    assert [one["total"] for one in shown.totals] == [Decimal("1.00")]


def test_what_all_rows_share_is_told_beside_them() -> None:
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


def test_without_a_total_equal_amounts_look_equal() -> None:
    rows = [row(owner, "USD", "0.335") for owner in "abc"]
    assert {str(one["total"]) for one in for_people(rows, COLUMNS, total=False).rows} == {"0.34"}


def test_something_is_left_to_tell_rows_apart_by() -> None:
    rows = [{"month": "2026-09", "BillingAccountId": "1", "total": Decimal(1)}]
    shown = for_people(rows, ("month", "BillingAccountId", "total"), total=False)
    assert (shown.columns, shown.beside) == (
        ("BillingAccountId", "total"),
        "Every row is of 2026-09.",
    )


amounts = st.decimals("-1e15", "1e15", places=18)


@given(st.lists(st.tuples(st.sampled_from(["USD", "EUR"]), amounts), min_size=2, max_size=20))
@example([("USD", Decimal("0.005")), ("USD", Decimal("-0.005"))])
@example([("USD", Decimal("0.004")), ("USD", Decimal("0.004")), ("EUR", Decimal("0.001"))])
def test_every_column_adds_up_to_its_total(cells: list[tuple[str, Decimal]]) -> None:
    rows = [row(str(n), currency, f"{amount:f}") for n, (currency, amount) in enumerate(cells)]
    shown = for_people(rows, COLUMNS, total=True)
    currencies = sorted({currency for currency, _ in cells})
    assert len(shown.totals) == len(currencies)
    for currency, total in zip(currencies, shown.totals, strict=True):
        exact = sum((amount for own, amount in cells if own == currency), Decimal(0))
        parts = [
            Decimal(str(one["total"]))
            for one, (own, _) in zip(shown.rows, cells, strict=True)
            if own == currency
        ]
        assert total["total"] == sum(parts)
        assert total["total"] == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
