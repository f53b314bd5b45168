"""The table of what a line costs: each cell is what the rules come to."""

from __future__ import annotations

import re

import pytest

from apportion.sources.totals import cur_cost_rules
from docs_pages import DOCS

PAGE = (DOCS / "reference/bills.md").read_text("utf-8")

#: Amounts that no two sums share.
WORDS = {
    "unblended": (cur_cost_rules.UNBLENDED, 1),
    "on-demand": (cur_cost_rules.ON_DEMAND, 10),
    "plan effective": (cur_cost_rules.PLAN_EFFECTIVE, 100),
    "committed": (cur_cost_rules.PLAN_COMMITTED, 20_000),
    "used": (cur_cost_rules.PLAN_USED, 1_000),
    "reservation effective": (cur_cost_rules.RESERVED_EFFECTIVE, 100_000),
    "unused upfront": (cur_cost_rules.RESERVED_UNUSED_UPFRONT, 1_000_000),
    "unused recurring": (cur_cost_rules.RESERVED_UNUSED_RECURRING, 10_000_000),
}
KINDS = {
    "`Fee` of a reservation": cur_cost_rules.RESERVATION_FEE,
    "`Refund` of a plan that was returned": cur_cost_rules.RETURNED_PLAN_REFUND,
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
    result = {KINDS.get(kind, kind.strip("`")) for kind, *_ in ROWS}
    rules = set(cur_cost_rules._RULES) - {cur_cost_rules.SPLIT_CHILD}
    assert result == rules | {"Tax"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_line_costs_what_the_table_shows(row: list[str]) -> None:
    kind, *cells = row
    sums = dict(WORDS.values())
    known = KINDS.get(kind, kind.strip("`"))
    costs = cur_cost_rules.costs_of(known, sums, set(cur_cost_rules.AMOUNTS))
    assert list(costs) == [amount(cell) for cell in cells]


def test_every_column_of_an_amount_is_named() -> None:
    assert [name for name in cur_cost_rules.AMOUNTS if f"`{name}`" not in PAGE] == []
