"""The deliveries of the running month fill up, each with the charges of the one before."""

from __future__ import annotations

from itertools import islice, pairwise
from pathlib import Path

import duckdb
import pytest

from apportion.demo.running_month import (
    ALLOCATED,
    DELIVERIES,
    running_month,
    with_running_drivers,
)

_COSTS = (
    "SELECT CAST(line_item_usage_start_date AS DATE) AS day, COUNT(*), "
    "CAST(SUM(CAST(line_item_unblended_cost AS DECIMAL(38, 10))) AS DOUBLE) "
    "FROM read_parquet('{file}') WHERE line_item_line_item_type = '{kind}' GROUP BY 1 ORDER BY 1"
)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, tuple[int, float]]]:
    """Lines and cost of usage by day, in each delivery."""
    folder = tmp_path_factory.mktemp("running")
    return [usage(bill.files[0]) for bill in running_month(folder)]


def usage(file: Path, kind: str = "Usage") -> dict[str, tuple[int, float]]:
    rows = duckdb.sql(_COSTS.format(file=file, kind=kind)).fetchall()
    return {str(day): (lines, cost) for day, lines, cost in rows}


def test_each_delivery_holds_the_one_before(seen: list[dict[str, tuple[int, float]]]) -> None:
    assert len(seen) == DELIVERIES == ALLOCATED[-1]
    for earlier, later in pairwise(seen):
        for day, (lines, cost) in earlier.items():
            assert later[day][0] >= lines
            assert later[day][1] >= cost - 1e-6


def test_the_last_two_days_lack_charges(seen: list[dict[str, tuple[int, float]]]) -> None:
    lines = [count for count, _ in seen[-1].values()]
    assert len(lines) == 10
    assert max(lines[:8]) < 1.2 * min(lines[:8])
    assert lines[9] < 0.5 * lines[7]


def test_the_export_has_one_manifest_with_the_time_of_its_delivery(tmp_path: Path) -> None:
    written = ((bill, bill.files[0].stat().st_mtime) for bill in running_month(tmp_path))
    (first, before), (second, after) = islice(written, 2)
    assert first.manifest == second.manifest
    assert first.files != second.files
    assert not first.files[0].exists(), "the export overwrites it"
    assert after - before == 12 * 3600
    lines = duckdb.read_parquet(str(second.files[0]))
    assert lines.project("bill_invoice_id").distinct().fetchall() == [("",)]
    assert second.manifest.stat().st_mtime == after


def test_october_has_the_numbers_of_september_in_drivers() -> None:
    files = {
        "drivers/gb.csv": b"owner,month,number\nA,2026-08,1\nA,2026-09,2\n",
        "drivers/cpu.csv": b"owner,day,number\nA,2026-09-30,3\n",
        "drivers/all.csv": b"owner,number\nA,1\n",
        "accounts.csv": b"A,2026-09\n",
    }
    assert with_running_drivers(files) == {
        **files,
        "drivers/gb.csv": files["drivers/gb.csv"] + b"A,2026-10,2\n",
        "drivers/cpu.csv": files["drivers/cpu.csv"] + b"A,2026-10-30,3\n",
    }
