"""Shares of pools are traced to the invoices in them: both sums stay exact."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from apportion.core.allocation.rounding import apportion_all
from apportion.core.journal.invoice_costs import DirectCost, PoolCost, invoice_costs
from apportion.model.money import from_units
from apportion.model.split import Share

DAY = date(2026, 9, 3)


def pool_cost(invoice: str, units: int, *, tax: bool = False) -> PoolCost:
    category = "Other"
    return PoolCost("support", "USD", "999", DAY, "", invoice, category, tax, from_units(units))


def shares(lines: list[PoolCost], ratios: dict[str, Fraction]) -> list[Share]:
    """Split the pool as an allocation does: the sum of its lines, by the ratios."""
    whole = int(sum(line.cost for line in lines).scaleb(18)) if lines else 0
    units = apportion_all((whole, whole, 0, 0), ratios)
    return [
        Share("support", "USD", "999", DAY, "", owner, ratio, units[owner])
        for owner, ratio in ratios.items()
    ]


ratios = st.lists(st.integers(1, 97), min_size=1, max_size=5).map(
    lambda weights: {
        f"owner-{place}": Fraction(weight, sum(weights)) for place, weight in enumerate(weights)
    }
)
lines = st.lists(
    st.builds(
        pool_cost,
        st.sampled_from(["", "INV-1", "INV-2"]),
        st.integers(-(10**19), 10**19),
        tax=st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


@given(lines, ratios)
@example(
    [pool_cost("INV-1", 1), pool_cost("INV-2", -1)], {"a": Fraction(1, 3), "b": Fraction(2, 3)}
)
def test_parts_add_up_by_invoice_and_by_owner(
    written: list[PoolCost], weights: dict[str, Fraction]
) -> None:
    paid = shares(written, weights)
    found = invoice_costs([], written, paid, cost="EffectiveCost")
    by_invoice: dict[tuple[str, bool], Decimal] = defaultdict(Decimal)
    by_owner: dict[str, Decimal] = defaultdict(Decimal)
    for row in found:
        by_invoice[row.invoice, row.tax] += from_units(row.units)
        by_owner[row.owner] += from_units(row.units)
    held: dict[tuple[str, bool], Decimal] = defaultdict(Decimal)
    for line in written:
        held[line.invoice, line.tax] += line.cost
    assert all(by_invoice[key] == amount for key, amount in held.items())
    assert all(by_owner[share.owner] == from_units(share.units[1]) for share in paid)


def test_direct_cost_and_shares_of_an_owner_are_added_up() -> None:
    direct = [DirectCost("999", "INV-1", "USD", "a", "Other", tax=False, cost=Decimal("1.50"))]
    pools = [pool_cost("INV-1", 10**18)]
    [row] = invoice_costs(direct, pools, shares(pools, {"a": Fraction(1)}), cost="EffectiveCost")
    assert (row.owner, row.invoice, row.units) == ("a", "INV-1", 25 * 10**17)
