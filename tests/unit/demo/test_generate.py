"""Larkmoor's bills: both forms tell the same money, and hold what the documentation says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from apportion.demo.bill import Form
from apportion.demo.defects import MEANING
from apportion.demo.generate import MONTHS, Bill, Generated, generate
from apportion.demo.tagging import INCONSISTENT, MISSPELT, UNKNOWN
from apportion.model.focus import columns_of
from apportion.model.period import Period

DOCUMENT = Path(__file__).parents[3] / "docs" / "explanation" / "demo.md"

#: EffectiveCost by AWS's rules, from CUR's own columns: another road than the generator's.
EFFECTIVE = """CASE line_item_line_item_type
  WHEN 'SavingsPlanCoveredUsage' THEN exact(savings_plan_savings_plan_effective_cost)
  WHEN 'SavingsPlanRecurringFee' THEN
    exact(savings_plan_total_commitment_to_date) - exact(savings_plan_used_commitment)
  WHEN 'SavingsPlanNegation' THEN 0
  WHEN 'SavingsPlanUpfrontFee' THEN 0
  WHEN 'DiscountedUsage' THEN exact(reservation_effective_cost)
  WHEN 'RIFee' THEN exact(reservation_unused_amortized_upfront_fee_for_billing_period)
    + exact(reservation_unused_recurring_fee)
  WHEN 'Fee' THEN CASE WHEN reservation_reservation_a_r_n IS NOT NULL THEN 0
    ELSE exact(line_item_unblended_cost) END
  WHEN 'Refund' THEN CASE WHEN date_diff('day', savings_plan_start_time::TIMESTAMP,
    savings_plan_end_time::TIMESTAMP) <= 7 THEN 0 ELSE exact(line_item_unblended_cost) END
  ELSE exact(line_item_unblended_cost) END"""

Money = dict[tuple[str, bool, str], tuple[Decimal, Decimal]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    return generate(tmp_path_factory.mktemp("larkmoor"))


@pytest.fixture
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE MACRO exact(amount) AS CAST(CAST(amount AS VARCHAR) AS DECIMAL(38, 18))"
        ).fetchall()
        yield connection


def _open(engine: duckdb.DuckDBPyConnection, bill: Bill) -> None:
    names = [str(file) for file in bill.files]
    engine.execute("DROP VIEW IF EXISTS bill").fetchall()
    relation = (
        engine.read_csv(names, all_varchar=True, hive_partitioning=False)
        if bill.form is Form.FOCUS_CSV
        else engine.read_parquet(names, hive_partitioning=False)
    )
    relation.create_view("bill")


def _select(made: Generated, form: Form, *, restated: bool = False) -> list[Bill]:
    chosen = [bill for bill in made.bills if bill.form is form and bill.restated is restated]
    assert chosen
    return chosen


def _money_of(engine: duckdb.DuckDBPyConnection, made: Generated, form: Form) -> Money:
    money: Money = {}
    account, billed, effective = (
        ("line_item_usage_account_id", "exact(line_item_unblended_cost)", EFFECTIVE)
        if form is Form.CUR_2
        else ("SubAccountId", "exact(BilledCost)", "exact(EffectiveCost)")
    )
    for bill in made.bills:
        if bill.form is form:
            _open(engine, bill)
            rows = engine.execute(
                f"SELECT {account}, sum({billed}), sum({effective}) FROM bill GROUP BY ALL"
            ).fetchall()
            for name, *sums in rows:
                money[str(bill.period), bill.restated, name] = (sums[0], sums[1])
    return money


@pytest.mark.parametrize("form", [Form.CUR_2, Form.FOCUS])
def test_each_form_adds_up_to_what_the_generator_counted(
    made: Generated, engine: duckdb.DuckDBPyConnection, form: Form
) -> None:
    stated = json.loads((made.folder / "totals.json").read_text())
    expected = {
        (one["period"], one["restated"], one["account_id"]): (
            Decimal(one["billed"]),
            Decimal(one["effective"]),
        )
        for one in stated
    }

    assert len(expected) == 4 * 17
    assert _money_of(engine, made, form) == expected


def test_a_month_is_what_a_company_of_this_size_would_pay(made: Generated) -> None:
    for period in MONTHS:
        paid = sum(
            Decimal(one.billed)
            for one in made.totals
            if one.period == str(period) and not one.restated
        )
        assert 250_000 < paid < 400_000


def test_the_columns_are_those_of_aws(made: Generated, engine: duckdb.DuckDBPyConnection) -> None:
    _open(engine, _select(made, Form.CUR_2)[0])
    types = {row[0]: row[1] for row in engine.execute("DESCRIBE bill").fetchall()}

    assert len(types) == 89
    for name, type_ in types.items():
        if name.endswith(("_cost", "_amount", "_quantity")):
            assert type_ == "DOUBLE", name
        if name.endswith(("_rate", "_time", "_id")):
            assert type_ == "VARCHAR", name
        if name.endswith("_date") and "to_date" not in name:
            assert type_.startswith("TIMESTAMP"), name
    maps = {name for name, type_ in types.items() if type_.startswith("MAP(VARCHAR")}
    assert maps == {"resource_tags", "tags", "product", "cost_category", "discount"}


def test_focus_has_the_columns_of_its_version(
    made: Generated, engine: duckdb.DuckDBPyConnection
) -> None:
    own = {"x_Discounts", "x_Operation", "x_ServiceCode"}
    _open(engine, _select(made, Form.FOCUS)[0])
    names = {row[0] for row in engine.execute("DESCRIBE bill").fetchall()}
    never_empty = [column.name for column in columns_of("1.2") if not column.nullable]
    counts = ", ".join(f'count("{name}")' for name in never_empty)
    (found,) = engine.execute(f"SELECT count(*), {counts} FROM bill").fetchall()

    assert names == {column.name for column in columns_of("1.2")} | own
    assert [
        name for name, count in zip(never_empty, found[1:], strict=True) if count < found[0]
    ] == []


def test_a_manifest_names_the_files_and_their_columns(
    made: Generated, engine: duckdb.DuckDBPyConnection
) -> None:
    for bill in made.bills:
        manifest = json.loads(bill.manifest.read_text())
        ends = [address.partition("/data/")[2] for address in manifest["dataFiles"]]
        assert [bill.root / "data" / end for end in ends] == list(bill.files)
        assert all(file.is_file() for file in bill.files)
        _open(engine, bill)
        names = [row[0] for row in engine.execute("DESCRIBE bill").fetchall()]
        assert [column["name"] for column in manifest["columns"]] == names


def test_every_kind_of_line_is_there(made: Generated, engine: duckdb.DuckDBPyConnection) -> None:
    bills = _select(made, Form.CUR_2)
    kinds: set[str] = set()
    for bill in bills:
        _open(engine, bill)
        found = engine.execute("SELECT DISTINCT line_item_line_item_type FROM bill").fetchall()
        kinds |= {row[0] for row in found}
    services = engine.execute("SELECT count(DISTINCT product['product_name']) FROM bill").fetchall()

    assert kinds == {
        *("Usage", "Tax", "Fee", "Credit", "Refund", "EdpDiscount", "DiscountedUsage", "RIFee"),
        *("SavingsPlanCoveredUsage", "SavingsPlanNegation", "SavingsPlanRecurringFee"),
        "SavingsPlanUpfrontFee",
    }
    assert services[0][0] >= 45


def test_covered_usage_is_taken_off_again_in_each_account(
    made: Generated, engine: duckdb.DuckDBPyConnection
) -> None:
    _open(engine, _select(made, Form.CUR_2)[1])
    rows = engine.execute(
        """SELECT line_item_usage_account_id, savings_plan_savings_plan_a_r_n,
          sum(exact(line_item_unblended_cost)), count(*)
        FROM bill
        WHERE line_item_line_item_type IN ('SavingsPlanCoveredUsage', 'SavingsPlanNegation')
        GROUP BY ALL"""
    ).fetchall()

    assert len(rows) > 3
    assert {row[2] for row in rows} == {0}


def test_used_and_unused_make_up_each_commitment(
    made: Generated, engine: duckdb.DuckDBPyConnection
) -> None:
    for bill in _select(made, Form.CUR_2):
        _open(engine, bill)
        plans = engine.execute(
            """SELECT savings_plan_savings_plan_a_r_n,
              sum(exact(savings_plan_savings_plan_effective_cost)),
              sum(exact(savings_plan_used_commitment)),
              sum(exact(savings_plan_total_commitment_to_date))
            FROM bill WHERE line_item_line_item_type
              IN ('SavingsPlanCoveredUsage', 'SavingsPlanRecurringFee')
            GROUP BY ALL"""
        ).fetchall()
        assert len(plans) == 2
        for _, covered, used, committed in plans:
            assert covered == used <= committed
        assert any(used < committed for _, _, used, committed in plans)
        reserved = engine.execute(
            """SELECT sum(line_item_usage_amount), sum(reservation_unused_quantity),
              sum(line_item_usage_amount) FILTER (line_item_line_item_type = 'DiscountedUsage')
            FROM bill WHERE line_item_line_item_type IN ('DiscountedUsage', 'RIFee')
            GROUP BY reservation_reservation_a_r_n"""
        ).fetchall()
        assert len(reserved) == 2
        for both, unused, used in reserved:
            assert both - used == used + unused
            assert unused > 0


def test_pods_share_what_their_node_costs_to_the_last_unit(
    made: Generated, engine: duckdb.DuckDBPyConnection
) -> None:
    _open(engine, _select(made, Form.CUR_2)[0])
    rows = engine.execute(
        f"""WITH nodes AS (
          SELECT line_item_resource_id AS node, line_item_usage_start_date AS day,
            sum({EFFECTIVE}) AS cost
          FROM bill WHERE line_item_usage_type LIKE '%BoxUsage:m6i.4xlarge'
          GROUP BY ALL
        ), pods AS (
          SELECT split_line_item_parent_resource_id AS node, line_item_usage_start_date AS day,
            sum(exact(split_line_item_split_cost) + exact(split_line_item_unused_cost)) AS cost,
            max(line_item_unblended_cost) AS billed, sum(split_line_item_split_usage_ratio) AS parts
          FROM bill WHERE split_line_item_parent_resource_id IS NOT NULL
          GROUP BY ALL
        )
        SELECT count(*), count(*) FILTER (pods.cost = nodes.cost), max(pods.billed),
          max(abs(pods.parts - 1))
        FROM pods JOIN nodes USING (node, day)"""
    ).fetchall()

    (count, equal, billed, off) = rows[0]
    assert count > 400
    assert equal == count
    assert billed == 0
    assert off < 1e-8


def test_cost_is_rate_times_usage(made: Generated, engine: duckdb.DuckDBPyConnection) -> None:
    _open(engine, _select(made, Form.CUR_2)[2])
    rows = engine.execute(
        """SELECT count(*), max(abs(line_item_unblended_cost
          - line_item_usage_amount * CAST(line_item_unblended_rate AS DOUBLE)))
        FROM bill WHERE line_item_line_item_type = 'Usage'"""
    ).fetchall()

    assert rows[0][0] > 50_000
    assert rows[0][1] < 1e-8


def test_account_ids_keep_their_zeros(made: Generated, engine: duckdb.DuckDBPyConnection) -> None:
    for form, column in ((Form.CUR_2, "line_item_usage_account_id"), (Form.FOCUS, "SubAccountId")):
        _open(engine, _select(made, form)[0])
        ids = {row[0] for row in engine.execute(f"SELECT DISTINCT {column} FROM bill").fetchall()}
        assert {len(one) for one in ids} == {12}
        assert {"004870112236", "051936604428"} <= ids


def test_tax_is_dated_the_whole_month_and_to_the_cent(
    made: Generated, engine: duckdb.DuckDBPyConnection
) -> None:
    _open(engine, _select(made, Form.CUR_2)[0])
    rows = engine.execute(
        """SELECT DISTINCT line_item_usage_start_date::DATE::VARCHAR,
          line_item_usage_end_date::DATE::VARCHAR, exact(line_item_unblended_cost) * 100 % 1
        FROM bill WHERE line_item_line_item_type = 'Tax'"""
    ).fetchall()

    assert rows == [("2026-07-01", "2026-08-01", 0)]


def test_the_restated_month_adds_late_usage_a_refund_and_other_tax(
    made: Generated, engine: duckdb.DuckDBPyConnection
) -> None:
    def by_kind(bill: Bill) -> dict[str, tuple[int, Decimal]]:
        _open(engine, bill)
        rows = engine.execute(
            """SELECT line_item_line_item_type, count(*), sum(exact(line_item_unblended_cost))
            FROM bill GROUP BY ALL"""
        ).fetchall()
        return {row[0]: (row[1], row[2]) for row in rows}

    first = by_kind(_select(made, Form.CUR_2)[1])
    (later,) = _select(made, Form.CUR_2, restated=True)
    second = by_kind(later)

    assert later.period == MONTHS[1]
    assert second["Usage"][0] > first["Usage"][0]
    assert second["Refund"][1] - first["Refund"][1] == Decimal("-186.4031755")
    assert second["Tax"][1] != first["Tax"][1]
    assert later.root.name == "larkmoor-cur2-restated"


def test_a_closed_month_is_corrected_in_a_later_one(
    made: Generated, engine: duckdb.DuckDBPyConnection
) -> None:
    _open(engine, _select(made, Form.FOCUS)[2])
    rows = engine.execute(
        """SELECT exact(BilledCost), ChargePeriodStart::DATE::VARCHAR, SubAccountName
        FROM bill WHERE ChargeClass = 'Correction'"""
    ).fetchall()

    assert rows == [(Decimal("-742.11836"), "2026-07-01", "network")]


def test_the_planted_defects_have_the_money_that_is_reported(
    made: Generated, engine: duckdb.DuckDBPyConnection
) -> None:
    usage = (
        "line_item_resource_id IS NOT NULL AND split_line_item_parent_resource_id IS NULL "
        "AND line_item_line_item_type IN ('Usage', 'SavingsPlanCoveredUsage', 'DiscountedUsage')"
    )
    center = "resource_tags['user_cost_center']"
    spelt = ", ".join(f"'{value}'" for values in MISSPELT.values() for value in values)
    unknown = ", ".join(f"'{value}'" for value in UNKNOWN)
    wrong = " OR ".join(
        f"(line_item_usage_account_name = '{account}' AND {center} = '{value}' "
        f"AND resource_tags['user_project'] = '{project}')"
        for (account, project), value in INCONSISTENT.items()
    )
    account_usage = usage.replace("line_item_resource_id IS NOT NULL AND ", "")
    conditions = {
        "tag key variant": f"{usage} AND resource_tags['user_costcenter'] IS NOT NULL",
        "misspelt value": f"{usage} AND {center} IN ({spelt})",
        "unknown value": f"{usage} AND {center} IN ({unknown})",
        "missing tag": f"{usage} AND {center} IS NULL AND resource_tags['user_costcenter'] IS NULL",
        "inconsistent project": f"{usage} AND ({wrong})",
        "handed-over account": f"{account_usage} AND line_item_usage_account_name = 'loyalty-prod'",
        "unowned account": f"{account_usage} AND line_item_usage_account_name = 'sandbox'",
        "unused commitment": "line_item_line_item_type IN ('SavingsPlanRecurringFee', 'RIFee')",
    }
    assert conditions.keys() == MEANING.keys()
    checked = 0
    for bill in (one for one in made.bills if one.form is Form.CUR_2):
        _open(engine, bill)
        for defect in made.defects:
            if (defect.period, defect.restated) == (str(bill.period), bill.restated):
                rows = engine.execute(
                    f"SELECT count(*), sum({EFFECTIVE}) FROM bill WHERE {conditions[defect.name]}"
                ).fetchall()
                assert rows == [(defect.lines, Decimal(defect.effective))], defect
                assert defect.lines > 0
                checked += 1
    assert checked == 4 * len(MEANING)


def test_the_documentation_lists_the_defects_with_their_money(made: Generated) -> None:
    message = re.findall(r"^\| ([^|]+) \| [^|]+ \| ([\d,.]+) \| ([\d,.]+) \| ([\d,.]+) \|$",
                      DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE)  # fmt: skip
    counted = {
        (defect.name, defect.period): f"{Decimal(defect.effective):,.2f}"
        for defect in made.defects
        if not defect.restated
    }

    assert [row[0] for row in message] == list(MEANING)
    for name, *amounts in message:
        assert amounts == [counted[name, str(period)] for period in MONTHS], name


def test_the_same_seed_makes_the_same_lines(
    tmp_path: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    again = [
        generate(tmp_path / name, months=[Period(2026, 2)], seed=seed, forms=[Form.FOCUS])
        for name, seed in (("one", 5), ("two", 5), ("other", 6))
    ]
    lines = []
    for one in again:
        _open(engine, one.bills[0])
        result = "SELECT count(*), sum(CAST(hash(bill) AS HUGEINT)) FROM bill"
        lines.append(engine.execute(result).fetchall())

    assert lines[0] == lines[1]
    assert lines[0] != lines[2]
    assert again[0].totals == again[1].totals
    assert [len(one.bills) for one in again] == [1, 1, 1]


def test_csv_shows_what_parquet_shows(tmp_path: Path, engine: duckdb.DuckDBPyConnection) -> None:
    forms = [Form.FOCUS, Form.FOCUS_CSV]
    made = generate(tmp_path, months=[Period(2028, 2)], forms=forms)
    _open(engine, made.bills[0])
    in_parquet = engine.execute(
        """SELECT count(*), sum(exact(BilledCost)), sum(exact(EffectiveCost)),
          count(*) FILTER (Tags['CostCenter'] = 'ECOM-200'), max(ChargePeriodStart)::VARCHAR
        FROM bill"""
    ).fetchall()
    _open(engine, made.bills[1])
    in_csv = engine.execute(
        """SELECT count(*), sum(exact(BilledCost)), sum(exact(EffectiveCost)),
          count(*) FILTER (Tags ->> 'CostCenter' = 'ECOM-200'),
          replace(replace(max(ChargePeriodStart), 'T', ' '), 'Z', '')
        FROM bill"""
    ).fetchall()

    assert in_csv == in_parquet
    assert in_csv[0][4] == "2028-02-29 23:00:00"
