"""An allocation as FOCUS rows: origins zeroed, parts beside them, every sum as it was."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apportion.app.workspace import Workspace
from apportion.core.allocation.rounding import apportion, apportion_lines
from apportion.model.errors.output_files import FolderFilledError
from apportion.model.question import Question
from stories import bill_of, delivered, parquet_bill, workspace_in

PERIOD = "2026-09"
RULES = """
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  cost_center:
    from: [{tag: CostCenter}]
  project:
    from: [{tag: Project}]
    default: none
shared:
  - {name: support, where: "ServiceName = 'Support'", split: proportional}
  - {name: nobody's, where: "ServiceName = 'Nobody'", split: {fixed: {support: 100}}}
"""
LINES = (
    {"day": "2026-09-01", "tags": "CostCenter=A;Project=x", "cost": "1"},
    {"day": "2026-09-02", "tags": "CostCenter=B", "cost": "2"},
    {"day": "2026-09-03", "service": "Support", "cost": "1", "ResourceId": "case-1"},
    {"day": "2026-09-03", "service": "Support", "cost": "-0.5", "ResourceId": "case-2"},
    {"day": "2026-09-04", "service": "Support", "cost": "7", "ResourceId": "case-1"},
    {"day": "2026-09-04", "service": "Support", "cost": "-7", "ResourceId": "case-2"},
    {"day": "2026-09-05", "service": "Nobody", "cost": "0.000000000000000001"},
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("focus")
    made = workspace_in(folder, RULES)
    made.ingest(delivered(folder, parquet_bill(bill_of(LINES)), name="bill.parquet"))
    made.allocate()
    return made


@pytest.fixture(scope="module")
def written(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out") / "focus"
    workspace.focus(PERIOD, folder=folder)
    return folder


def asked(folder: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW rows AS FROM read_parquet('{folder}/*.parquet')")
        return connection.execute(query).fetchall()


def test_a_shared_charge_keeps_its_row_with_nothing_and_each_payer_has_one(written: Path) -> None:
    rows = asked(
        written,
        "SELECT ServiceName, EffectiveCost, AllocatedMethodId, AllocatedResourceId, x_CostCenter, "
        "AllocatedMethodDetails, AllocatedTags FROM rows WHERE ResourceId = 'case-1' "
        "AND ChargePeriodStart = '2026-09-03' ORDER BY ABS(EffectiveCost)",
    )
    method = "apportion:rulebook/rules.yaml:support"
    assert [row[:5] for row in rows] == [
        ("Support", 0, method, None, "unallocated"),
        ("Support", Decimal("0.333333333333333334"), method, "A", "A"),
        ("Support", Decimal("0.666666666666666666"), method, "B", "B"),
    ]
    assert [json.loads(str(row[5]))["Elements"][0]["AllocatedRatio"] for row in rows[1:]] == [
        0.333333333333,
        0.666666666667,
    ]
    assert json.loads(str(rows[1][6])) == {"apportion:cost_center": "A"}


def test_what_no_one_shares_stays_as_it_is(written: Path) -> None:
    rows = asked(
        written,
        "SELECT x_CostCenter, x_Project, EffectiveCost, AllocatedMethodId, ChargePeriodEnd FROM "
        "rows WHERE x_Project = 'x'",
    )
    assert [row[:4] for row in rows] == [("A", "x", 1, None)]
    assert str(rows[0][4]) == "2026-09-02 00:00:00"


def test_charges_that_cancel_out_are_no_shares_and_stay_whole(written: Path) -> None:
    rows = asked(
        written,
        "SELECT EffectiveCost FROM rows WHERE ChargePeriodStart = '2026-09-04' ORDER BY ALL",
    )
    assert rows == [(-7,), (7,)]


def test_owners_pay_what_the_report_shows(workspace: Workspace, written: Path) -> None:
    result = {row["cost_center"]: row["total"] for row in workspace.report(Question(PERIOD)).rows}
    found = dict(asked(written, "SELECT x_CostCenter, SUM(EffectiveCost) FROM rows GROUP BY ALL"))
    assert {owner: total for owner, total in found.items() if total} == result


def test_it_is_a_bill_that_apportion_reads_itself(written: Path, tmp_path: Path) -> None:
    again = workspace_in(tmp_path, RULES.split("shared:", maxsplit=1)[0])
    again.ingest([written])
    again.allocate()
    (row,) = again.prove().rows[:1]
    assert row["stated"] == row["allocated"] == Decimal("3.500000000000000001")


def test_the_folder_appears_whole_and_is_never_written_over(
    workspace: Workspace, written: Path, tmp_path: Path
) -> None:
    sums = (written / "SHA256SUMS").read_text().split()
    assert sums[1::2] == sorted(path.name for path in written.glob("*.parquet"))
    with pytest.raises(FolderFilledError):
        workspace.focus(PERIOD, folder=written)
    (tmp_path / "empty").mkdir()
    workspace.focus(PERIOD, folder=tmp_path / "empty", version="1.2")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty"]
    names = asked(tmp_path / "empty", "SELECT column_name FROM (DESCRIBE FROM rows)")
    assert ("ProviderName",) in names
    assert ("AllocatedTags",) not in names


amounts = st.integers(-(10**40), 10**40)


@given(
    st.lists(amounts, min_size=1, max_size=8),
    st.lists(st.integers(1, 10**9), min_size=1, max_size=6),
)
@example([0], [1])
@example([5, -5], [1, 2])
@example([1], [1, 1, 1])
@example([-1, -1], [3, 5])
def test_lines_and_parts_add_up_both_ways(lines: list[int], weights: list[int]) -> None:
    named = {f"{place:03d}": Fraction(weight) for place, weight in enumerate(weights)}
    totals = list(apportion(sum(lines), named).values())
    parts = apportion_lines(lines, weights, totals)
    assert [sum(line) for line in parts] == lines
    assert [sum(column) for column in zip(*parts, strict=True)] == totals
    whole = sum(weights)
    fair = [[Fraction(line * weight, whole) for weight in weights] for line in lines]
    worst = max(
        abs(part - right)
        for found, wanted in zip(parts, fair, strict=True)
        for part, right in zip(found, wanted, strict=True)
    )
    size = max(1, sum(map(abs, lines)))
    assert worst <= 2 + Fraction(2 * size, max(1, abs(sum(lines))))


def test_dimensions_called_like_columns_that_are_there_get_their_own(tmp_path: Path) -> None:
    names = ("usage_type", "operation", "allocation_run", "costcenter", "cost_center")
    made = workspace_in(
        tmp_path,
        "apportion: 1\neffective: 2026-01\ncurrency: USD\nowner: usage_type\ndimensions:\n"
        + "".join(f"  {name}:\n    from: [{{tag: tag{at}}}]\n" for at, name in enumerate(names))
        + "shared:\n  - {name: support, where: \"ServiceName = 'Support'\", split: even}\n",
    )
    tags = ";".join(f"tag{at}={name}" for at, name in enumerate(names))
    lines = (
        {"day": "2026-09-01", "tags": tags, "cost": "1", "x_Operation": "RunInstances"},
        {"day": "2026-09-01", "service": "Support", "cost": "3"},
    )
    made.ingest(delivered(tmp_path, parquet_bill(bill_of(lines)), name="bill.parquet"))
    made.allocate()
    made.focus(PERIOD, folder=tmp_path / "out")
    columns = (
        "x_DimensionUsageType, x_Pool, x_DimensionOperation, x_Operation, "
        "x_DimensionAllocationRun, x_Costcenter, x_DimensionCostCenter"
    )
    rows = asked(
        tmp_path / "out", f"SELECT {columns} FROM rows WHERE EffectiveCost > 0 ORDER BY x_Operation"
    )
    own = ("usage_type", None, "operation", "RunInstances", *names[2:])
    assert rows == [
        own,
        ("usage_type", "support", None, None, None, None, None),
    ]
