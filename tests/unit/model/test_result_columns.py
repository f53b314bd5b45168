"""No dimension can be called like a column that stands beside it in results."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from apportion.core.reporting import compare, published_tables
from apportion.core.rulebook.dimension_names import taken
from apportion.core.rulebook.read import read_rulebook
from apportion.model.result_columns import SHARES, TAKEN
from apportion.model.rulebook import Rulebook
from apportion.usecases.allocate.split_costs import SHARES as WRITTEN

TEXT = """
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  team: {from: [{tag: Team}], values: [a]}
  stage: {from: [{tag: Stage}]}
"""
OURS = {"team", "team_source", "team_rejected", "stage", "stage_source"}


def rulebook() -> Rulebook:
    found, findings = read_rulebook(TEXT, name="r.yaml")
    assert found is not None, findings
    return found


def free(columns: Iterable[str]) -> list[str]:
    """The columns beside our dimensions whose names a dimension could have."""
    return [column for column in columns if column not in OURS and not taken(column.casefold())]


@pytest.mark.parametrize("table", ["allocations", "daily"])
def test_of_published_tables(table: str) -> None:
    columns = published_tables.columns(rulebook())[table]
    assert set(columns) & OURS
    assert free(columns) == []
    assert free(published_tables.by_dimension_columns("team")) == []


def test_of_comparisons() -> None:
    assert free(compare.columns("team")) == []


def test_of_shares() -> None:
    assert free(WRITTEN) == []
    assert set(SHARES) <= set(WRITTEN)


@pytest.mark.parametrize("name", sorted({*TAKEN, "subaccountid", "chargeday", "x_mine"}))
def test_each_is_refused_with_its_line(name: str) -> None:
    found, findings = read_rulebook(TEXT + f"  {name}: {{from: [{{tag: X}}]}}\n", name="r.yaml")
    assert found is None
    assert [(f.code.number, f.place) for f in findings] == [("R020", "r.yaml:8:3")]
