"""The table of what a line costs: each cell is what the rules come to."""

from __future__ import annotations

import re

import pytest

from apportion.sources import cur_costs
from docs_pages import DOCS

PAGE = (DOCS / "bills.md").read_text("utf-8")

#: Amounts that no two sums share.
WORDS = {
    "unblended": (cur_costs.UNBLENDED, 1),
    "on-demand": (cur_costs.ON_DEMAND, 10),
    "plan effective": (cur_costs.PLAN_EFFECTIVE, 100),
    "committed": (cur_costs.PLAN_COMMITTED, 20_000),
    "used": (cur_costs.PLAN_USED, 1_000),
    "reservation effective": (cur_costs.RESERVED_EFFECTIVE, 100_000),
    "unused upfront": (cur_costs.RESERVED_UNUSED_UPFRONT, 1_000_000),
    "unused recurring": (cur_costs.RESERVED_UNUSED_RECURRING, 10_000_000),
}
KINDS = {
    "`Fee` of a reservation": cur_costs.RESERVATION_FEE,
    "`Refund` of a plan that was returned": cur_costs.RETURNED_PLAN_REFUND,
    "any other: `Tax`, `Credit`, `Refund`, `Fee`, discounts, …": "Tax",
}
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.partition("| BilledCost |")[2].partition("\n\n")[0].splitlines()[2:]
]


def amount(cell: str) -> int:
    sums = {word: units for word, (_, units) in WORDS.items()} | {"0": 0}
    signed = re.split(r" ([+-]) ", cell)
    total = sums[signed[0]]
    for sign, word in zip(signed[1::2], signed[2::2], strict=True):
        total += sums[word] if sign == "+" else -sums[word]
    return total


def test_the_table_has_every_kind_that_the_rules_know() -> None:
    told = {KINDS.get(kind, kind.strip("`")) for kind, *_ in ROWS}
    rules = set(cur_costs._RULES) - {cur_costs.SPLIT_CHILD}
    assert told == rules | {"Tax"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_line_costs_what_the_table_says(row: list[str]) -> None:
    kind, *cells = row
    sums = dict(WORDS.values())
    known = KINDS.get(kind, kind.strip("`"))
    costs = cur_costs.costs_of(known, sums, set(cur_costs.AMOUNTS))
    assert list(costs) == [amount(cell) for cell in cells]


def test_every_column_of_an_amount_is_named() -> None:
    assert [name for name in cur_costs.AMOUNTS if f"`{name}`" not in PAGE] == []
