"""The real program, as a process: exit codes, pipes, colours, Ctrl-C, and how quick its help is."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = [str(Path(sys.executable).with_name("apportion"))]
COMMANDS = [
    [],
    ["init"],
    ["demo"],
    ["ingest"],
    ["allocate"],
    ["prove"],
    ["report"],
    ["explain"],
    ["rules"],
    ["rules", "check"],
    ["rules", "show"],
    ["rules", "schema"],
    ["ledger"],
    ["ledger", "list"],
    ["ledger", "history"],
    ["cost-explorer"],
    ["cost-explorer", "costs"],
    ["cost-explorer", "resources"],
    ["cost-explorer", "tags"],
    ["cost-explorer", "policy"],
]
HEAVY = {
    *(
        "boto3",
        "duckdb",
        "filelock",
        "numpy",
        "pandas",
        "polars",
        "pyarrow",
        "pydantic",
        "pyiceberg",
    ),
    *("rich", "sqlglot", "yaml"),
}

#: Opens each help page in one process, and prints the heavy libraries that this imported.
HELP_PAGES = """
import json, sys
from contextlib import redirect_stdout
from io import StringIO
from apportion.cli.main import run
from apportion.cli.session import Outside
pages = []
heavy = {}
for command in json.loads(sys.argv[1]):
    with redirect_stdout(StringIO()) as page:
        assert run([*command, "--help"], Outside()) == 0
    pages.append(page.getvalue())
    heavy[" ".join(command)] = sorted(set(json.loads(sys.argv[2])) & set(sys.modules))
print(json.dumps({"pages": pages, "heavy": heavy}))
"""

#: A workspace that works until it is interrupted.
SLOW = """
import sys, time
from pathlib import Path
from typing import Any
from apportion.cli.main import run
from apportion.cli.session import Outside

class Slow:
    def __init__(self, say):
        self.say = say
    def allocate(self, periods=(), *, wait=0):
        self.say("at work")
        time.sleep(86400)

outside = Outside(open=lambda _settings, say: Slow(say), folder=Path(sys.argv[1]))
sys.exit(run(["allocate"], outside))
"""


QUIET_LINE = "error: Interrupted. Completed work is kept; unfinished work is discarded.\n"

#: A query that never ends, and Ctrl-C once it runs, in a thread as a terminal would send it.
IN_A_QUERY = """
import os, signal, sys, threading
from pathlib import Path
import duckdb
from apportion.cli.interrupts import Interrupts
from apportion.cli.main import run
from apportion.cli.session import Outside

# DuckDB looks for signals between the tasks of the main thread alone: with one thread it has all.
ENDLESS = "SELECT count(*) FROM range(1000000000000000) a WHERE a.range * 3 % 7 = 3"

class Slow:
    def __init__(self, say):
        self.say = say
    def allocate(self, periods=(), *, wait=0):
        self.say("at work")
        threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        duckdb.connect(config={"threads": 1}).execute(ENDLESS)

interrupts = Interrupts()
interrupts.watch()
outside = Outside(
    open=lambda _settings, say: Slow(say),
    folder=Path(sys.argv[1]),
    interrupted=lambda: interrupts.seen,
)
sys.exit(run(["allocate"], outside))
"""

#: The program, with Ctrl-C as it begins to import a module.
IMPORTING = """
import os, signal, sys
from importlib.abc import MetaPathFinder

MODULE = sys.argv.pop(1)

