"""Every DuckDB that is supported gives the same figures, and reads what another one wrote.

The one that is installed runs the whole suite. An older one runs the golden stories and takes turns
with it at one ledger where APPORTION_DUCKDB_15 names a Python that has it: `make duckdb15`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from stories import bill_of, parquet_bill, workspace_in

HERE = Path(__file__).parent
OLDER = os.environ.get("APPORTION_DUCKDB_15", "")

RULES = """
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  team:
    from: [{tag: Team}]
shared:
  - {name: support, where: "ServiceName = 'Support'", split: even}
"""
LINES = (
    {"day": "2026-09-01", "tags": "Team=a", "cost": "1"},
    {"day": "2026-09-01", "tags": "Team=b", "cost": "0.000000000000000001"},
    {"day": "2026-09-02", "service": "Support", "cost": "10"},
)

older = pytest.mark.skipif(
    not OLDER, reason="APPORTION_DUCKDB_15 names no Python with DuckDB 1.5: make duckdb15"
)


def test_the_installed_one_is_supported() -> None:
    assert (1, 5) <= tuple(int(part) for part in duckdb.__version__.split(".")[:2]) < (3, 0)


@older
def test_the_older_one_is_another_one() -> None:
    found = run([OLDER, "-c", "import duckdb; print(duckdb.__version__)"]).stdout.strip()
    assert found.startswith("1.5.")
    assert found != duckdb.__version__


@older
def test_golden_stories_with_the_older_one() -> None:
    stories = len(list((HERE / "golden").glob("*/story.md")))
    done = run(
        [OLDER, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(HERE / "test_golden.py")]
    )
    assert f"{stories + 1} passed" in done.stdout


@older
@pytest.mark.parametrize("first", ["older", "newer"])
def test_a_ledger_is_read_and_continued_by_another_one(tmp_path: Path, first: str) -> None:
    """Hashes differ between versions, and nothing durable but the keys is named by one."""
    pythons = {"older": OLDER, "newer": sys.executable}
    one, other = pythons.pop(first), *pythons.values()
    workspace_in(tmp_path, RULES, {"apportion.toml": ""})
    (tmp_path / "bills").mkdir()
    deliver(tmp_path, LINES[:2])
    does(one, tmp_path, "ingest", "bills")
    does(one, tmp_path, "allocate")
    deliver(tmp_path, LINES)
    does(other, tmp_path, "prove")
    does(other, tmp_path, "ingest", "bills")
    does(other, tmp_path, "allocate")
    written = []
    for python in (one, other):
        does(python, tmp_path, "prove")
        does(python, tmp_path, "report", "--by", "team,Pool", "--to", "report.csv")
        written.append((tmp_path / "report.csv").read_text("utf-8"))
    assert written[0] == written[1]
    assert written[0].splitlines()[1:] == [
        "2026-09,a,,USD,1.00,0.00,1.00,0.090909,1.00",
        "2026-09,a,support,USD,0.00,5.00,5.00,0.454545,0.00",
        f"2026-09,b,,USD,{LINES[1]['cost']},0.00,{LINES[1]['cost']},0.00,{LINES[1]['cost']}",
        "2026-09,b,support,USD,0.00,5.00,5.00,0.454545,0.00",
    ]


def deliver(folder: Path, lines: object) -> None:
    (folder / "bills" / "bill.parquet").write_bytes(parquet_bill(bill_of(lines)))  # type: ignore[arg-type]  # lines


def does(python: str, folder: Path, *arguments: str) -> None:
    run([python, "-c", "from apportion.cli.main import main; main()", *arguments], folder)


def run(command: list[str], folder: Path = HERE) -> subprocess.CompletedProcess[str]:
    source = str(HERE.parent / "src")
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": source},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done
