"""Values of a command that are used as they are, and values that Typer reads."""

from __future__ import annotations

import subprocess
import sys

#: Runs a command with the arguments; prints its values and whether pydantic was imported.
SCRIPT = """
import sys
from typing import Annotated
import typer
from apportion.cli.ui.help_pages import Command

app = typer.Typer()

@app.command(cls=Command)
def show(
    owner: str,
    period: Annotated[str, typer.Option()] = "",
    shown: Annotated[str, typer.Option(parser=str.upper)] = "",
    depth: int = 2,
) -> None:
    print(owner, period, shown, depth, "pydantic" in sys.modules, sep="|")

app(sys.argv[1:])
"""


def show(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout.strip()


def test_texts_and_defaults_are_used_without_pydantic() -> None:
    assert show("ECOM-200", "--period", "2026-09") == (0, "ECOM-200|2026-09||2|False")


def test_values_of_other_types_are_read_by_typer() -> None:
    assert show("A", "--shown", "b", "--depth", "3") == (0, "A||B|3|True")
    assert show("A", "--depth", "three") == (2, "")


def test_an_argument_that_is_missing_is_wrong_use() -> None:
    assert show() == (2, "")
