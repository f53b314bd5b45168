"""What the pages show of the demo: its output, its tables, queries and the library's examples."""

from __future__ import annotations

import csv
import io
import re
import shlex
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pyiceberg.catalog.sql import SqlCatalog

from apportion.cli.main import run
from apportion.cli.session import Outside
from apportion.ledger import iceberg_schemas, tables
from apportion.model.cents import ROUNDED, cent_off, to_cents
from apportion.model.focus import KEY_COLUMNS
from demo_ran import Demo
from docs_pages import DOCS, ROOT, blocks, calls

LEDGER = DOCS / "reference/ledger.md"
SHOWN = [
    call
    for page in (ROOT / "README.md", DOCS / "explanation/proof.md")
    for block in blocks(page, "console")
    for call in calls(block)
    if call.shown
]


def said(folder: Path, *arguments: str) -> str:
    """Run a command that must end well; returns what it wrote, words after data."""
    out, err = io.StringIO(), io.StringIO()
    outside = Outside(folder=folder, environment={"COLUMNS": "100"}, out=out, err=err)
    assert run(arguments, outside) == 0, err.getvalue()
    return out.getvalue() + err.getvalue()


def assert_shows(shown: tuple[str, ...], written: str) -> None:
    """Each line that a page shows is written so, in order; without `…` it is the next line."""
    lines = written.splitlines()
    at, gap = 0, True
    for line in shown:
        if line == "…":
            gap = True
            continue
        found = lines.index(line, at)
        assert gap or found == at, f"lines are left out before {line!r}, without a mark"
        at, gap = found + 1, False


def test_the_pages_show_what_the_demo_writes(demo: Demo, tmp_path: Path) -> None:
    larkmoor = Path(shutil.copytree(demo.workspace, tmp_path / "larkmoor"))
    assert len(SHOWN) >= 4
    for call in SHOWN:
        _, *arguments = shlex.split(call.words)
        ran = arguments[0] == "demo"
        written = demo.out + demo.err if ran else said(larkmoor, *arguments)
        assert_shows(call.shown, written)


def test_the_picture_of_the_problem_is_the_demo_s_september(demo: Demo) -> None:
    (picture,) = blocks(ROOT / "README.md", "text")
    amounts = [
        Decimal(number.replace(",", ""))
        for number in re.findall(r"^ *([\d,]+\.\d\d)  ", picture.text, re.MULTILINE)
    ]
    report = said(demo.workspace, "--quiet", "report", "--period", "2026-09", "--output=csv")
    rows = list(csv.DictReader(io.StringIO(report)))
    direct, shared, tagged = (
        sum(Decimal(row[part]) for row in rows) for part in ("direct", "shared", "tagged")
    )
    (unowned,) = [Decimal(row["direct"]) for row in rows if row["cost_center"] == "unallocated"]
    parts = [tagged, direct - tagged - unowned, unowned, shared]
    assert amounts == [*map(to_cents, parts), to_cents(sum(parts, Decimal()))]
    assert (ROUNDED in picture.text) == cent_off(parts, sum(parts, Decimal()))
    assert f"{amounts[-1]:,} USD in 17 AWS accounts" in picture.text


def test_the_examples_of_the_library_run(demo: Demo, tmp_path: Path) -> None:
    shutil.copytree(demo.workspace, tmp_path / "larkmoor")
    pages = ("README.md", "docs/reference/library.md")
    examples = [block.text for page in pages for block in python(page)]
    assert len(examples) >= 5
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(examples)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"^FIN-100 25061\.59504183888\d+$", done.stdout, re.MULTILINE)
    assert "\nunchanged\n" in done.stdout
    assert "\n2026-09 is proved: 81,293 lines" in done.stdout
    assert "The ledger has no allocation of 2030-01. Available: 2026-07, " in done.stdout
    assert "\n     pool data-lake 5016.45 rulebook/2026-07.yaml:" in done.stdout


def python(page: str) -> list[Any]:
    return blocks(ROOT / page, "python")


def test_the_queries_run_and_show_what_the_report_shows(demo: Demo) -> None:
    con = opened(demo.workspace)
    queries = [block.text for block in blocks(LEDGER, "sql")]
    assert len(queries) >= 4
    answers = [con.execute(query).fetchall() for query in queries]
    assert all(answers)
    owners, dearest, tagged, platform = answers
    assert sum(row[3] for row in owners) == sum(row[1] + row[2] for row in owners)
    assert f"{sum(row[3] for row in owners):,.2f}" == "321,046.43"
    assert {row[0] for row in owners} > {"FIN-100", "ECOM-200", "unallocated"}
    assert len(dearest) == 10
    assert f"{sum(row[1] for row in tagged):,.2f}" == "113,448.51"
    assert len({row[0] for row in platform}) == 30


def opened(folder: Path) -> duckdb.DuckDBPyConnection:
    """Run the page's Python as its reader would, beside the ledger; returns its connection."""
    (example,) = blocks(LEDGER, "python")
    code = example.text.replace("sqlite:///ledger", f"sqlite:///{folder}/ledger")
    names: dict[str, Any] = {}
    exec(compile(code, example.place, "exec"), names)
    con = names["con"]
    assert isinstance(con, duckdb.DuckDBPyConnection)
    return con


@pytest.mark.parametrize("table", list(tables.COLUMNS))
def test_the_columns_are_those_of_the_tables(demo: Demo, table: str) -> None:
    catalog = SqlCatalog("apportion", uri=f"sqlite:///{demo.workspace}/ledger/catalog.db")
    name = (tables.NAMESPACE, table)
    # The demo synchronises no accounts, and a table is there from its first row on.
    there = catalog.table_exists(name)
    assert there == (table != "accounts")
    schema = catalog.load_table(name).schema() if there else iceberg_schemas.schema(table)
    real = {field.name: iceberg_schemas.sql_name(field.field_type) for field in schema.fields}
    result = columns_told(table)
    if table == "allocations":
        dimensions = {n.removesuffix("_source") for n in real if n.endswith("_source")}
        assert len(dimensions) == 5
        derived = {
            name
            for dimension in dimensions
            for name in (dimension, f"{dimension}_source", f"{dimension}_rejected")
        }
        real = {name: kind for name, kind in real.items() if name not in derived}
    if table == "keys":
        result |= dict.fromkeys(KEY_COLUMNS, "VARCHAR")
    assert result == real


def columns_told(table: str) -> dict[str, str]:
    """Read the columns of a table's section: names in backquotes, then their type."""
    section = LEDGER.read_text("utf-8").partition(f"### {table}\n")[2].partition("\n#")[0]
    rows = [line.strip("|").split(" | ") for line in section.splitlines() if line[:3] == "| `"]
    return {name: row[1] for row in rows for name in re.findall(r"`(\w+)`", row[0])}


def test_the_guide_shows_the_bill_beside_the_invoices_of_the_demo(
    demo: Demo, tmp_path: Path
) -> None:
    made = demo.workspace
    shutil.copytree(made / "ledger", tmp_path / "ledger")
    for name in ("apportion.toml", "invoices.csv"):
        shutil.copy(made / name, tmp_path)
    said(tmp_path, "invoices", "add", "invoices.csv")
    page = blocks(DOCS / "how-to/invoices.md", "console")
    [call] = [call for block in page for call in calls(block) if call.shown]
    assert_shows(call.shown, said(tmp_path, *shlex.split(call.words)[1:]))
