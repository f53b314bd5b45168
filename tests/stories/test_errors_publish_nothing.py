"""An error publishes nothing: each failing code is provoked, and the ledger stays as it was.

The rules' texts are those of the gallery, so a new error about rules belongs to this test at once.
"""

from __future__ import annotations

import gzip
import importlib
import io
import json
import pkgutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import apportion.model.findings
from apportion.cli.main import run
from apportion.cli.session import Outside
from apportion.engines.duckdb import DuckDB
from apportion.model.errors.base import FindingsError
from apportion.model.findings import rules
from apportion.model.findings.finding import Code, Finding, Severity
from apportion.model.manifest import Manifest, RunKind
from apportion.usecases.context import RunContext
from apportion.usecases.fail_on_findings import record
from plain_ledger import PlainLedger
from rule_gallery import GALLERY, examples
from stories import bill_of, csv_bill, parquet_bill

HEAD = "apportion: 1\neffective: 2026-01\ncurrency: USD\n"
OWNERS = "dimensions:\n  cost_center:\n    from: [{tag: CostCenter}]\n    values: {A: [], B: []}\n"
BY_LOOKUP = "dimensions:\n  cost_center:\n    from: [{lookup: accounts.csv}]\n"
POOL = "shared:\n  - name: support\n    where: \"ServiceName = 'Support'\"\n"
BY_USAGE = f"{HEAD}{OWNERS}{POOL}    split: {{usage: cpu.csv}}\n"
GOOD = f"{HEAD}{OWNERS}"
NOBODY_MAY = "    split: even\n    limits: {'*': {max: 10}}\n"
A = {"day": "2026-09-01", "tags": "CostCenter=A", "cost": "1"}
B = {"day": "2026-09-02", "tags": "CostCenter=B", "cost": "3"}
SUPPORT = {"day": "2026-09-02", "service": "Support", "cost": "8"}

Files = Mapping[str, str | bytes]


def failing_codes() -> list[Code]:
    folder = apportion.model.findings.__path__
    rooms = {module.name for module in pkgutil.iter_modules(folder)} - {"finding"}
    read = (importlib.import_module(f"apportion.model.findings.{room}") for room in sorted(rooms))
    return [code for room in read for code in room.ALL if code.severity is Severity.ERROR]


class Folder:
    """A folder in which someone works with the program."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "apportion.toml").write_text("")

    def has(self, files: Files) -> None:
        for name, content in files.items():
            file = self.path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())

    def does(self, *arguments: str) -> tuple[int, str]:
        out, err = io.StringIO(), io.StringIO()
        outside = Outside(folder=self.path, environment={}, out=out, err=err)
        return run([*arguments, "--all-findings"], outside), out.getvalue() + err.getvalue()

    def ledger(self) -> dict[str, tuple[int, int]]:
        """Every file of the ledger, its size and the time it was written."""
        files = sorted(path for path in (self.path / "ledger").rglob("*") if path.is_file())
        return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in files}

    def runs(self) -> list[object]:
        _, result = self.does("-q", "ledger", "history", "-o", "json")
        return [row["run"] for row in json.loads(result)]


def gallery() -> Iterator[tuple[str, str, Files]]:
    """Each text of the gallery that an error stands under: its codes, and the files it makes."""
    whole = {
        "rulebooks": lambda text: {"rulebook/r.yaml": text},
        "lookups": lambda text: {"rulebook/r.yaml": HEAD + BY_LOOKUP, "accounts.csv": text},
        "drivers": lambda text: {"rulebook/r.yaml": BY_USAGE, "cpu.csv": text},
    }
    errors = {code.number for code in rules.ALL if code.severity is Severity.ERROR}
    for page, files in whole.items():
        assert (GALLERY / f"{page}.txt").exists()
        for _title, text, sentences in examples(page):
            codes = {line.split(" ", 1)[0] for line in sentences if line} & errors
            if codes:
                yield " ".join(sorted(codes)), page, files(text)


#: What no page of the gallery can show.
BESIDE: list[tuple[str, Files]] = [
    ("R005", {"rulebook/r.yaml": "#" * 500_001}),
    ("R006", {"rulebook/r.yaml": f'{HEAD}cost: "Effective\\u0007Cost"\n{OWNERS}'}),
    ("R058", {"rulebook/r.yaml": HEAD + BY_LOOKUP}),
    ("R059", {"rulebook/r.yaml": (HEAD + OWNERS).encode() + b"# Z\xfcrich\n"}),
    ("R059", {"rulebook/r.yaml": HEAD + BY_LOOKUP, "accounts.csv": b"SubAccountId\xfc\n"}),
    ("R073", {"rulebook/r.yaml": BY_USAGE, "cpu.csv": "owner,number\nA,1\n__idle__,9\n"}),
    ("R080", {"rulebook/r.yaml": GOOD, "rulebook/s.yaml": GOOD}),
    # Another file of the folder that cannot be read might be the one in force.
    ("R001", {"rulebook/r.yaml": GOOD, "rulebook/s.yaml": "a: 'b"}),
    ("S006", {"rulebook/r.yaml": GOOD + POOL + NOBODY_MAY}),
]  # fmt: skip
RULES = [(codes, files) for codes, _page, files in gallery()] + BESIDE


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A folder with a good bill in its ledger."""
    folder = Folder(tmp_path_factory.mktemp("rules"))
    folder.has({"bill.csv": csv_bill(bill_of([A, B, SUPPORT]))})
    assert folder.does("ingest", "bill.csv")[0] == 0
    return folder


