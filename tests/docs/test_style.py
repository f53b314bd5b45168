"""House rules that no linter knows. Keep them few; each says why."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

import module_tests

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "apportion"
FILES = sorted(SOURCE.rglob("*.py"))
TEXTS = [
    path
    for folder in ("src", "tests", "docs", "bench", "examples")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in {".py", ".sql", ".md", ".yaml", ".toml", ".csv", ".json"}
]


def test_there_is_something_to_check() -> None:
    assert len(FILES) > 50  # a check that checks nothing passes forever
    assert len(TEXTS) > 100


def test_files_fit_in_one_sitting() -> None:
    assert [f.name for f in FILES if len(f.read_text("utf-8").splitlines()) > 400] == []


def test_functions_fit_on_a_screen() -> None:
    long = [
        f"{file.relative_to(SOURCE)}:{node.lineno} {node.name}"
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 50
    ]
    assert long == []


def test_files_show_what_they_are_for() -> None:
    silent = [
        str(file.relative_to(SOURCE))
        for file in FILES
        if not ast.get_docstring(ast.parse(file.read_text("utf-8")))
    ]
    assert silent == []


#: Here ratios are divided, which are whole numbers or fractions and never money.
DIVIDE_RATIOS = {"limits.py", "solve_graph.py", "solve_large_group.py", "weights.py"}


def test_money_is_divided_in_one_place() -> None:
    divisions = {
        file.name
        for file in FILES
        if {"core", "model"} & set(file.parts)
        if not _estimates(file)
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if _divides(node)
    }
    # period.py counts years of months; templates.py joins a path.
    assert divisions - {"period.py", "templates.py"} == {"rounding.py", *DIVIDE_RATIOS}


def test_amounts_and_shares_become_text_in_one_place() -> None:
    """So that pages, reviews and messages write `1,234.50 USD` and `12.3 %` alike."""
    written = {
        what: {path.name for path in FILES if re.search(pattern, path.read_text("utf-8"))}
        for what, pattern in (
            ("amount", r",\.2f\}"),
            ("share", r"\* 100:|:\.\d%\}"),
        )
    }
    assert written == {"amount": {"cents.py"}, "share": set()}


def _estimates(file: Path) -> bool:
    """Factors and errors of estimates are statistics; they are in no table and no proof."""
    return file.relative_to(SOURCE).parts[:2] == ("core", "nowcast")


def _divides(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Div | ast.FloorDiv)
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "divmod"


def test_money_never_touches_float() -> None:
    floats = [
        f"{file.name}:{node.lineno}"
        for file in FILES
        if {"core", "model", "usecases"} & set(file.parts)
        if file.name not in {"settings.py", "suggestions.py"}  # how alike two words are is no money
        if not _estimates(file)
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "float")
    ]
    assert floats == []


@pytest.mark.parametrize(
    "pattern",
    [r"/work/", r"(?<![\w.])/root/", r"\bTODO\b", r"\bFIXME\b", r"mock\.patch", r"monkeypatch"],
)
def test_texts_hold_nothing_of_a_machine_or_a_day(pattern: str) -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in TEXTS
        if path != Path(__file__) and re.search(pattern, path.read_text("utf-8"))
    ]
    assert found == []


def test_every_code_of_a_finding_is_documented_once() -> None:
    rooms = [
        importlib.import_module(f"apportion.model.findings.{path.stem}")
        for path in sorted((SOURCE / "model" / "findings").glob("*.py"))
        if path.stem not in {"__init__", "finding"}
    ]
    codes = [code for room in rooms for code in room.ALL]
    numbers = [code.number for code in codes]
    assert len(numbers) > 40
    assert sorted(set(numbers)) == sorted(numbers)
    assert [code.number for code in codes if not code.meaning.endswith(".")] == []


def test_the_readme_s_commands_are_the_makefile_s() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)\b", readme))
    assert named
    assert named <= targets


#: Modules that more imports than this part from a test are named below.
MAX_IMPORTS = 2
#: What only whole commands reach, and the test that runs them.
BY_STORY = {
    "core/reporting/review_topics.py": "tests/unit/usecases/reports/test_month_review.py",
    "core/reporting/workbook.py": "tests/unit/reports/test_excel.py",
    "core/tags/generated_outputs.py": "tests/unit/cli/commands/test_tag_generate.py",
    "core/tags/iac/check.py": "tests/unit/cli/commands/test_tag_check.py",
    "core/tags/iac/patch.py": "tests/unit/cli/commands/test_tag_check.py",
    "core/tags/iac/terraform_module.py": "tests/unit/cli/commands/test_tag_generate.py",
    "core/tags/remediation/fix_plan.py": "tests/unit/usecases/tags/test_scan.py",
    "core/tags/remediation/suggestions.py": "tests/unit/cli/commands/test_tags.py",
    "ledger/repair.py": "tests/unit/usecases/runs/test_repair.py",
    "sources/rules_history.py": "tests/unit/usecases/reports/test_month_review.py",
    "usecases/reports/workbook.py": "tests/unit/reports/test_excel.py",
    "usecases/tags/coverage.py": "tests/unit/cli/commands/test_tags.py",
    "usecases/tags/fix.py": "tests/unit/usecases/tags/test_scan.py",
    "usecases/tags/suggest.py": "tests/unit/cli/commands/test_tags.py",
    "usecases/tags/untagged.py": "tests/unit/cli/commands/test_tags.py",
}


def test_unit_tests_lie_as_the_source_does() -> None:
    """Each is `test_<module>.py` or `test_<module>_<aspect>.py` in the folder of its module."""
    tests = sorted(module_tests.UNIT.rglob("*.py"))
    assert len(tests) > 100
    misplaced = [test for test in tests if not module_tests.subjects(test)]
    assert [str(test.relative_to(ROOT)) for test in misplaced] == []


def test_every_module_is_reached_by_a_test_that_its_name_leads_to() -> None:
    """Its own test, or that of a module which imports it: `tests/support/module_tests.py`."""
    inside = [
        module
        for module in module_tests.modules()
        if module.parts[0] in {"core", "usecases", "sources", "ledger"}
    ]
    assert len(inside) > 150
    far = {
        module.as_posix()
        for module in inside
        if not 0 <= module_tests.nearest_tests(module)[0] <= MAX_IMPORTS
    }
    assert far == set(BY_STORY)
    assert [story for story in BY_STORY.values() if not (ROOT / story).is_file()] == []


def test_helpers_are_apart_from_tests() -> None:
    """No test file imports another: what two of them need stands in `tests/support`."""
    found = [
        str(test.relative_to(ROOT))
        for test in sorted((ROOT / "tests").rglob("*.py"))
        if re.search(r"^(from|import) test_", test.read_text("utf-8"), re.MULTILINE)
    ]
    assert found == []
