"""Every command calls the workspace once, sends data to stdout and words to stderr, and its exit
code says how it went."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from apportion.cli.main import globals_first, run
from apportion.cli.session import Outside
from apportion.model.errors.base import FindingsError, LedgerBusyError, NothingThereError
from apportion.model.findings.finding import Code, Finding, Severity
from apportion.model.outcome import Explanation, ExplanationNode, Outcome, RulesInForce
from apportion.model.settings import Settings

LOST = Code("P001", Severity.ERROR, "A stage lost money", "The stages must agree.")
ODD = Code("D001", Severity.WARNING, "A value that is not allowed", "It is not used.")
FAILS = Finding(LOST, "2026-09", "account 1", "10.00", "9.99", "Ingest again.", Decimal("0.01"))
WARNS = Finding(ODD, "rulebook/2026-01.yaml:4:3", "cost_center 'fin'", remedy="Did you mean FIN?")

OWNERS = Outcome(
    ("month", "cost_center", "currency", "direct", "shared", "total", "share"),
    tuple(
        {
            "month": "2026-09",
            "cost_center": owner,
            "currency": "USD",
            "direct": Decimal(direct),
            "shared": Decimal("0.005"),
            "total": Decimal(direct) + Decimal("0.005"),
            "share": Decimal("0.5"),
        }
        for owner, direct in (("=FIN", "1234.111"), ("CX", "-1.004"))
    ),
    messages=("rulebook/2026-01.yaml, EffectiveCost.",),
)
HISTORY = Outcome(
    ("at", "kind", "period", "bill", "run", "currency", "lines", "EffectiveCost"),
    tuple(
        {"at": "2026-10-03T12:00:00Z", "kind": kind, "period": period, "bill": "aws", "run": "r1"}
        | {"currency": "USD", "lines": 1234, "EffectiveCost": Decimal("5.5")}
        for kind, period in (
            ("ingest", "2026-08"),
            ("allocate", "2026-08"),
            ("ingest", "2026-09"),
        )
    ),
)
TREE = ExplanationNode(
    "FIN-100",
    Decimal(100),
    "USD",
    children=(
        ExplanationNode("direct", Decimal(60), "USD"),
        ExplanationNode(
            "shared",
            Decimal(40),
            "USD",
            "rulebook/2026-01.yaml:31:5",
            {"ratio": Decimal("0.4"), "driver": "even"},
        ),
    ),
)


@dataclass
class RecordingWorkspace:
    """A workspace that records its calls and returns given results."""

    answer: Outcome = OWNERS
    failure: BaseException | None = None
    calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)
    settings: Settings | None = None

    def _answered(self, name: str, *args: Any, **options: Any) -> Outcome:
        self.calls.append((name, args, options))
        if self.failure:
            raise self.failure
        return self.answer

    def ingest(self, paths: Sequence[Path], **options: Any) -> Outcome:
        return self._answered("ingest", list(paths), **options)

    def allocate(self, periods: Sequence[str] = (), **options: Any) -> Outcome:
        return self._answered("allocate", tuple(periods), **options)

    def prove(self, periods: Sequence[str] = (), **options: Any) -> Outcome:
        return self._answered("prove", tuple(periods), **options)

    def report(self, question: Any) -> Outcome:
        return self._answered("report", question)

    def review(self, period: str, **options: Any) -> list[tuple[str, Outcome]]:
        answer = self._answered("review", period, **options)
        return [("unallocated", answer), ("pools", Outcome(("pool", "total"), ()))]

    def explain_owner(self, owner: str, period: str, **options: Any) -> Explanation:
        self._answered("explain_owner", owner, period, **options)
        return Explanation(TREE)

    def explain_pool(self, pool: str, period: str, **options: Any) -> Explanation:
        self._answered("explain_pool", pool, period, **options)
        return Explanation(TREE)

    def explain_resource(self, resource: str, period: str, **options: Any) -> Explanation:
        self._answered("explain_resource", resource, period, **options)
        return Explanation(TREE)

    def check_rules(self) -> Outcome:
        return self._answered("check_rules")

    def rules_in_force(self, period: str) -> RulesInForce:
        self._answered("rules_in_force", period)
        return RulesInForce("rulebook/2026-01.yaml", "ab12", "2026-01", "apportion: 1\n", (
            ("labels", "SELECT 1"),
        ))  # fmt: skip

    def held(self) -> Outcome:
        return HISTORY

    def history(self, period: str = "") -> Outcome:
        self.calls.append(("history", (period,), {}))
        return HISTORY


class Screen(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@dataclass
class Result:
    """What a call of the program came to."""

    code: int
    stdout: bytes
    stderr: str
    workspace: RecordingWorkspace

    @property
    def out(self) -> str:
        return self.stdout.decode()

    @property
    def message(self) -> str:
        """The words on stderr, however they were wrapped."""
        return " ".join(self.stderr.split())

    @property
    def call(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """The only call except that for the newest month."""
        (call,) = [call for call in self.workspace.calls if call[0] != "history"]
        return call


Program = Callable[..., Result]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    (tmp_path / "apportion.toml").write_text("")

    def call(
        *arguments: str,
        workspace: RecordingWorkspace | None = None,
        screen: bool = False,
        environment: dict[str, str] | None = None,
    ) -> Result:
        workspace = workspace or RecordingWorkspace()

        def open_it(settings: Settings, say: Callable[[str], None]) -> Any:
            workspace.settings = settings
            say("reading the lines")
            return workspace

        kind = Screen if screen else io.TextIOWrapper
        out, err = (kind(io.BytesIO(), encoding="utf-8") for _ in range(2))
        outside = Outside(
            open=open_it, folder=tmp_path, environment=environment or {}, out=out, err=err
        )
        code = run(arguments, outside)
        out.flush()
        err.flush()
        return Result(code, out.buffer.getvalue(), err.buffer.getvalue().decode(), workspace)  # type: ignore[attr-defined]

    return call


def test_ingest_resolves_paths_in_the_user_s_folder(program: Program, tmp_path: Path) -> None:
    finding = program("ingest", "bills", "/abs", "--bill", "azure", "--split-cost", "children")
    assert finding.code == 0
    name, args, options = finding.call
    assert (name, args) == ("ingest", ([tmp_path / "bills", Path("/abs")],))
    assert options == {
        "bill": "azure",
        "replace": False,
        "together_with": (),
        "split_cost": "children",
        "wait": 10.0,
    }


def test_allocate_without_a_period_means_all(program: Program) -> None:
    assert program("allocate", "--wait", "0").call == ("allocate", ((),), {"wait": 0.0})
    assert program("allocate", "-p", "2026-09").call[1] == (("2026-09",),)


def test_prove_finds_the_manifest_from_where_the_user_is(program: Program, tmp_path: Path) -> None:
    result = program("prove", "--manifest", "m.json", "--as-of", "r1", "--by-account")
    rows = {"by_account": True, "by_invoice": False}
    options = {"manifest": tmp_path / "m.json", "as_of": "r1", **rows}
    assert result.call == ("prove", ((),), options)


def test_report_requests_the_newest_allocated_month(program: Program) -> None:
    result = program(
        "report", "--by", "cost_center, project", "--by", "x", "--granularity", "day",
        "--owner", "A", "--cost-center", "B", "--where", "1 = 1", "--cost", "BilledCost",
    )  # fmt: skip
    ((question,), _) = result.call[1:]
    assert question.period == "2026-08"
    assert question.by == ("cost_center", "project", "x")
    assert (question.granularity, question.owners) == ("day", ("A", "B"))
    assert (question.where, question.cost) == ("1 = 1", "BilledCost")


def test_without_an_allocation_the_next_step_is_named(program: Program) -> None:
    class Empty(RecordingWorkspace):
        def history(self, period: str = "") -> Outcome:
            assert not period
            return Outcome((), ())

    finding = program("report", workspace=Empty())
    assert finding.code == 2
    assert "Run `apportion allocate` first." in finding.message


def test_a_table_goes_to_the_cent_and_adds_up(program: Program) -> None:
    result = program("report")
    assert result.out == (
        "cost_center    direct  shared     total    share\n"
        "───────────  ────────  ──────  ────────  ───────\n"
        "=FIN         1,234.11    0.01  1,234.12   50.0 %\n"
        "CX              -1.00    0.01     -1.00   50.0 %\n"
        "───────────  ────────  ──────  ────────  ───────\n"
        "total        1,233.11    0.01  1,233.12  100.0 %\n"
        "rounded; files have every digit\n"
    )
    assert "2026-09, amounts in USD." in result.stderr
    assert "rulebook/2026-01.yaml, EffectiveCost." in result.stderr


def test_several_currencies_have_totals_of_their_own(program: Program) -> None:
    rows = [
        {"owner": "A", "currency": currency, "total": Decimal(amount)}
        for currency, amount in (("USD", "1"), ("EUR", "2"), ("USD", "4"))
    ]
    answer = Outcome(("owner", "currency", "total"), tuple(rows))
    lines = program("report", workspace=RecordingWorkspace(answer)).out.splitlines()
    assert [line.split() for line in lines[-2:]] == [
        ["total", "EUR", "2.00"],
        ["total", "USD", "5.00"],
    ]


def test_the_forms_hold_every_digit_and_no_sums(program: Program) -> None:
    rows = json.loads(program("report", "--output", "json").stdout)
    assert [row["total"] for row in rows] == ["1234.116", "-0.999"]
    read = list(csv.DictReader(io.StringIO(program("report", "-o", "CSV").out)))
    assert [row["cost_center"] for row in read] == ["'=FIN", "CX"]
    raw = program("report", "-o", "csv", "--raw").out
    assert raw.splitlines()[1].startswith("2026-09,=FIN,USD,1234.111,0.005,1234.116,")
    table = pq.read_table(io.BytesIO(program("report", "-o", "parquet").stdout))
    assert table.column("total").to_pylist() == [Decimal("1234.116"), Decimal("-0.999")]


def test_to_a_file_its_ending_chooses_the_form(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "september.csv"
    path.write_text("old")
    finding = program("report", "--to", str(path))
    assert (finding.code, finding.stdout) == (0, b"")
    assert path.read_text().startswith("month,cost_center,")
    assert "Wrote" in finding.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["apportion.toml", "september.csv"]


def test_a_file_of_a_form_that_we_do_not_write_is_refused(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "september.ods"
    finding = program("report", "--to", str(path))
    assert (finding.code, path.exists()) == (2, False)
    assert ".ods is not supported" in finding.message
    assert program("report", "--to", str(path), "-o", "csv").code == 0


def test_a_file_that_cannot_be_written_is_named(program: Program, tmp_path: Path) -> None:
    finding = program("report", "--to", str(tmp_path / "no" / "x.csv"))
    assert (finding.code, finding.workspace.calls) == (2, [])
    assert "/no/x.csv: the folder " in finding.message
    assert "does not exist. Create it" in finding.message


def test_parquet_is_refused_on_a_terminal_before_any_work(program: Program) -> None:
    finding = program("report", "-o", "parquet", screen=True)
    assert finding.code == 2
    assert "--to report.parquet" in finding.message
    assert finding.workspace.calls == []


def test_findings_that_fail_end_with_one(program: Program) -> None:
    answer = Outcome(("owner",), ({"owner": "A"},), (WARNS, FAILS))
    finding = program("prove", workspace=RecordingWorkspace(answer))
    assert finding.code == 1
    assert "A" in finding.out
    assert finding.stderr.index("1 error") < finding.stderr.index("1 warning")
    assert "→ Did you mean FIN?" in finding.stderr


def test_findings_that_warn_end_with_zero(program: Program) -> None:
    assert program("prove", workspace=RecordingWorkspace(Outcome((), (), (WARNS,)))).code == 0


@pytest.mark.parametrize(
    ("failure", "code", "words"),
    [
        (FindingsError([FAILS]), 1, "Nothing was changed"),
        (NothingThereError("period 2026-01", ["2026-09"]), 2, "Available: 2026-09."),
        (LedgerBusyError("ledger", "process 7", "10 s"), 3, "held by process 7"),
        (
            PermissionError(13, "Permission denied", "ledger/x"),
            3,
            "Change its permissions, or choose",
        ),
        (OSError(28, "No space left on device"), 3, "Free some space, then run"),
        (
            sqlite3.OperationalError("disk is full"),
            3,
            "catalog could not be written: disk is full.",
        ),
        (ZeroDivisionError("integer division"), 3, "This is a bug in Apportion"),
        (MemoryError(), 3, "Out of memory"),
        (KeyboardInterrupt(), 130, "Completed work is kept"),
    ],
)
def test_each_failure_has_its_exit_code(
    program: Program, failure: BaseException, code: int, words: str
) -> None:
    finding = program("allocate", workspace=RecordingWorkspace(failure=failure))
    assert finding.code == code
    assert words in finding.message
    assert "Traceback" not in finding.stderr
    assert finding.stdout == b""


def test_a_bug_shows_how_to_get_the_trace(program: Program) -> None:
    wanted = RecordingWorkspace(failure=ZeroDivisionError("x"))
    assert "APPORTION_TRACE=1" in program("allocate", workspace=wanted).stderr
    traced = program("allocate", workspace=wanted, environment={"APPORTION_TRACE": "1"}).stderr
    assert "Traceback" in traced
    assert "ZeroDivisionError: x" in traced


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["report", "--peroid", "2026-09"], "Possible options: --period"),
        (["report", "--period", "2026-13"], "like 2026-09; found '2026-13'"),
        (["report", "--output", "xml"], "'xml'"),
        (["ingest"], "Missing argument"),
        (["allocate", "--wait", "-1"], "--wait"),
        (["explain"], "Name one thing to explain"),
        (["explain", "A", "--pool", "b"], "Name one thing to explain"),
        (["report", "--for-review", "-o", "csv"], "Name it with --section (unallocated, pools)"),
        (["report", "--section", "x"], "no table 'x'"),
        (["--settings", "none.toml", "allocate"], "none.toml: no such file"),
    ],
)
def test_wrong_use_ends_with_two(program: Program, arguments: list[str], words: str) -> None:
    finding = program(*arguments)
    assert finding.code == 2
    assert words in finding.message
    assert finding.stdout == b""


def test_quiet_leaves_data_and_what_fails(program: Program) -> None:
    answer = Outcome(("owner",), ({"owner": "A"},), (WARNS,), ("A sentence.",))
    finding = program("prove", "--quiet", workspace=RecordingWorkspace(answer))
    assert (finding.code, finding.stderr) == (0, "")
    assert "A" in finding.out
    finding = program("-q", "prove", workspace=RecordingWorkspace(Outcome((), (), (WARNS, FAILS))))
    assert finding.code == 1
    assert "P001" in finding.stderr
    assert "D001" not in finding.stderr


def test_steps_are_plain_lines_where_no_terminal_is(program: Program) -> None:
    assert "apportion: reading the lines\n" in program("allocate").stderr


def test_on_a_terminal_there_is_colour_and_without_it_there_is_none(program: Program) -> None:
    assert "\x1b[31m" in program("report", screen=True).out
    assert "\x1b" not in program("report").out
    assert "\x1b" not in program("report", screen=True, environment={"NO_COLOR": "1"}).out
    assert "\x1b" not in program("report", "--no-color", screen=True).out
    assert "\x1b" not in program("report", screen=True, environment={"TERM": "dumb"}).out
    assert "\x1b[31m" in program("report", environment={"FORCE_COLOR": "1"}).out


def test_on_a_terminal_data_cannot_move_the_cursor(program: Program) -> None:
    answer = Outcome(("owner",), ({"owner": "a\x1b[2Jb"},), (), ("said \x1b[2J",))
    for form in ("table", "csv", "json"):
        result = program(
            "report", "-o", form, "--no-color", screen=True, workspace=RecordingWorkspace(answer)
        )
        assert "\x1b[2J" not in result.out + result.stderr
    assert "\x1b[2J" in program("report", "-o", "csv", workspace=RecordingWorkspace(answer)).out


def test_a_table_fits_the_terminal(program: Program) -> None:
    result = program("report", "--no-color", screen=True, environment={"COLUMNS": "40"})
    assert "cost_center  =FIN\ndirect       1,234.11\n" in result.out


def test_review_shows_its_tables_or_one_of_them(program: Program) -> None:
    result = program("report", "--for-review")
    assert result.call == ("review", ("2026-08",), {"as_of": ""})
    assert result.out.startswith("Unallocated\ncost_center ")
    assert result.out.endswith("\nPools\nnone\n")
    assert set(json.loads(program("report", "--for-review", "-o", "json").stdout)) == {
        "unallocated",
        "pools",
    }
    assert program("report", "--section", "pools", "-o", "csv").out == "pool,total\n"


def test_explain_is_a_tree_or_rows(program: Program) -> None:
    result = program("explain", "FIN-100", "--period", "2026-09")
    assert result.call == ("explain_owner", ("FIN-100", "2026-09"), {"as_of": ""})
    lines = [" ".join(line.split()) for line in result.out.splitlines()]
    assert lines == [
        "FIN-100 100.00 USD",
        "├─ direct 60.00 USD",
        "└─ shared 40.00 USD",
        "ratio 40.0000 % · driver even · rulebook/2026-01.yaml:31:5",
    ]
    tree = json.loads(program("explain", "--pool", "p", "-o", "json").stdout)
    assert tree["children"][1]["facts"] == {"ratio": "0.40", "driver": "even"}
    rows = list(csv.DictReader(io.StringIO(program("explain", "--resource", "i", "-o", "csv").out)))
    assert [(row["level"], row["amount"]) for row in rows] == [
        ("0", "100.00"),
        ("1", "60.00"),
        ("1", "40.00"),
    ]


def test_a_deep_tree_is_cut_for_people_and_whole_for_programs(program: Program) -> None:
    result = program("explain", "FIN-100", "--depth", "1")
    assert "--depth" not in result.message
    deep = ExplanationNode(
        "FIN-100", children=(ExplanationNode("a", children=(ExplanationNode("b" * 200),)),)
    )

    class Deep(RecordingWorkspace):
        def explain_owner(self, owner: str, period: str, **options: Any) -> Explanation:
            assert (owner, period, options) == ("FIN-100", "2026-08", {"as_of": ""})
            return Explanation(deep)

    result = program("explain", "FIN-100", "--depth", "1", workspace=Deep())
    assert result.out == "FIN-100\n└─ a\n"
    assert "More levels: --depth 2." in result.message
    whole = program("explain", "FIN-100", workspace=Deep()).out
    assert whole.count("b") == 200
    assert max(map(len, whole.splitlines())) <= 100
    assert (
        "bbb" in program("explain", "FIN-100", "--depth", "1", "-o", "json", workspace=Deep()).out
    )


def test_rules_show_prints_the_rulebook_and_its_sql(program: Program) -> None:
    result = program("rules", "show", "--period", "2026-03")
    assert result.call == ("rules_in_force", ("2026-03",), {})
    assert result.out == (
        "# rulebook/2026-01.yaml, in force from 2026-01, sha256 ab12\n"
        "apportion: 1\n\n-- labels\nSELECT\n  1;\n"
    )
    assert program("rules", "show", "--sql").out == "-- labels\nSELECT\n  1;\n"
    shown = json.loads(program("rules", "show", "-o", "json").stdout)
    assert shown["statements"] == [{"step": "labels", "sql": "SELECT\n  1;"}]


def test_rules_schema_needs_neither_settings_nor_ledger(program: Program, tmp_path: Path) -> None:
    (tmp_path / "apportion.toml").unlink()
    assert "$schema" in json.loads(program("rules", "schema").stdout)
    program("rules", "schema", "--to", "rulebook.schema.json")
    assert "$schema" in json.loads((tmp_path / "rulebook.schema.json").read_bytes())


def test_the_ledger_is_listed_for_people_and_in_full_for_programs(program: Program) -> None:
    result = program("ledger", "history", "--period", "2026-08")
    assert result.workspace.calls == [("history", ("2026-08",), {})]
    assert "2026-10-03 12:00  ingest" in result.out
    rows = json.loads(program("ledger", "list", "-o", "json").stdout)
    assert rows[0]["at"] == "2026-10-03T12:00:00Z"


def test_settings_are_those_of_the_folder_or_of_the_option(
    program: Program, tmp_path: Path
) -> None:
    result = program("allocate")
    assert result.workspace.settings is not None
    assert result.workspace.settings.ledger == tmp_path / "ledger"
    (tmp_path / "other.toml").write_text('ledger = "elsewhere"')
    result = program("allocate", "--settings", "other.toml")
    assert result.workspace.settings is not None
    assert result.workspace.settings.ledger == tmp_path / "elsewhere"


@pytest.mark.parametrize(
    ("given", "ordered"),
    [
        ("report --quiet -p 1", "--quiet report -p 1"),
        ("report --settings x.toml -o csv", "--settings x.toml report -o csv"),
        ("report --settings=x.toml", "--settings=x.toml report"),
        ("--no-color report -q --all-findings", "--no-color -q --all-findings report"),
        ("ingest -- --quiet", "ingest -- --quiet"),
        ("report --settings", "--settings report"),
        ("", ""),
    ],
)
def test_global_options_may_stand_anywhere(given: str, ordered: str) -> None:
    assert globals_first(given.split()) == ordered.split()
