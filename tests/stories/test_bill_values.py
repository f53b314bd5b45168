"""The same values under other names or in other shapes: what a key is, and what a tag is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from apportion.app.workspace import Workspace
from apportion.core.billing.charge_queries import charge_queries
from apportion.core.billing.keys_and_costs import lines_query
from apportion.model.charges import SplitCost
from apportion.model.delivery import Delivery
from apportion.model.findings.finding import Finding, failing
from apportion.model.question import Question
from apportion.model.relation import Query
from apportion.sources.local_files import LocalFiles
from read_bills import ENGINE, cur_line, write_csv, write_parquet
from stories import bill_of, workspace_in

RULES = """
apportion: 1
effective: 2026-01
currency: USD
cost: BilledCost
dimensions:
  cost_center:
    from: [{column: x_CostCenter}, {tag: CostCenter}]
"""
LEGACY = {
    "bill/PayerAccountId": "000000000001",
    "bill/BillingPeriodStartDate": "2026-09-01T00:00:00Z",
    "lineItem/UsageAccountId": "000000000011",
    "lineItem/LineItemType": "Usage",
    "lineItem/UsageStartDate": "2026-09-02T00:00:00Z",
    "lineItem/ProductCode": "AmazonEC2",
    "lineItem/CurrencyCode": "USD",
}
BOTH = {"FIN": ("FIN", ""), "CX": ("", "CX"), "both": ("FIN", "CX")}


def focus(**different: str) -> dict[str, str]:
    """A line of FOCUS with the columns of a story."""
    (line,) = bill_of([{"day": "2026-09-02", "cost": "1", **different}])
    return line


def delivered(*paths: Path) -> Delivery:
    deliveries, findings = LocalFiles(list(paths), paths[0].parent / "scratch").deliver()
    assert failing(findings) == []
    (delivery,) = deliveries
    return delivery


def keys(path: Path) -> set[object]:
    """The keys of a bill's lines."""
    delivery = delivered(path)
    queries, _ = charge_queries(delivery, split_cost=SplitCost.PARENT)
    bill = ENGINE.open_bill("bill", [file.path for file in delivery.files], delivery.encoding)
    return {row["KeyId"] for row in ENGINE.rows(lines_query(queries, "bill", bill))}


def described(path: Path, column: str) -> list[object]:
    """What a bill's lines say in a column, sorted."""
    delivery = delivered(path)
    queries, _ = charge_queries(delivery, split_cost=SplitCost.PARENT)
    bill = ENGINE.open_bill("bill", [file.path for file in delivery.files], delivery.encoding)
    value = dict(queries.describe)[column]
    rows = ENGINE.rows(Query.of(f"SELECT {value} AS v FROM {bill} ORDER BY 1", bill))
    return [row["v"] for row in rows]


def owners(workspace: Workspace) -> dict[str, str]:
    """What each owner pays in September."""
    rows = workspace.report(Question("2026-09")).rows
    return {str(row["cost_center"]): f"{row['total']:.2f}" for row in rows}


