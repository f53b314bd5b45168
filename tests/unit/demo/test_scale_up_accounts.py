"""A scaled bill has the requested number of lines, in the shape of a big organisation's."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from apportion.demo.bill import Form
from apportion.demo.fleet import Names, organisation
from apportion.demo.generate import generate
from apportion.demo.scale_up_accounts import crowd
from apportion.demo.tagging import TagSets
from apportion.model.period import Period

MONTH = Period(2026, 9)


def test_about_so_many_lines_of_150_accounts(tmp_path: Path) -> None:
    made = generate(tmp_path, lines=200_000, months=[MONTH], forms=[Form.CUR_2])

    with duckdb.connect() as engine:
        found = engine.execute(
            """SELECT count(*), count(DISTINCT line_item_usage_account_id),
              count(DISTINCT line_item_usage_account_name), count(DISTINCT line_item_product_code),
              sum(CAST(CAST(line_item_unblended_cost AS VARCHAR) AS DECIMAL(38, 18)))
            FROM read_parquet($files)""",
            {"files": [str(file) for file in made.bills[0].files]},
        ).fetchall()[0]
    assert found[0] == made.lines == pytest.approx(200_000, rel=0.03)
    assert found[1:3] == (150, 150)
    assert found[3] >= 25
    assert found[4] == sum(Decimal(total.billed) for total in made.totals)


@pytest.mark.parametrize("lines", [1_000_000, 20_000_000])
def test_resources_grow_with_lines_and_tag_sets_do_not(lines: int) -> None:
    names = Names({}, TagSets())
    window = {"first": MONTH.first_day, "last": MONTH.last_day}
    own = organisation(names, **window, seed=1)

    made = crowd(names, own=own, lines=lines, **window, seed=1)

    assert len(made.fleet) - len(own) == pytest.approx(lines / 67, rel=0.1)
    assert 30_000 <= len(names.tag_sets.sets) < 31_500
    assert len({account.account_id for account in made.accounts}) == 150


def test_fewer_lines_than_the_organisation_has_are_the_organisation_alone() -> None:
    names = Names({}, TagSets())
    window = {"first": MONTH.first_day, "last": MONTH.last_day}
    own = organisation(names, **window, seed=1)

    assert len(crowd(names, own=own, lines=10, **window, seed=1).fleet) == len(own)
