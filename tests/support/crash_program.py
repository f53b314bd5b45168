"""Runs the program as a process of its own that can be killed at any moment, or before any change.

A server that has imported everything once forks itself for each run, so that a run takes as long as
its work does.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

import preload
from apportion.cli.main import main

_CHANGES = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "sqlite3.connect")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def start(folder: Path, *arguments: str, die_at: int = 0) -> BaseProcess:
    """Start `apportion ARGUMENTS` in a folder; its output goes to the file `output` of the folder.

    With `die_at` = n it kills itself just before its n-th change of a file below the folder.
    """
    return _start(folder, arguments, die_at, None)


def copies_before_every_change(folder: Path, *arguments: str, to: Path) -> list[Path]:
    """Run `apportion ARGUMENTS`, and copy the folder before every change of a file; in order.

    A process that is killed leaves its files as they are at that moment, a journal of SQLite and
    what is staged among them: each copy is what a kill just there would have left.
    """
    to.mkdir(parents=True)
    process = _start(folder, arguments, 0, str(to))
    process.join()
    assert process.exitcode == 0, output_of(folder)
    return sorted(to.iterdir())


def _start(folder: Path, arguments: tuple[str, ...], die_at: int, to: str | None) -> BaseProcess:
    context = get_context("forkserver")
    context.set_forkserver_preload(preload.commands())
    process = context.Process(target=_run, args=(str(folder), arguments, die_at, to))
    process.start()
    return process


def output_of(folder: Path) -> str:
    """What the last run wrote to stdout and stderr."""
    return (folder / "output").read_text("utf-8", "replace")


def _run(folder: str, arguments: tuple[str, ...], die_at: int, to: str | None) -> None:
    os.chdir(folder)
    with Path("output").open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    # What the test was started with must not decide what its programs do.
    for name in [name for name in os.environ if name.startswith("APPORTION_")]:
        del os.environ[name]
    sys.stdout = os.fdopen(1, "w", encoding="utf-8")
    sys.stderr = os.fdopen(2, "w", encoding="utf-8")
    sys.argv = ["apportion", *arguments]
    if die_at:
        die_before(die_at, folder)
    if to:
        _before_every_change(folder, lambda number: _copy(folder, f"{to}/{number:04d}"))
    main()


def die_before(count: int, folder: str) -> None:
    """Kill this process just before its n-th change of a file below a folder."""

    def die(number: int) -> None:
        if number == count:
            os.kill(os.getpid(), signal.SIGKILL)

    _before_every_change(folder, die)


def _copy(folder: str, to: str) -> None:
    shutil.copytree(folder, to, ignore=shutil.ignore_patterns(".lock*", "output"))


def _before_every_change(folder: str, act: Callable[[int], None]) -> None:
    seen, acting = 0, False

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen, acting
        if not acting and _changes(event, arguments) and folder in str(arguments[0]):
            seen, acting = seen + 1, True
            act(seen)
            acting = False

    sys.addaudithook(watch)


def _changes(event: str, arguments: tuple[object, ...]) -> bool:
    """Tell whether an audited event is about to change a file; those of SQLite are not seen."""
    if event == "open":
        _, mode, flags = arguments
        return bool(set(str(mode)) & set("wxa+")) or bool(int(str(flags)) & _WRITING)
    return event in _CHANGES