def as_csv(folder: Path, name: str, *lines: Mapping[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    return write_csv(folder / name, lines)


def test_columns_in_another_order_give_the_same_keys(tmp_path: Path) -> None:
    line = focus(x_Team="A", x_Zone="B")
    backwards = dict(reversed(line.items()))
    one, other = (as_csv(tmp_path, f"{n}.csv", each) for n, each in enumerate((line, backwards)))
    assert keys(one) == keys(other)


@pytest.mark.parametrize(
    "other",
    [
        {"x_CostCenter": "A", "x_Zone": "B"},
        {"x_Zone": "A", "x_Team": "B"},
        {"x_Team": "A", "x_Zone": "B", "x_More": "m"},
        {"x_Team": "A"},
        {"x_Team": "B", "x_Zone": "A"},
    ],
    ids=["renamed", "swapped", "added", "removed", "other values"],
)
def test_another_name_gives_another_key(tmp_path: Path, other: dict[str, str]) -> None:
    before = as_csv(tmp_path, "before.csv", focus(x_Team="A", x_Zone="B"))
    after = as_csv(tmp_path, "after.csv", focus(**other))
    assert not keys(before) & keys(after)


def test_a_header_put_right_a_swap_and_a_column_more_are_described_again(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path, RULES)
    deliveries: list[tuple[list[str], dict[str, str]]] = [
        (["x_Team", "x_Zone"], {"unallocated": "3.00"}),
        (["x_CostCenter", "x_Zone"], {"A": "1.00", "B": "2.00"}),
        (["x_Zone", "x_CostCenter"], {"Z": "3.00"}),
        (["x_CostCenter", "x_Zone", "x_More"], {"A": "1.00", "B": "2.00"}),
    ]
    for number, (names, wanted) in enumerate(deliveries):
        values = [("A", "Z", "1"), ("B", "Z", "2")]
        lines = [
            focus(**{**dict(zip(names, row, strict=False)), "cost": row[2], "ResourceId": row[2]})
            for row in values
        ]
        workspace.ingest([as_csv(tmp_path / f"{number}", "bill.csv", *lines)])
        workspace.allocate()
        assert owners(workspace) == wanted


SHAPES: list[tuple[Any, pa.DataType]] = [
    ({"CostCenter": "A"}, pa.map_(pa.string(), pa.string())),
    (json.dumps({"CostCenter": "A"}), pa.string()),
    (
        [{"key": "CostCenter", "value": "A"}],
        pa.list_(pa.struct({"key": pa.string(), "value": pa.string()})),
    ),
    ({"CostCenter": "A"}, pa.struct({"CostCenter": pa.string()})),
]


def test_a_map_written_in_another_way_is_another_key_and_the_same_tags(tmp_path: Path) -> None:
    paths = [
        write_parquet(
            tmp_path / f"{number}.parquet", [cur_line(resource_tags=tags)], {"resource_tags": arrow}
        )
        for number, (tags, arrow) in enumerate(SHAPES)
    ]
    assert len({key for path in paths for key in keys(path)}) == len(SHAPES)
    assert {tuple(described(path, "Tags")) for path in paths} == {('{"CostCenter":"A"}',)}


@pytest.mark.parametrize("stored", [pa.int64(), pa.string(), pa.decimal128(20, 2)])
def test_a_type_is_a_part_of_a_key(tmp_path: Path, stored: pa.DataType) -> None:
    types = {"line_item_usage_account_id": stored}
    value = "11" if stored == pa.string() else 11
    line = cur_line(line_item_usage_account_id=value)
    other = cur_line(line_item_usage_account_id=11.0)
    one = write_parquet(tmp_path / "one.parquet", [line], types)
    assert not keys(one) & keys(write_parquet(tmp_path / "other.parquet", [other]))


def in_legacy(folder: Path) -> Path:
    lines = [
        {
            **LEGACY,
            "lineItem/ResourceId": name,
            "lineItem/UnblendedCost": "1",
            "resourceTags/user:CostCenter": values[0],
            "resourceTags/user:costcenter": values[1],
        }
        for name, values in BOTH.items()
    ]
    return write_csv(folder / "legacy.csv", lines)


def in_cur_2(folder: Path) -> Path:
    lines = [
        cur_line(
            resource_tags=_both(values, "user_cost_center", "user_costcenter"),
            line_item_unblended_cost=1.0,
            line_item_resource_id=name,
        )
        for name, values in BOTH.items()
    ]
    return write_parquet(folder / "cur.parquet", lines)


def in_focus(folder: Path) -> Path:
    lines = [
        focus(Tags=json.dumps(_both(values, "CostCenter", "costcenter")), ResourceId=name)
        for name, values in BOTH.items()
    ]
    return write_csv(folder / "focus.csv", lines)


def _both(values: Sequence[str], one: str, other: str) -> dict[str, str]:
    return {key: value for key, value in zip((one, other), values, strict=True) if value}


@pytest.mark.parametrize("bill", [in_legacy, in_cur_2, in_focus])
@pytest.mark.parametrize(
    ("written", "wanted"),
    [("CostCenter", {"FIN": "2.00", "CX": "1.00"}), ("costcenter", {"FIN": "1.00", "CX": "2.00"})],
)
def test_of_two_spellings_of_a_tag_the_rulebooks_counts_in_every_format(
    tmp_path: Path, bill: Any, written: str, wanted: dict[str, str]
) -> None:
    workspace = workspace_in(tmp_path, RULES.replace("tag: CostCenter", f"tag: {written}"))
    taken = workspace.ingest([bill(tmp_path)])
    assert "B015" not in {finding.code.number for finding in taken.findings}
    found = {finding.code.number: finding for finding in workspace.allocate().findings}
    assert found["D004"].remedy.startswith("If a charge has several")
    assert owners(workspace) == wanted


def found(workspace: Workspace, path: Path) -> dict[str, Finding]:
    """The findings of a delivery, by code."""
    return {finding.code.number: finding for finding in workspace.ingest([path]).findings}


def test_a_period_with_an_offset_stays_in_its_month(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path, RULES)
    starts = ("2026-09-01T00:00:00+02:00", "2026-09-01T00:00:00-05:00", "2026-08-31T22:00:00Z")
    lines = [focus(BillingPeriodStart=start, ResourceId=start) for start in starts]
    finding = found(workspace, write_csv(tmp_path / "bill.csv", lines))["B042"]
    assert finding.found == (
        "'2026-08-31T22:00:00Z', read as 2026-09; '2026-09-01T00:00:00+02:00', read as 2026-09"
    )
    workspace.allocate()
    assert owners(workspace) == {"unallocated": "3.00"}
    assert {row["period"] for row in workspace.prove().rows} == {"2026-09"}


def test_ids_that_look_alike_are_one_and_named(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path, RULES)
    payers = ("000000000001", "\ufeff000000000001", " 000000000001", "000000000001\u00a0")
    lines = [
        focus(payer=payer, account=payer.replace("1", "1\u200b"), currency="USD\u00ad")
        for payer in payers
    ]
    result = found(workspace, write_csv(tmp_path / "bill.csv", lines))
    assert result["B041"].found == "'USD\\xad', read as 'USD'"
    workspace.allocate()
    proved = {(row["BillingAccountId"], row["currency"]) for row in workspace.prove().rows}
    assert proved == {("000000000001", "USD")}


@pytest.mark.parametrize("nothing", [" ", "NULL", "None", "nan", "\u200b"])
def test_lines_without_a_payer_an_account_or_a_currency_are_named(
    tmp_path: Path, nothing: str
) -> None:
    workspace = workspace_in(tmp_path, RULES)
    lines = [
        focus(),
        focus(payer=nothing, cost="2"),
        focus(account=nothing, cost="4"),
        {**focus(cost="8"), "BillingCurrency": nothing},
    ]
    result = workspace.ingest([write_csv(tmp_path / "bill.csv", lines)]).findings
    named = [
        (finding.code.number, finding.subject, finding.amount, finding.currency)
        for finding in result
        if finding.code.number in ("B040", "B043")
    ]
    assert named == [
        ("B040", "1 line without BillingAccountId", 2, "USD"),
        ("B040", "1 line without BillingCurrency", 8, ""),
        ("B043", "1 line without SubAccountId", 4, "USD"),
    ]


def test_tags_as_pandas_writes_a_map_are_tags(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path, RULES)
    types = {"resource_tags": pa.list_(pa.list_(pa.string()))}
    tags = [["user_cost_center", "A"], ["user_team", "x"]]
    line = cur_line(resource_tags=tags, line_item_unblended_cost=1.5)
    assert "L008" not in found(workspace, write_parquet(tmp_path / "a.parquet", [line], types))
    workspace.allocate()
    assert owners(workspace) == {"A": "1.50"}


def test_tags_that_are_not_read_are_named_with_their_money(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path, RULES)
    types = {"resource_tags": pa.list_(pa.string())}
    lines = [
        cur_line(resource_tags=tags, line_item_unblended_cost=cost, line_item_currency_code=code)
        for tags, cost, code in (
            (["CostCenter:A"], 1.0, "USD"),
            (["CostCenter:A", "B"], 2.5, "USD"),
            (["C"], 4.0, "EUR"),
        )
    ]
    path = write_parquet(tmp_path / "a.parquet", lines, types)
    result = [
        (finding.subject, finding.found, finding.amount, finding.currency)
        for finding in workspace.ingest([path]).findings
        if finding.code.number == "L008"
    ]
    assert result == [
        ("resource_tags of 1 line", "'[\"C\"]'", 4, "EUR"),
        ("resource_tags of 1 line", '\'["CostCenter:A","B"]\'', Decimal("2.5"), "USD"),
    ]


def test_two_values_of_a_tag_are_named_with_their_money(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path, RULES)
    tags = ('{"CostCenter":"B","CostCenter":"A"}', '{"CostCenter":"A","CostCenter":"A"}')
    lines = [cur_line(resource_tags=each, line_item_unblended_cost=2.5) for each in tags]
    path = write_parquet(tmp_path / "a.parquet", lines, {"resource_tags": pa.string()})
    (finding,) = [each for each in workspace.ingest([path]).findings if each.code.number == "L014"]
    assert (finding.subject, finding.amount) == ("Tags of 1 line", Decimal("2.5"))
    assert finding.found == repr('{"CostCenter":"A","CostCenter":"B"}')
    workspace.allocate()
    assert owners(workspace) == {"A": "5.00"}


@pytest.mark.parametrize("source", ["{tag: CostCenter}", "{column: SubAccountName}"])
def test_owners_that_look_alike_are_one_and_named(tmp_path: Path, source: str) -> None:
    workspace = workspace_in(
        tmp_path, RULES.replace("{column: x_CostCenter}, {tag: CostCenter}", source)
    )
    spellings = ["FIN 1", "FIN 1\u200b", "\ufeffFIN 1", "FIN\u00a01", " FIN 1 ", "F\u00adIN 1"]
    lines = [
        focus(account_name=owner, Tags=json.dumps({"Cost\u200bCenter": owner}, ensure_ascii=False))
        for owner in spellings
    ]
    workspace.ingest([write_csv(tmp_path / "bill.csv", lines)])
    result = {finding.code.number: finding for finding in workspace.allocate().findings}
    assert owners(workspace) == {"FIN 1": "6.00"}
    assert result["D020"].found == "'FIN 1\\u200b', 'FIN\\xa01', 'F\\xadIN 1'"
    assert (result["D020"].amount, result["D020"].currency) == (4, "USD")


def test_accents_and_nul_make_no_owners_that_look_alike(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path, RULES.replace("{column: x_CostCenter}, ", ""))
    spellings = ["Caf\u00e9", "Cafe\u0301", "Caf\u00e9\0", "A", "A\0"]
    lines = [focus(Tags=json.dumps({"CostCenter": owner})) for owner in spellings]
    workspace.ingest([write_csv(tmp_path / "bill.csv", lines)])
    result = {finding.code.number: finding for finding in workspace.allocate().findings}
    assert owners(workspace) == {"Caf\u00e9": "3.00", "A": "2.00"}
    assert (result["D020"].amount, result["D020"].currency) == (3, "USD")


def test_rules_and_bills_may_write_accents_in_either_form(tmp_path: Path) -> None:
    allowed = RULES.replace("{column: x_CostCenter}, ", "") + "    values: [Cafe\u0301]\n"
    workspace = workspace_in(tmp_path, allowed)
    workspace.ingest(
        [write_csv(tmp_path / "bill.csv", [focus(Tags='{"CostCenter": "Caf\u00e9"}')])]
    )
    workspace.allocate()
    assert owners(workspace) == {"Caf\u00e9": "1.00"}


def test_letters_of_other_languages_are_not_hidden_characters(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path, RULES)
    lines = [focus(Tags=json.dumps({"CostCenter": "Z\u00fcrich \u6771\u4eac"}, ensure_ascii=False))]
    workspace.ingest([write_csv(tmp_path / "bill.csv", lines)])
    assert "D020" not in {finding.code.number for finding in workspace.allocate().findings}
    assert owners(workspace) == {"Z\u00fcrich \u6771\u4eac": "1.00"}
