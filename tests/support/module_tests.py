"""Finds the tests of a module: `python tests/support/module_tests.py core/allocation/paths.py`.

`tests/unit` mirrors `src/apportion`: the tests of `core/proof.py` are `unit/core/test_proof.py` and
`test_proof_<aspect>.py`. A module without a file of its own is tested through the modules that
import it; then the files of the nearest of them are its tests.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "apportion"
UNIT = ROOT / "tests" / "unit"


def modules() -> list[Path]:
    """List all modules, relative to the package; `__init__.py` belongs to its folder."""
    found = (path.relative_to(SOURCE) for path in sorted(SOURCE.rglob("*.py")))
    return [path for path in found if path.stem != "__init__"]


def subjects(test: Path) -> list[Path]:
    """List the modules and packages that a unit test is named after: none, if it is misplaced."""
    folder = SOURCE / test.parent.relative_to(UNIT)
    name = test.stem.removeprefix("test_")
    there = sorted(folder.iterdir()) if folder.is_dir() else []
    packages = [path for path in there if (path / "__init__.py").is_file()]
    return [
        path.relative_to(SOURCE)
        for path in (*packages, *(path for path in there if path.suffix == ".py"))
        if name == path.stem or name.startswith(f"{path.stem}_")
    ]


def own_tests(module: Path) -> list[Path]:
    """List the unit tests that are named after a module or after the package it is in."""
    return sorted(
        test
        for test, named in _named().items()
        if module in named or any(package in named for package in module.parents)
    )


def nearest_tests(module: Path) -> tuple[int, list[Path]]:
    """Find a module's tests, and through how many imports they reach it; (-1, []) if none do."""
    seen, ring, steps = {module}, [module], 0
    while ring:
        found = sorted({test for one in ring for test in own_tests(one)})
        if found:
            return steps, found
        users = {user for one in ring for user in _users().get(one, ())}
        ring, steps = sorted(users - seen), steps + 1
        seen |= users
    return -1, []


@cache
def _named() -> dict[Path, list[Path]]:
    return {test: subjects(test) for test in sorted(UNIT.rglob("test_*.py"))}


@cache
def _users() -> dict[Path, set[Path]]:
    """Map each module to the modules that import it."""
    users: dict[Path, set[Path]] = {}
    for path in modules():
        for imported in _imports(path):
            users.setdefault(imported, set()).add(path)
    return users


def _imports(path: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse((SOURCE / path).read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            start = path.parent.parts if node.level else ()
            words = [*start, *(node.module or "").split(".")]
            base = Path(*(word for word in words if word and word != "apportion"))
            for name in ("", *(alias.name for alias in node.names)):
                file = (base / name).with_suffix(".py") if name or base.parts else None
                if file and (SOURCE / file).is_file():
                    yield file


def main() -> None:
    """Print the tests of the modules that are named."""
    for word in sys.argv[1:]:
        module = Path(word.partition("src/apportion/")[2] or word)
        for test in nearest_tests(module)[1]:
            sys.stdout.write(f"{test.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
