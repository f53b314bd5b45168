"""Measure what a user waits for: commands on the demo, with the start of Python.

    python bench/commands.py [--rounds 3] [--keep FOLDER] [--only WORD]

Every command runs as a process of its own, and each round runs all of them, so that a machine whose
speed drifts does not favour one. Modules are compiled before, as pip does at installation. CPU
seconds are those of the process on all cores. While other work runs on the machine, wall seconds
say little: the load is printed with the table.
"""

from __future__ import annotations

import argparse
import compileall
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import apportion

APPORTION = str(Path(sys.executable).with_name("apportion"))
PERIOD = "2026-09"
OWNER = "ECOM-200"
BILL = "bills/larkmoor-cur2-restated"  # the delivery of 2026-08 that is in force
#: The rule that `allocate, a rule changed` changes.
SPLIT = re.compile(r"SUP-300: \d+, ECOM-200: \d+")


@dataclass(frozen=True)
class Waited:
    """Seconds of one process."""

    cpu: float
    wall: float


@dataclass(frozen=True)
class Command:
    """A command, what is done before it, and how many seconds it may take: CPU, or wall."""

    name: str
    arguments: Sequence[str]
    bar: float | None = None
    before: Callable[[Path, int], None] = lambda _folder, _number: None
    environment: Mapping[str, str] = field(default_factory=dict)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--keep", type=Path, help="make the demo in this folder, or use what is there"
    )
    parser.add_argument("--only", default="", help="only commands with this word in their name")
    asked = parser.parse_args()
    compileall.compile_dir(Path(apportion.__file__).parent, quiet=1)
    with TemporaryDirectory(prefix="apportion-bench-") as scratch:
        folder = asked.keep or Path(scratch) / "demo"
        if not folder.exists():
            _wait([APPORTION, "--quiet", "demo", str(folder)], Path(scratch))
        measured: dict[str, list[Waited]] = {}
        for number in range(asked.rounds):
            for command in COMMANDS:
                if asked.only in command.name:
                    command.before(folder, number)
                    measured.setdefault(command.name, []).append(_run(command, folder))
            if asked.only in FIRST_PAGE:
                measured.setdefault(FIRST_PAGE, []).append(_first_page(folder))
    _print(measured)


def _run(command: Command, folder: Path) -> Waited:
    started = [*command.arguments] if command.name == PYTHON else [APPORTION, *command.arguments]
    return _wait(started, folder, command.environment)


def _wait(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
) -> Waited:
    begun = time.perf_counter()
    process = subprocess.Popen(
        arguments,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = process.stderr.read()
    waited, code = _ended(process, begun)
    if code not in (0, 1):  # 1: findings that fail
        sys.exit(f"{' '.join(arguments)} failed:\n{said}")
    return waited


def _ended(process: subprocess.Popen[str], begun: float) -> tuple[Waited, int]:
    _pid, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    return Waited(used.ru_utime + used.ru_stime, wall), process.returncode


def _first_page(folder: Path) -> Waited:
    """From `serve` to the first page, without aggregates of an earlier start."""
    shutil.rmtree(folder / "ledger" / "aggregates", ignore_errors=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    begun = time.perf_counter()
    process = subprocess.Popen(
        [APPORTION, "serve", "--port", str(port)], cwd=folder, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if f":{port}/" in line:
            break
    urllib.request.urlopen(f"http://127.0.0.1:{port}/overview").read()
    wall = time.perf_counter() - begun
    process.send_signal(2)
    waited, _code = _ended(process, begun)
    return Waited(waited.cpu, wall)


def _change_rule(folder: Path, number: int) -> None:
    (rulebook,) = (folder / "rulebook").glob("*.yaml")
    share = 20 + number + int(time.time()) % 40  # another one than in an earlier measurement
    text, changed = SPLIT.subn(
        f"SUP-300: {share}, ECOM-200: {85 - share}", rulebook.read_text("utf-8")
    )
    assert changed == 1
    rulebook.write_text(text, "utf-8")


def _remove(name: str) -> Callable[[Path, int], None]:
    def remove(folder: Path, _number: int) -> None:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    return remove


def _print(measured: Mapping[str, Sequence[Waited]]) -> None:
    bars = {command.name: command.bar for command in COMMANDS} | {FIRST_PAGE: 3.0}
    rounds = max(map(len, measured.values()))
    print(f"Median of {rounds} (range); load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores\n")
    print("| command | CPU s | wall s | bar |\n|---|---|---|---|")
    for name, runs in measured.items():
        bar = "" if bars[name] is None else f"{bars[name]:.1f}"
        cpu, wall = ([getattr(run, kind) for run in runs] for kind in ("cpu", "wall"))
        print(f"| {name} | {_spread(cpu)} | {_spread(wall)} | {bar} |")


def _spread(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds):.2f} ({min(seconds):.2f}-{max(seconds):.2f})"


PYTHON = "python -c pass"
FIRST_PAGE = "serve, to the first page"
_OF_MONTH = ("--period", PERIOD)
COMMANDS = (
    Command(PYTHON, (sys.executable, "-c", "pass")),
    Command("--help", ("--help",), 0.2),
    Command("report --help", ("report", "--help"), 0.2),
    Command(
        "completion of a command",
        (),
        0.2,
        environment={
            "_APPORTION_COMPLETE": "complete_bash",
            "COMP_WORDS": "apportion re",
            "COMP_CWORD": "1",
        },
    ),
    Command("ledger list", ("ledger", "list"), 1.5),
    Command("report", ("report", *_OF_MONTH), 1.5),
    Command("explain", ("explain", OWNER, *_OF_MONTH), 1.5),
    Command("compare", ("compare", PERIOD), 1.5),
    Command("prove", ("prove", *_OF_MONTH), 1.5),
    Command("tags coverage", ("tags", "coverage", *_OF_MONTH), 1.5),
    Command("workbook", ("workbook", *_OF_MONTH, "--to", "bench.xlsx"), 1.5, _remove("bench.xlsx")),
    Command("review", ("review", *_OF_MONTH, "--to", "bench-review"), 1.5, _remove("bench-review")),
    Command("focus", ("focus", *_OF_MONTH, "--to", "bench-focus"), None, _remove("bench-focus")),
    Command("ingest, the same bytes", ("ingest", BILL)),
    Command("allocate, unchanged", ("allocate", *_OF_MONTH)),
    Command("allocate, a rule changed", ("allocate", *_OF_MONTH), 1.0, _change_rule),
)


if __name__ == "__main__":
    main()