class AtImport(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == MODULE:
            os.kill(os.getpid(), signal.SIGINT)

sys.argv.append("--version")
sys.meta_path.insert(0, AtImport())
from apportion.cli.entry_point import main
main()
"""


def environment(**more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {"COLUMNS": "80", "PYTHONUTF8": "1"} | more


def program(*arguments: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments],
        cwd=folder,
        env=environment(**more),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def help_pages() -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", HELP_PAGES, json.dumps(COMMANDS), json.dumps(sorted(HEAVY))],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_help_brings_in_nothing_heavy(help_pages: dict[str, Any]) -> None:
    heavy = help_pages["heavy"]
    assert len(heavy) == len(COMMANDS)
    assert {name for names in heavy.values() for name in names} == set()


def test_every_page_has_an_example_and_fits_eighty_columns(
    help_pages: dict[str, Any],
) -> None:
    assert len(help_pages["pages"]) == len(COMMANDS)
    for command, page in zip(COMMANDS, help_pages["pages"], strict=True):
        usage, _, rest = page.partition("\n")
        assert usage.startswith(" ".join(["Usage: apportion", *command]))
        assert f"Examples:\n  {' '.join(['apportion', *command])}" in rest
        assert max(map(len, page.splitlines())) <= 80, page


def test_every_command_is_listed(help_pages: dict[str, Any]) -> None:
    first = help_pages["pages"][0]
    for command in COMMANDS[1:]:
        assert f"\n  {command[0]} " in first


def test_version(tmp_path: Path) -> None:
    done = program("--version", folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "apportion 0.1.0\n", "")


def test_without_arguments_the_page_is_shown(tmp_path: Path) -> None:
    done = program(folder=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: apportion [OPTIONS] COMMAND")


def test_wrong_use_is_two_and_shows_where_help_is(tmp_path: Path) -> None:
    done = program("report", "--nonsense", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "See `apportion report --help`." in done.stderr


def test_without_settings_is_two_and_shows_what_to_do(tmp_path: Path) -> None:
    done = program("report", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "apportion init" in " ".join(done.stderr.split())


def test_a_started_folder_is_ready_to_be_checked(tmp_path: Path) -> None:
    assert program("init", folder=tmp_path).returncode == 0
    done = program("rules", "check", "--output", "json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)
    assert row["rulebook"] == "rulebook/2020-01.yaml"


def test_findings_that_fail_are_one(tmp_path: Path) -> None:
    program("init", folder=tmp_path)
    rulebook = tmp_path / "rulebook" / "2020-01.yaml"
    rulebook.write_text(rulebook.read_text().replace("dimensions:", "dimensoins:"))
    done = program("rules", "check", "--quiet", folder=tmp_path)
    assert done.returncode == 1
    assert "rulebook/2020-01.yaml:" in done.stderr
    assert "dimensoins" in done.stderr


def test_a_failed_operation_is_three_and_names_the_file(tmp_path: Path) -> None:
    done = program("rules", "schema", "--to", "no/such/folder.json", folder=tmp_path)
    assert done.returncode == 3
    assert "no such file or directory" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_reader_that_stops_reading_is_no_error(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*PROGRAM, "rules", "schema"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_interrupted_is_130_and_shows_what_stands(tmp_path: Path) -> None:
    (tmp_path / "apportion.toml").write_text("")
    with subprocess.Popen(
        [sys.executable, "-c", SLOW, str(tmp_path)],
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "apportion: at work\n"
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == QUIET_LINE
        assert process.wait() == 130


def test_ctrl_c_in_a_query_is_no_bug(tmp_path: Path) -> None:
    """DuckDB makes a RuntimeError of it, which the note of Ctrl-C distinguishes from a bug."""
    (tmp_path / "apportion.toml").write_text("")
    with subprocess.Popen(
        [sys.executable, "-c", IN_A_QUERY, str(tmp_path)],
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "apportion: at work\n"
        assert process.stderr.read() == QUIET_LINE
        assert process.wait() == 130


@pytest.mark.parametrize("module", ["typer", "apportion.cli.session"])
def test_ctrl_c_while_modules_are_imported(tmp_path: Path, module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTING, module],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr, done.stdout) == (130, QUIET_LINE, "")


def test_who_ignores_ctrl_c_from_outside_is_not_interrupted(tmp_path: Path) -> None:
    ignoring = f"import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n{IMPORTING}"
    done = subprocess.run(
        [sys.executable, "-c", ignoring, "typer"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "apportion 0" in done.stdout


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"TERM": "xterm"}, ["\x1b[1;31m"]),
        ({"TERM": "xterm", "NO_COLOR": "1"}, []),
        ({"TERM": "dumb"}, []),
    ],
)
def test_colour_on_a_real_terminal(
    tmp_path: Path, more: dict[str, str], expected: list[str]
) -> None:
    own, others = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, "report"], cwd=tmp_path, env=environment(**more), stdout=others, stderr=others
    )
    os.close(others)
    assert process.wait() == 2
    message = os.read(own, 65536).decode()
    os.close(own)
    assert "error:" in message
    assert re.findall(r"\x1b\[[^m]*m(?=error)", message) == expected
    assert ("\x1b" in message) is bool(expected)


def test_text_leaves_as_utf8_even_where_the_locale_cannot(tmp_path: Path) -> None:
    more = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    done = program("init", folder=tmp_path, **more)
    assert done.returncode == 0
    assert "Created a starter in" in done.stderr


def test_completion_knows_the_commands(tmp_path: Path) -> None:
    more = {
        "_APPORTION_COMPLETE": "complete_bash",
        "COMP_WORDS": "apportion ru",
        "COMP_CWORD": "1",
    }
    done = program(folder=tmp_path, **more)
    assert done.stdout.split() == ["rules"]