@pytest.mark.parametrize(
    ("codes", "files"), [pytest.param(*each, id=f"{n}-{each[0]}") for n, each in enumerate(RULES)]
)
def test_rules_that_are_wrong_allocate_nothing(taken_in: Folder, codes: str, files: Files) -> None:
    before = taken_in.ledger()
    taken_in.has(files)
    try:
        code, result = taken_in.does("allocate", "--period", "2026-09")
        assert code == 1, result
        assert all(each in result for each in codes.split())
        assert "Nothing was changed" in result
        assert before
        assert taken_in.ledger() == before
    finally:
        for name in files:
            (taken_in.path / name).unlink()


def test_every_error_about_rules_was_provoked() -> None:
    errors = {code.number for code in rules.ALL if code.severity is Severity.ERROR}
    assert errors <= {each for codes, _files in RULES for each in codes.split()}


def zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("notes.doc", content)
    return packed.getvalue()


GOOD_BILL = csv_bill(bill_of([A, B]))
FIRST_LINE = GOOD_BILL.splitlines(keepends=True)[0]
PARQUET = parquet_bill(bill_of([A, B]))


def without(*columns: str) -> bytes:
    charges = bill_of([A])
    return csv_bill([{**charge, **dict.fromkeys(columns, "")} for charge in charges])


BILLS: list[tuple[str, Files]] = [
    ("B001", {"notes.doc": "no bill"}),
    ("B003", {"SHA256SUMS": "what is this\n", "bill.csv": GOOD_BILL}),
    ("B004", {"SHA256SUMS": f"{'0' * 64}  other.csv\n", "bill.csv": GOOD_BILL}),
    ("B006", {"SHA256SUMS": f"{'0' * 64}  bill.csv\n", "bill.csv": GOOD_BILL}),
    ("B007", {"one.csv": GOOD_BILL, "two.csv": GOOD_BILL}),
    ("B008", {"bill.csv.gz": gzip.compress(GOOD_BILL, mtime=0)[:-9]}),
    ("B008", {"bill.parquet": PARQUET[:-20]}),
    ("B011", {"bill.csv": GOOD_BILL + b"\xff"}),
    ("B028", {"bill.csv": GOOD_BILL + b'"cut off'}),
    ("B012", {"bill.csv": GOOD_BILL + b"1,2\n"}),
    ("B013", {"bill.csv": "a,b\n1,2\n"}),
    ("B017", {"bill.csv": csv_bill(bill_of([{**A, "cost": "ten"}]))}),
    ("B018", {"bill.csv": without("BillingPeriodStart", "ChargePeriodStart")}),
    ("L004", {"bill.csv": GOOD_BILL, "bill.parquet": parquet_bill(bill_of([SUPPORT]))}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "files"), [pytest.param(*each, id=f"{n}-{each[0]}") for n, each in enumerate(BILLS)]
)
def test_a_bill_that_is_wrong_is_not_taken_in(tmp_path: Path, code: str, files: Files) -> None:
    folder = Folder(tmp_path)
    folder.has({f"bills/{name}": content for name, content in files.items()})
    ended, result = folder.does("ingest", "bills")
    assert ended == 1, result
    assert code in result
    assert folder.runs() == []


def test_no_run_is_recorded_with_an_error_whatever_raised_it(tmp_path: Path) -> None:
    ledger = PlainLedger(tmp_path)
    context = RunContext(ledger, DuckDB(tmp_path / "spill"), lambda: "", lambda _step: None, "1")
    run_of_month = Manifest(
        *("run", RunKind.ALLOCATE, "2026-09", "", "2026-11-02T08:00:00Z", "1"),
        inputs=(),
        totals=(),
        snapshots={},
    )
    codes = failing_codes()
    assert codes
    for code in codes:
        finding = Finding(code, "somewhere", "something")
        with pytest.raises(FindingsError):
            record(replace(run_of_month, findings=(finding,)), context)
    assert ledger.runs() == []
    record(run_of_month, context)
    assert ledger.runs() == [run_of_month]
