"""House rules that no linter knows. Keep them few; each says why."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

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


def test_files_say_what_they_are_for() -> None:
    silent = [
        str(file.relative_to(SOURCE))
        for file in FILES
        if not ast.get_docstring(ast.parse(file.read_text("utf-8")))
    ]
    assert silent == []


#: Here ratios are divided, which are whole numbers or fractions and never money.
DIVIDE_RATIOS = {"limits.py", "solve_graph.py", "weights.py"}


def test_money_is_divided_in_one_place() -> None:
    divisions = {
        file.name
        for file in FILES
        if {"core", "model"} & set(file.parts)
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if _divides(node)
    }
    # period.py counts years of months; templates.py joins a path.
    assert divisions - {"period.py", "templates.py"} == {"rounding.py", *DIVIDE_RATIOS}


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


def test_every_code_of_a_finding_is_told_once() -> None:
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
