"""A bill becomes keys and costs: amounts exact, however they are read, every description apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from apportion.core.billing.charge_queries import charge_queries
from apportion.core.billing.keys_and_costs import (
    described_by_hash,
    described_by_place,
    lines_query,
    months_query,
)
from apportion.core.templates import query
from apportion.model.charges import SplitCost
from apportion.model.delivery import Delivery
from apportion.model.findings.finding import failing
from apportion.model.focus import COST_COLUMNS
from apportion.model.relation import Query
from apportion.sources.local_files import LocalFiles
from read_bills import ENGINE, SPLIT, cur_line, utc, write_parquet
from soak import examples

UNBLENDED = "line_item_unblended_cost"
AMOUNTS = {UNBLENDED: pa.float64(), "pricing_public_on_demand_cost": pa.float64()}

#: What the ten places must hold, to the last one, and amounts that need more places.
FITS = [0.0, -0.0, 1e-10, -1e-10, 0.1, 99999.9999999999, -262143.9999999999, 131072.0000000001]
FITS_NOT = [5e-11, 1.00000000001, 262144.0, 900000.0, 0.1 + 0.2, 1e9, 5e-324, 123456.78901234567]

ten_places = st.integers(-(2**18) * 10**10 + 1, 2**18 * 10**10 - 1).map(
    lambda steps: float(Decimal(steps).scaleb(-10))
)


def delivered(*paths: Path) -> Delivery:
    """Look at every value, as is done before a bill is read."""
    (delivery,), findings = LocalFiles(paths, paths[0].parent / "scratch").deliver()
    assert not failing(findings)
    return delivery


def lines(
    delivery: Delivery, *, split_cost: SplitCost = SplitCost.PARENT, period: str | None = None
) -> list[Mapping[str, Any]]:
    """Add a delivery up."""
    queries, _findings = charge_queries(delivery, split_cost=split_cost)
    raw = ENGINE.open_bill("bill", [file.path for file in delivery.files], delivery.encoding)
    added = lines_query(queries, "bill", raw, period=period)
    return ENGINE.rows(Query.of(f"SELECT * FROM ({added}) ORDER BY ALL", added))


def bill(folder: Path, amounts: Sequence[float | None], **different: Any) -> Path:
    """Write a line for each amount."""
    rows = [
        cur_line(**{UNBLENDED: one, "pricing_public_on_demand_cost": one, **different})
        for one in amounts
    ]
    return write_parquet(folder / "bill.parquet", rows, AMOUNTS)


@settings(max_examples=examples(8), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ten_places | st.none() | st.sampled_from(FITS), min_size=1, max_size=30))
@example(FITS)
@example([None])
@example([None, 0.1, 0.2])
def test_amounts_of_ten_places_add_up_to_what_they_are(
    tmp_path_factory: pytest.TempPathFactory, amounts: list[float | None]
) -> None:
    delivery = delivered(bill(tmp_path_factory.mktemp("bill"), amounts))
    assert UNBLENDED in delivery.ten_places
    (short,) = lines(delivery)
    (long,) = lines(replace(delivery, ten_places=frozenset()))
    assert short == long
    wanted = sum((Decimal(repr(one)) for one in amounts if one is not None), Decimal())
    assert [short[column] for column in COST_COLUMNS] == [wanted] * 4


@pytest.mark.parametrize("amount", FITS_NOT)
def test_a_column_with_one_other_amount_is_read_as_before(tmp_path: Path, amount: float) -> None:
    delivery = delivered(bill(tmp_path, [*FITS, amount]))
    assert UNBLENDED not in delivery.ten_places
    (line,) = lines(delivery)
    exact = Decimal(repr(amount)).quantize(Decimal("1e-18"))
    assert line["BilledCost"] == sum((Decimal(repr(one)) for one in FITS), exact)


def test_every_file_of_a_delivery_must_fit(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = bill(tmp_path / "a", [1.5])
    second = bill(tmp_path / "b", [1.00000000001], pricing_public_on_demand_cost=2.5)
    delivery = delivered(first, second)
    assert UNBLENDED not in delivery.ten_places
    assert "pricing_public_on_demand_cost" in delivery.ten_places
    assert sum(line["BilledCost"] for line in lines(delivery)) == Decimal("2.50000000001")


def test_what_was_not_used_of_a_plan_is_exact_where_one_part_is_empty(tmp_path: Path) -> None:
    fee = {
        "line_item_line_item_type": "SavingsPlanRecurringFee",
        "savings_plan_total_commitment_to_date": 262143.9999999999,
    }
    types = {"savings_plan_used_commitment": pa.float64()}
    rows = [
        cur_line(**fee, savings_plan_used_commitment=used)
        for used in (None, -262143.9999999999, 0.0000000001)
    ]
    delivery = delivered(write_parquet(tmp_path / "bill.parquet", rows, types))
    assert delivery.ten_places >= {"savings_plan_used_commitment", UNBLENDED}
    (line,) = lines(delivery)
    assert line["EffectiveCost"] == Decimal("262143.9999999999") * 4 - Decimal("0.0000000001")


def test_children_take_the_same_in_either_form(tmp_path: Path) -> None:
    child = {
        "split_line_item_parent_resource_id": "i-1",
        "split_line_item_split_cost": 0.3,
        "split_line_item_unused_cost": 0.1,
    }
    rows = [
        cur_line(**{**SPLIT, UNBLENDED: 1.0}),
        cur_line(**{**SPLIT, **child, "line_item_resource_id": "pod"}),
    ]
    delivery = delivered(write_parquet(tmp_path / "bill.parquet", rows))
    assert UNBLENDED in delivery.ten_places
    for split_cost in SplitCost:
        short = lines(delivery, split_cost=split_cost)
        assert short == lines(replace(delivery, ten_places=frozenset()), split_cost=split_cost)
        assert sum(line["BilledCost"] for line in short) == 1
    assert sorted(line["BilledCost"] for line in lines(delivery)) == [0, 1]


def test_a_known_period_is_written_as_if_it_had_been_read(tmp_path: Path) -> None:
    rows = [
        cur_line(line_item_usage_start_date=utc(2026, 9, day), line_item_resource_id=resource)
        for day in (1, 2, 30)
        for resource in ("i-1", "i-2", None)
    ]
    delivery = delivered(write_parquet(tmp_path / "bill.parquet", rows))
    known = lines(delivery, period="2026-09")
    assert known == lines(delivery)
    assert [line["Lines"] for line in known] == [1] * 9
    assert {(line["Period"], line["Bill"]) for line in known} == {("2026-09", "bill")}


DESCRIPTIONS: list[dict[str, Any]] = [
    {"line_item_operation": "a", "pricing_unit": "b"},
    {"line_item_operation": "b", "pricing_unit": "a"},
    {"line_item_operation": "ab", "pricing_unit": ""},
    {"line_item_operation": "", "pricing_unit": "ab"},
    {"line_item_operation": None, "pricing_unit": "ab"},
    {"line_item_operation": "ab", "pricing_unit": None},
    {"line_item_operation": None, "pricing_unit": None},
    {"line_item_operation": "#", "pricing_unit": "#"},
    {"resource_tags": {"a": "b"}, "cost_category": {"b": "a"}},
    {"resource_tags": {"b": "a"}, "cost_category": {"a": "b"}},
    {"resource_tags": {"a": "b"}, "cost_category": {}},
    {"resource_tags": {}, "cost_category": {"a": "b"}},
    {"resource_tags": {"a": "b", "c": "d"}, "cost_category": {}},
]


def test_what_is_described_otherwise_has_another_key(tmp_path: Path) -> None:
    rows = [cur_line(**{"cost_category": {}, **one}) for one in DESCRIPTIONS]
    found = lines(delivered(write_parquet(tmp_path / "bill.parquet", rows * 2)))
    assert len({line["KeyId"] for line in found}) == len(DESCRIPTIONS)
    assert len({line["KeyCheck"] for line in found}) == len(DESCRIPTIONS)
    assert [line["Lines"] for line in found] == [2] * len(DESCRIPTIONS)


@pytest.mark.parametrize("split_cost", SplitCost)
def test_keys_are_described_alike_by_place_and_by_hash(
    tmp_path: Path, split_cost: SplitCost
) -> None:
    child = {"split_line_item_parent_resource_id": "i-1", "split_line_item_split_cost": 0.5}
    rows = [cur_line(**{**SPLIT, "cost_category": {}, **one}) for one in DESCRIPTIONS]
    pod = cur_line(**{**SPLIT, **child, UNBLENDED: 1.0, "line_item_resource_id": "pod"})
    delivery = delivered(write_parquet(tmp_path / "bill.parquet", [*rows, pod, *rows, pod]))
    queries, _findings = charge_queries(delivery, split_cost=split_cost)
    raw = ENGINE.open_bill("bill", [file.path for file in delivery.files], delivery.encoding)
    costs = ENGINE.create_table("lines", lines_query(queries, "bill", raw))
    months = ENGINE.create_table("months", months_query("2026-07", "bill", costs))
    known = ENGINE.load("known", {"KeyId": "BIGINT", "KeyCheck": "BIGINT"}, [])
    found = query("usecases/ingest/new_keys", months=months, known=known)
    new_keys = ENGINE.create_table("new_keys", found)
    by_place, by_hash = (
        ENGINE.rows(Query.of(f"SELECT * FROM ({described}) ORDER BY 3", described))
        for described in (
            described_by_place(queries, "bill", new_keys, raw),
            described_by_hash(queries, "bill", new_keys, raw),
        )
    )
    assert by_place == by_hash
    assert [row["KeyId"] for row in by_place] == sorted(
        int(str(row["KeyId"])) for row in ENGINE.rows(Query('SELECT DISTINCT "KeyId" FROM lines'))
    )
    assert len(by_place) == len(DESCRIPTIONS) + 1
    assert {row["ResourceId"] for row in by_place} == {"i-1", "pod"}


def test_another_bill_has_other_keys(tmp_path: Path) -> None:
    delivery = delivered(bill(tmp_path, [1.0]))
    queries, _findings = charge_queries(delivery, split_cost=SplitCost.PARENT)
    raw = ENGINE.open_bill("bill", [file.path for file in delivery.files], delivery.encoding)
    keys = [
        (row["KeyId"], row["KeyCheck"])
        for name in ("it's", "its")
        for row in ENGINE.rows(lines_query(queries, name, raw))
    ]
    assert len({part for key in keys for part in key}) == 4
