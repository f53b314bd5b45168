"""Reads the pages of the documentation, and writes the parts of them that are generated.

Run as a program it writes those parts anew: `python tests/support/docs_pages.py`.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import typer

import apportion.model.findings
from apportion.cli.main import app
from apportion.cli.ui.listed_command import ListedCommand
from apportion.model.findings.finding import Code, Severity
from permissions_page import permissions, roles

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]

_BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_GENERATED = re.compile(
    r"(?P<begin><!-- generated: (?P<what>[^\n]+?) -->\n).*?(?P<end><!-- end -->)", re.DOTALL
)

#: The rooms of the catalogue, as their numbers begin and what they are about.
_ROOMS = {
    "bills": ("B0", "files of a bill"),
    "charges": ("B1", "columns of a bill"),
    "deliveries": ("L", "deliveries and the ledger"),
    "rules": ("R", "rulebooks, lookups and drivers"),
    "dimensions": ("D", "dimensions and pools"),
    "splits": ("S", "splits"),
    "proof": ("P", "the proof"),
    "invoices": ("I", "invoices"),
    "journals": ("J", "the chart map and journals"),
    "close": ("K", "the close of a month"),
    "budgets": ("F", "budgets"),
    "nowcast": ("N", "estimates of incomplete days"),
    "delivered": ("W", "reports sent by e-mail"),
    "cost_explorer": ("C", "Cost Explorer"),
    "exports": ("E", "exports in S3"),
    "accounts": ("A", "accounts, and tag keys in AWS"),
    "cost_categories": ("G", "AWS Cost Categories"),
    "tags": ("T", "the tag policy and tags"),
    "live_tags": ("T06", "tags on resources"),
}

#: Writes every help page, told to be eighty columns wide.
_HELP = """
import json, sys
from contextlib import redirect_stdout
from io import StringIO
from apportion.cli.main import run
from apportion.cli.session import Outside
pages = []
for command in json.loads(sys.argv[1]):
    with redirect_stdout(StringIO()) as page:
        assert run([*command, "--help"], Outside()) == 0
    pages.append(page.getvalue())
print(json.dumps(pages))
"""


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, what stands behind that, its text, and where it begins."""

    page: Path
    line: int
    language: str
    title: str
    text: str

    @property
    def place(self) -> str:
        """Name the block in a test."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


@dataclass(frozen=True)
class Call:
    """A command of a session, and the lines that a page says it wrote."""

    words: str
    shown: tuple[str, ...]


def blocks(page: Path, *languages: str) -> list[Block]:
    """List the fenced blocks of some languages."""
    text = page.read_text("utf-8")
    return [
        Block(page, text.count("\n", 0, m.start()) + 1, m[1], m[2].strip(), m[3])
        for m in _BLOCK.finditer(text)
        if m[1] in languages
    ]


def calls(block: Block) -> Iterator[Call]:
    """Take a session apart: `$ ` begins a command, what follows is its output."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, *shown = part.replace("\\\n", "").splitlines()
        yield Call(re.sub(r"\s+#\s.*", "", command), tuple(shown))


def commands() -> list[tuple[str, ...]]:
    """List the program itself and all its commands, groups before what is in them."""
    return list(_commands(typer.main.get_command(app), ()))


@cache
def help_pages() -> dict[tuple[str, ...], str]:
    """Ask for the help page of every command."""
    every = commands()
    done = subprocess.run(
        [sys.executable, "-c", _HELP, json.dumps(every)],
        env={**os.environ, "COLUMNS": "80", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(zip(every, json.loads(done.stdout), strict=True))


def catalogue() -> dict[str, tuple[Code, ...]]:
    """Read every room of the catalogue of findings."""
    folder = Path(str(apportion.model.findings.__file__)).parent
    found = {path.stem for path in folder.glob("*.py")} - {"__init__", "finding"}
    rooms = [*_ROOMS, *sorted(found - set(_ROOMS))]
    return {room: importlib.import_module(f"apportion.model.findings.{room}").ALL for room in rooms}


def generated(page: Path) -> str:
    """Write a page with its generated parts made anew."""
    return _GENERATED.sub(
        lambda m: f"{m['begin']}\n{_make(m['what'])}\n{m['end']}", page.read_text("utf-8")
    )


def generated_parts(page: Path) -> list[str]:
    """Name the generated parts of a page."""
    return [m["what"] for m in _GENERATED.finditer(page.read_text("utf-8"))]


def _make(what: str) -> str:
    if what == "findings":
        return "\n".join(_room(room, codes) for room, codes in catalogue().items())
    if what == "permissions":
        return permissions()
    if what == "roles":
        return roles()
    subject, *command = what.split()
    assert subject == "help", what
    return f"```text\n{help_pages()[tuple(command)].rstrip()}\n```\n"


def _room(room: str, codes: tuple[Code, ...]) -> str:
    letter, title = _ROOMS.get(room, (codes[0].number[:2], room.replace("_", " ")))
    lines = [f"## {letter}: {title}\n\n| Code | Severity | Finding | Meaning |\n|---|---|---|---|"]
    for code in sorted(codes, key=lambda one: one.number):
        severity = f"**{code.severity}**" if code.severity is Severity.ERROR else code.severity
        meaning = code.meaning.replace("|", r"\|")
        lines.append(f"| {code.number} | {severity} | {code.title} | {meaning} |")
    return "\n".join([*lines, ""])


def _commands(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield path
    loaded = command.load() if isinstance(command, ListedCommand) else command
    for name, inner in getattr(loaded, "commands", {}).items():
        yield from _commands(inner, (*path, name))


def main() -> None:
    """Write the generated parts of every page."""
    for page in PAGES:
        page.write_text(generated(page), "utf-8")


if __name__ == "__main__":
    main()
