"""The pages as a whole: what is generated is up to date, links lead somewhere, commands exist."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer

from apportion.cli.main import app, globals_first
from apportion.usecases.settings import DEFAULTS, variable
from docs_pages import (
    DOCS,
    PAGES,
    ROOT,
    Call,
    blocks,
    calls,
    catalogue,
    commands,
    generated,
    generated_parts,
)

LINES = [
    pytest.param(call, id=f"{block.place} {call.words[:40]}")
    for page in PAGES
    for block in blocks(page, "console")
    for call in calls(block)
]


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if generated_parts(page)],
    ids=lambda p: p.name,
)
def test_the_generated_parts_are_up_to_date(page: Path) -> None:
    assert page.read_text("utf-8") == generated(page), "run: python tests/support/docs_pages.py"


def test_there_are_generated_parts() -> None:
    assert sum(len(generated_parts(page)) for page in PAGES) > 50


def test_every_command_has_its_page() -> None:
    result = generated_parts(DOCS / "reference/commands.md")
    assert sorted(result) == sorted(" ".join(["help", *command]) for command in commands())


def test_every_code_that_a_page_names_exists() -> None:
    known = {code.number for codes in catalogue().values() for code in codes}
    named = {
        (page.name, number)
        for page in PAGES
        for number in re.findall(r"\b[A-Z]\d{3}\b", page.read_text("utf-8"))
    }
    assert len(named) > 50
    assert {pair for pair in named if pair[1] not in known} == set()


@pytest.mark.parametrize("call", LINES)
def test_a_command_of_a_page_can_be_called_so(call: Call) -> None:
    for words in re.split(r" \| | && | > ", call.words):
        program, *arguments = shlex.split(words)
        if program == "apportion":
            parsed(typer.main.get_command(app), globals_first(arguments))
        else:
            assert program in {"make", "cd"}
            assert program != "make" or f"\n{arguments[0]}:" in (ROOT / "Makefile").read_text()


def parsed(command: Any, arguments: list[str]) -> None:
    """Read arguments as the program does, without running it; what is wrong raises."""
    context = command.make_context(command.name, list(arguments), obj=None)
    inner = getattr(command, "commands", None)
    if inner:
        rest = [*context._protected_args, *context.args]
        assert rest[0] in inner, arguments
        parsed(inner[rest[0]], rest[1:])


def test_there_are_commands_to_check() -> None:
    assert len(LINES) > 20


def test_links_lead_somewhere() -> None:
    links = [
        (page, link)
        for page in PAGES
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
        if "://" not in link
    ]
    assert len(links) > 30
    assert [link for page, link in links if not (page.parent / link).resolve().exists()] == []


def test_pages_that_are_linked_to_by_heading_have_it() -> None:
    for page in PAGES:
        for target, heading in re.findall(r"\]\(([\w./-]+\.md)#([^)]+)\)", page.read_text("utf-8")):
            text = (page.parent / target).read_text("utf-8")
            titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
            assert heading in {title.lower().replace(" ", "-") for title in titles}


def test_the_index_names_every_page() -> None:
    """Every page but the decisions, which have a list of their own."""
    index = (DOCS / "README.md").read_text("utf-8")
    pages = [page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")]
    own_list = "explanation/decisions/"
    missing = [p for p in pages if f"({p})" not in index and not p.startswith(own_list)]
    assert missing == ["README.md"]
    assert f"({own_list}README.md)" in index


def test_settings_are_documented() -> None:
    page = (DOCS / "reference/commands.md").read_text("utf-8")
    for key, value in DEFAULTS.items():
        assert f"| `{key}` | `{value}` |" in page
        assert f"`{variable(key)}`" in page


def test_the_readme_has_the_python_version_of_the_package() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert f"Python {wanted.removeprefix('>=')} or later" in (ROOT / "README.md").read_text("utf-8")
