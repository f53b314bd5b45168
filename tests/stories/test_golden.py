"""Stories with a known end: a bill, a rulebook, and who must pay what, worked out by hand.

Each folder of `golden` holds story.md (what happens, and the calculation), charges.csv (the bill,
written short: see stories.py), rulebook.yaml with the files that it names, expected*.csv (reports:
the columns before `currency` say how to group) and findings.txt (every sentence, in order).
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from apportion.engines.duckdb import DuckDB
from apportion.model.findings.finding import Finding
from apportion.model.manifest import RunKind
from apportion.model.outcome import Outcome
from apportion.model.period import Period
from apportion.model.question import Granularity, Question
from apportion.reports.csv import CsvReport
from apportion.sources.local_files import LocalFiles
from apportion.usecases.allocate.allocate import allocate
from apportion.usecases.context import RunContext
from apportion.usecases.ingest.ingest import ingest
from apportion.usecases.reports.report import report
from apportion.usecases.runs.history import periods
from apportion.usecases.runs.load_rules import rules_for
from plain_ledger import PlainLedger
from stories import NOW, bill_of, csv_bill, delivered, parquet_bill, workspace_in

#: Whoever answers a question with a report.
Report = Callable[[Question], Outcome]

STORIES = sorted(path.parent for path in (Path(__file__).parent / "golden").glob("*/story.md"))
OWN_FILES = {"charges.csv", "findings.txt", "rulebook.yaml", "story.md"}


def test_there_are_stories() -> None:
    assert len(STORIES) >= 30


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_story(story: Path, tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path, read(story / "rulebook.yaml"), files_of(story))
    charges = bill_of(rows(story / "charges.csv"))
    bill = delivered(tmp_path, gzip.compress(csv_bill(charges), mtime=0), name="bill.csv.gz")

    taken = workspace.ingest(bill)
    allocated = workspace.allocate()
    found = sentences((*taken.findings, *allocated.findings), tmp_path)

    assert found == read(story / "findings.txt").splitlines()
    written = reports(story, compared(story, workspace.report))

    again = workspace.ingest(bill)
    assert {row["status"] for row in again.rows} <= {"unchanged"}
    assert not again.findings
    runs = workspace.history().rows
    workspace.allocate()
    assert workspace.history().rows == runs
    assert reports(story, workspace.report) == written

    assert not workspace.prove().findings
    assert by_parquet(story, tmp_path, charges) == written


def by_parquet(story: Path, folder: Path, charges: Sequence[Mapping[str, str]]) -> list[bytes]:
    """The same bill as Parquet, in a plain ledger: the reports that it comes to."""
    files = delivered(folder, parquet_bill(charges), name="bill.parquet")
    engine = DuckDB(folder / "spill")
    context = RunContext(
        PlainLedger(folder / "plain"), engine, lambda: NOW, lambda _step: None, "0"
    )
    ingest(LocalFiles(files, scratch=folder / "scratch"), context)
    for period in periods(context.ledger.runs(), RunKind.INGEST):
        rules, _ = rules_for(Period.parse(period), folder / "rulebook", folder)
        assert rules is not None
        allocate(Period.parse(period), rules, context)
    return reports(story, lambda question: report(context, question))


def compared(story: Path, request: Report) -> Report:
    """Every report has just the expected rows, with just the expected amounts; gives them again."""
    once = cache(request)
    files = expected_files(story)
    assert files
    for file in files:
        wanted = rows(file)
        assert wanted, f"{file} expects nothing"
        periods = list(dict.fromkeys(row["period"] for row in wanted))
        found = [row for period in periods for row in ask(file, once, period).rows]
        names = [name for name in wanted[0] if name not in {"period", "day"}]
        assert table(found, names) == table(wanted, names), file.name
    return once


def ask(file: Path, request: Report, period: str) -> Outcome:
    """Ask for the report that a file expects, told by its columns."""
    header = file.read_text("utf-8").splitlines()[0].split(",")
    by = [name for name in header[: header.index("currency")] if name not in {"period", "day"}]
    granularity = Granularity.DAY if "day" in header else Granularity.MONTH
    cost = file.stem.partition(".")[2]  # expected.BilledCost.csv
    return request(Question(period, by=tuple(by), granularity=granularity, cost=cost))


def table(found: Iterable[Mapping[str, object]], names: list[str]) -> list[tuple[object, ...]]:
    """Rows as tuples, amounts as numbers: time first, then the columns in the file's order."""
    money = {"direct", "shared", "total", "tagged"}
    return sorted(
        (
            str(row.get("day") or row.get("month") or row.get("period")),
            *(Decimal(str(row[n])) if n in money else str(row[n] or "") for n in names),
        )
        for row in found
    )


def reports(story: Path, request: Report) -> list[bytes]:
    """The expected reports as the bytes that a user would get."""
    return [
        CsvReport().write(outcome.rows, outcome.columns)
        for file in expected_files(story)
        for period in dict.fromkeys(row["period"] for row in rows(file))
        for outcome in [ask(file, request, period)]
    ]


def sentences(findings: Iterable[Finding], folder: Path) -> list[str]:
    """What findings say, without the folder that the test happens to lie in."""
    return [str(finding).replace(f"{folder}/", "") for finding in findings]


def files_of(story: Path) -> dict[str, str]:
    """The files beside the rulebook: lookups and drivers."""
    return {
        path.name: read(path)
        for path in story.iterdir()
        if path.name not in OWN_FILES and not path.name.startswith("expected")
    }


def expected_files(story: Path) -> list[Path]:
    return sorted(story.glob("expected*.csv"))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read(path: Path) -> str:
    return path.read_text("utf-8")
