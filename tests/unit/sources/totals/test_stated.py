"""The stated totals and the mapping in SQL are two implementations of one meaning: they agree."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apportion.core.billing.charge_queries import charge_queries
from apportion.engines.duckdb import DuckDB
from apportion.model.charges import SplitCost
from apportion.model.delivery import Delivery
from apportion.model.findings.finding import failing
from apportion.model.focus import COST_COLUMNS
from apportion.model.money import to_units
from apportion.model.relation import Query
from apportion.sources.local_files import LocalFiles
from apportion.sources.totals import cur_cost_rules
from soak import examples

ARN = "arn:aws:savingsplans::1:savingsplan/a"
LINE_TYPES = (
    *("Usage", "SavingsPlanCoveredUsage", "SavingsPlanNegation", "SavingsPlanRecurringFee"),
    *("SavingsPlanUpfrontFee", "DiscountedUsage", "RIFee", "Fee", "Refund", "Tax", "Credit"),
    *("EdpDiscount", "BundledDiscount", "usage", "", "Something New"),
)
#: Amounts as providers print them, as floats come out of a multiplication, and the extremes.
AMOUNTS = st.one_of(
    st.none(),
    st.sampled_from([0.0, -0.0, 1e-19, 5e-19, 1.5e-18, 0.1 + 0.2, 999.999999999999, 1e15 / 7]),
    st.decimals(-10_000, 10_000, places=10).map(float),
    st.floats(-1e12, 1e12, allow_nan=False),
)
LINES = st.lists(
    st.fixed_dictionaries(
        {
            "bill_billing_period_start_date": st.sampled_from(
                [
                    datetime(2026, 8, 1, tzinfo=UTC),
                    datetime(2026, 8, 31, 22, tzinfo=UTC),
                    datetime(2026, 9, 1, tzinfo=UTC),
                    None,
                ]
            ),
            "line_item_usage_start_date": st.sampled_from(
                [datetime(2026, 8, 31, 23, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)]
            ),
            "bill_payer_account_id": st.sampled_from(
                ["000000000001", "\ufeff000000000001", "None", None, ""]
            ),
            "line_item_usage_account_id": st.sampled_from(["012", "12", "12\u00a0", "", None]),
            "line_item_currency_code": st.sampled_from(["USD", " USD", "NOK", "NULL"]),
            "line_item_line_item_type": st.sampled_from(LINE_TYPES),
            cur_cost_rules.RESERVATION: st.sampled_from(
                [None, "", "nan", "arn:aws:ec2::1:reserved/r"]
            ),
            cur_cost_rules.PLAN: st.sampled_from([None, "", ARN]),
            cur_cost_rules.PLAN_START: st.sampled_from(
                [None, "", "2026-09-01T00:00:00.000Z", "soon"]
            ),
            cur_cost_rules.PLAN_END: st.sampled_from(
                [None, "2026-09-08T00:00:00.000Z", "2026-09-08T00:00:01.000Z", "2027-09-01"]
            ),
            cur_cost_rules.SPLIT_PARENT: st.sampled_from([None, "", "i-1"]),
            **dict.fromkeys(cur_cost_rules.AMOUNTS, AMOUNTS),
        }
    ),
    min_size=1,
    max_size=30,
)
#: A bill may lack every column but its cost, account and date.
OPTIONAL = (
    *cur_cost_rules.AMOUNTS[1:],
    *(
        cur_cost_rules.LINE_TYPE,
        cur_cost_rules.RESERVATION,
        cur_cost_rules.PLAN,
        cur_cost_rules.PLAN_START,
    ),
    *("bill_billing_period_start_date", "bill_payer_account_id", cur_cost_rules.SPLIT_PARENT),
)
EVERY_RULE: list[dict[str, Any]] = [
    {
        "bill_billing_period_start_date": datetime(2026, 9, 1, tzinfo=UTC),
        "line_item_usage_start_date": datetime(2026, 9, 1, tzinfo=UTC),
        "bill_payer_account_id": "1",
        "line_item_usage_account_id": str(number),
        "line_item_currency_code": "USD",
        "line_item_line_item_type": kind,
        cur_cost_rules.RESERVATION: "arn" if with_arn else "",
        cur_cost_rules.PLAN: ARN if with_arn else "",
        cur_cost_rules.PLAN_START: "2026-09-01T00:00:00.000Z",
        cur_cost_rules.PLAN_END: end,
        cur_cost_rules.SPLIT_PARENT: "",
        **{column: 1.0 + 2**place for place, column in enumerate(cur_cost_rules.AMOUNTS)},
    }
    for number, kind in enumerate(LINE_TYPES)
    for with_arn in (True, False)
    for end in ("2026-09-08T00:00:00.000Z", "2027-09-01T00:00:00.000Z")
]

#: The same with amounts that ten decimal places do not hold, which are read in another way.
IN_LONG_AMOUNTS = [
    {name: one + 1e-11 if name in cur_cost_rules.AMOUNTS else one for name, one in line.items()}
    for line in EVERY_RULE
]


@given(lines=LINES, lacking=st.sets(st.sampled_from(OPTIONAL), max_size=4))
@example(lines=EVERY_RULE, lacking=set())
@example(lines=IN_LONG_AMOUNTS, lacking=set())
@example(lines=EVERY_RULE, lacking={cur_cost_rules.ON_DEMAND})
@example(lines=EVERY_RULE, lacking={cur_cost_rules.PLAN_USED})
@example(lines=EVERY_RULE, lacking={cur_cost_rules.RESERVED_EFFECTIVE})
@example(lines=EVERY_RULE, lacking={cur_cost_rules.LINE_TYPE})
@settings(deadline=None, max_examples=examples(8))
def test_cur_in_parquet(lines: list[dict[str, Any]], lacking: set[str]) -> None:
    with TemporaryDirectory() as folder:
        names = [name for name in lines[0] if name not in lacking]
        times = {"bill_billing_period_start_date", "line_item_usage_start_date"}
        columns = {
            name: pa.array([line[name] for line in lines], _type(name, times)) for name in names
        }
        path = Path(folder) / "cur.parquet"
        pq.write_table(pa.table(columns), path)
        delivery = _delivered(path)
        assert _stated(delivery) == _mapped(delivery, Path(folder))


@given(lines=LINES, lacking=st.sets(st.sampled_from(OPTIONAL), max_size=4))
@example(lines=EVERY_RULE, lacking=set())
@settings(deadline=None, max_examples=examples(6))
def test_legacy_cur_in_csv(lines: list[dict[str, Any]], lacking: set[str]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cur.csv.gz"
        rows = [
            {_slashed(name): _text(value) for name, value in line.items() if name not in lacking}
            for line in lines
        ]
        _write_csv(path, rows)
        delivery = _delivered(path)
        assert _stated(delivery) == _mapped(delivery, Path(folder))


@pytest.mark.parametrize(
    "name",
    [
        "focus_sample_1.0_finops_foundation.csv",
        "focus_1_2_aws_generated.csv.gz",
        "nise_aws_legacy_cur_2026-09.csv.gz",
    ],
)
def test_bills_of_other_makers(shared_data: Path, tmp_path: Path, name: str) -> None:
    delivery = _delivered(shared_data / name)
    assert _stated(delivery) == _mapped(delivery, tmp_path)


def _delivered(path: Path) -> Delivery:
    deliveries, findings = LocalFiles([path], path.parent / "scratch").deliver()
    assert failing(findings) == []
    (delivery,) = deliveries
    return delivery


def _stated(delivery: Delivery) -> list[tuple[object, ...]]:
    return sorted(
        (t.period, t.billing_account, t.sub_account, t.currency, t.lines, *t.units)
        for t in delivery.stated
    )


def _mapped(delivery: Delivery, folder: Path) -> list[tuple[object, ...]]:
    """Total the charges as the mapping to FOCUS makes them."""
    engine = DuckDB(folder / "spill", threads=1)
    bill = engine.open_bill("bill", [file.path for file in delivery.files], delivery.encoding)
    queries, findings = charge_queries(delivery, split_cost=SplitCost.PARENT)
    assert failing(findings) == []
    describe, measure = dict(queries.describe), dict(queries.measure)
    ids = [describe[name] for name in ("BillingAccountId", "SubAccountId", "BillingCurrency")]
    costs = [f"SUM({measure[column]}) AS cost{n}" for n, column in enumerate(COST_COLUMNS)]
    grouped = [f"COALESCE({sql}, '') AS id{n}" for n, sql in enumerate(ids)]
    rows = engine.rows(
        Query(
            f"SELECT {queries.period} AS period, {', '.join(grouped)}, COUNT(*) AS lines, "
            f"{', '.join(costs)} FROM {bill} GROUP BY ALL"
        )
    )
    totals = [tuple(row.values()) for row in rows]
    return sorted((*total[:5], *map(_units, total[5:])) for total in totals)


def _units(amount: object) -> int:
    assert isinstance(amount, Decimal)
    return to_units(amount)


def _type(name: str, times: set[str]) -> pa.DataType:
    if name in times:
        return pa.timestamp("us")
    return pa.float64() if name in cur_cost_rules.AMOUNTS else pa.string()


def _slashed(name: str) -> str:
    """`line_item_line_item_type` as the legacy report writes it: `lineItem/LineItemType`."""
    sections = ("bill", "line_item", "pricing", "reservation", "savings_plan", "split_line_item")
    section = next(part for part in sections if name.startswith(part + "_"))
    head, *tail = section.split("_")
    rest = name.removeprefix(section + "_").split("_")
    return head + "".join(map(str.title, tail)) + "/" + "".join(map(str.title, rest))


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else str(value)


def _write_csv(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    with gzip.open(path, "wt", newline="", encoding="utf-8") as text:
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
