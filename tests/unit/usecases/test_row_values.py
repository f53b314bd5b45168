"""Rows of a query become values of its class, whatever the engine calls its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import pytest

from apportion.engines.duckdb import DuckDB
from apportion.model.relation import Query
from apportion.model.split import Units
from apportion.usecases.row_values import read_rows


class Everything(NamedTuple):
    owner: str
    raw_tag: str | None
    lines: int
    first_line: int | None
    cost: Decimal
    share: Decimal | None
    charge_day: date | None
    kept: bool
    ratio: Fraction
    texts: tuple[str, ...]
    amounts: tuple[Decimal, ...]


@dataclass(frozen=True)
class Paid:
    owner: str
    units: Units
    kept: bool = True


_COSTS = '1.5 AS "BilledCost", 2 AS "EffectiveCost", NULL AS "ListCost", 4 AS "ContractedCost"'


@pytest.fixture
def engine(tmp_path: Path) -> DuckDB:
    return DuckDB(tmp_path / "spill")


def test_a_row_is_read_by_the_types_of_its_class(engine: DuckDB) -> None:
    query = Query(
        """SELECT 'A' AS "Owner", 'a' AS "#raw_tag", SUM(3) AS "Lines", 7 AS "FirstLine",
        1.250000000000000001 AS "Cost", 0.5 AS "Share", DATE '2026-09-01' AS "ChargeDay",
        TRUE AS "Kept", '1/3' AS "Ratio", ['x', 'y'] AS "Texts", """
        + _COSTS
    )
    (row,) = read_rows(Everything, engine.rows(query))
    assert row == Everything(
        owner="A",
        raw_tag="a",
        lines=3,
        first_line=7,
        cost=Decimal("1.250000000000000001"),
        share=Decimal("0.5"),
        charge_day=date(2026, 9, 1),
        kept=True,
        ratio=Fraction(1, 3),
        texts=("x", "y"),
        amounts=(Decimal("1.5"), Decimal(2), Decimal(0), Decimal(4)),
    )


def test_null_is_empty_or_zero_unless_it_may_be_none(engine: DuckDB) -> None:
    query = Query(
        """SELECT NULL AS "Owner", NULL AS "RawTag", 0 AS "Lines", NULL AS "FirstLine",
        NULL AS "Cost", NULL AS "Share", NULL AS "ChargeDay", FALSE AS "Kept", '1' AS "Ratio",
        NULL AS "Texts", """
        + _COSTS
    )
    (row,) = read_rows(Everything, engine.rows(query))
    assert (row.owner, row.cost, row.texts) == ("", Decimal(0), ())
    assert (row.raw_tag, row.first_line, row.share, row.charge_day) == (None, None, None, None)


def test_costs_are_counted_in_the_smallest_units(engine: DuckDB) -> None:
    (row,) = read_rows(Paid, engine.rows(Query(f"SELECT 'A' AS \"Owner\", {_COSTS}")))
    one = 10**18
    assert row == Paid("A", (3 * one // 2, 2 * one, 0, 4 * one))


def test_a_column_without_a_field_stops(engine: DuckDB) -> None:
    rows = engine.rows(Query(f"SELECT 'A' AS owner, 1 AS \"Other\", {_COSTS}"))
    with pytest.raises(AssertionError, match=r"no field for \['Other'\]"):
        read_rows(Paid, rows)
    assert read_rows(Paid, []) == []


class Labelled(NamedTuple):
    service_name: str
    labels: Mapping[str, str]


def test_columns_that_rules_name_are_the_rest(engine: DuckDB) -> None:
    names = 'SELECT 1 AS "service_name", \'EC2\' AS "ServiceName", NULL AS "cost_center"'
    rows = engine.rows(Query(names))
    assert read_rows(Labelled, rows) == [Labelled("EC2", {"service_name": "1", "cost_center": ""})]
