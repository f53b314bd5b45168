"""A newcomer's first hour, with the real program and real bills: init, ingest, allocate, report."""

from __future__ import annotations

import csv
import io
import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from apportion.cli.main import run
from apportion.cli.session import Outside
from demo_ran import Demo


class Folder:
    """A folder in which someone works with the program."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def does(self, *arguments: str) -> str:
        """Run a command that must end well; returns what it wrote to stdout."""
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
        outside = Outside(folder=self.path, environment={}, out=out, err=err)
        assert run(arguments, outside) == 0, err.getvalue()
        out.flush()
        written = out.buffer
        assert isinstance(written, io.BytesIO)
        return written.getvalue().decode()

    def rows(self, *arguments: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.does(*arguments, "--output", "json"))
        return found


@pytest.mark.parametrize(
    ("bill", "period"),
    [
        ("focus_1_2_aws_generated.csv.gz", "2026-05"),
        ("focus_sample_1.0_finops_foundation.csv", "2024-09"),
        ("nise_aws_legacy_cur_2026-09.csv.gz", "2026-09"),
    ],
)
def test_the_starter_allocates_any_bill(
    tmp_path: Path, shared_data: Path, bill: str, period: str
) -> None:
    folder = Folder(tmp_path)
    folder.does("init")
    folder.does("ingest", str(shared_data / bill))
    folder.does("allocate")

    proof = folder.rows("prove", "--period", period)
    assert proof
    assert {Decimal(row["difference"]) for row in proof} == {Decimal(0)}

    (held,) = [row for row in folder.rows("ledger", "list") if row["period"] == period]
    report = list(csv.DictReader(io.StringIO(folder.does("report", "-p", period, "-o", "csv"))))
    total = sum((Decimal(row["total"]) for row in report), Decimal(0))
    assert total == Decimal(held["EffectiveCost"])
    days = folder.rows("report", "-p", period, "--granularity", "day", "--by", "project")
    assert sum(Decimal(row["total"]) for row in days) == total

    owner = max(report, key=lambda row: Decimal(row["total"]))["cost_center"]
    tree = json.loads(folder.does("explain", owner, "-p", period, "-o", "json"))
    assert tree["children"]
    assert "Unallocated\n" in folder.does("report", "--for-review", "-p", period)
    assert folder.does("rules", "show", "-p", period, "--sql").count("SELECT") > 3
    kinds = [row["kind"] for row in folder.rows("ledger", "history", "--period", period)]
    assert kinds == ["ingest", "allocate"]


def test_the_demo_ends_with_owners_proofs_and_what_is_next(demo: Demo, tmp_path: Path) -> None:
    assert "unallocated" in demo.out
    assert "total " in demo.out
    result = " ".join(demo.err.split())
    assert result.count("is proved") == 3
    assert "cd larkmoor apportion explain ECOM-200 --period 2026-09" in result
    assert result.count("apportion explain ") == 1
    assert "pip install 'apportion[web]' && apportion serve --open" in result

    outside = demo.outside(io.StringIO(), io.StringIO())
    assert run(["demo", "larkmoor"], outside) == 2  # which would deliver the first August again

    folder = Folder(Path(shutil.copytree(demo.workspace, tmp_path / "larkmoor")))
    assert len(folder.rows("ledger", "list")) == 3
    history = folder.rows("ledger", "history", "--period", "2026-08")
    assert [row["kind"] for row in history] == ["ingest", "ingest", "allocate"]
    lines = [line.partition(" #")[0] for line in demo.err.splitlines()]
    suggested = [line.split() for line in lines if line.startswith("  apportion")]
    assert len(suggested) == 3
    for words in suggested:
        assert folder.does(*words[1:])
