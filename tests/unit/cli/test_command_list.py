"""The list of commands, from which help and completion are made, is true of the commands."""

from __future__ import annotations

import os
import subprocess
import sys
from inspect import cleandoc
from pathlib import Path

import pytest

import apportion.cli.commands
from apportion.cli.command_list import AWS, PROGRAM, TAGS
from apportion.cli.ui.listed_command import Listed, ListedCommand, commands_of

LISTS = {"": PROGRAM, "tags ": TAGS, "aws ": AWS}
EVERY = [
    pytest.param(name, line, id=f"{group}{name}")
    for group, listed in LISTS.items()
    for name, line in listed.items()
]

#: Modules that add commands to a group which is imported whole.
INNER = {"ledger_expire"}


@pytest.mark.parametrize(("name", "line"), EVERY)
def test_a_line_is_the_first_line_of_the_command(name: str, line: Listed) -> None:
    command = ListedCommand(name, line).load()
    assert cleandoc(command.help).partition("\n")[0] == line.summary


def test_no_command_is_missing() -> None:
    folder = Path(str(apportion.cli.commands.__file__)).parent
    with_commands = {
        path.stem for path in folder.glob("*.py") if "def add_to(" in path.read_text("utf-8")
    }
    listed = {line.module for lines in LISTS.values() for line in lines.values()}
    assert with_commands - INNER == listed
    for lines in LISTS.values():
        for module in {line.module for line in lines.values()}:
            named = {name for name, line in lines.items() if line.module == module}
            assert set(commands_of(module)) == named


def complete(words: str) -> tuple[list[str], set[str]]:
    """Complete the last word; returns what is offered, and the modules of commands imported."""
    script = (
        "import sys\n"
        "from apportion.cli.entry_point import main\n"
        "try:\n    main()\n"
        "finally:\n    print(*sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={
            "PATH": os.environ["PATH"],
            "_APPORTION_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split(" ")) - 1),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    package = "apportion.cli.commands."
    modules = {name.removeprefix(package) for name in done.stderr.split() if package in name}
    assert "pydantic" not in done.stderr.split()
    return done.stdout.split(), modules


def test_completion_of_commands_imports_none() -> None:
    assert complete("apportion re") == (["report", "review"], set())
    assert complete("apportion ") == (list(PROGRAM), set())
    assert complete("apportion tags c") == (["check-policy", "coverage", "check"], {"tags"})


def test_completion_of_options_imports_their_command() -> None:
    assert complete("apportion report --for") == (["--for-review"], {"report"})
