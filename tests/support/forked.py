"""Runs a program in a process that is forked from one that has imported everything already.

It does what it does in a process of its own, without a second for what it imports. Where the start
itself is tested, a test starts the program.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from multiprocessing import get_context
from pathlib import Path
from subprocess import CompletedProcess

import boto3

import preload


def run(
    main: Callable[[], object],
    *words: str,
    folder: Path,
    environment: Mapping[str, str],
    entered: str = "",
) -> CompletedProcess[str]:
    """Call `main`, a function at the top of a module, as the program of a process.

    Its arguments are `words`; it works in a folder, with this environment and no other; `entered`
    is what it reads from stdin.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload(preload.commands())
    with tempfile.TemporaryDirectory() as place:
        streams = [str(Path(place) / name) for name in ("in", "out", "err")]
        Path(streams[0]).write_text(entered, "utf-8")
        process = context.Process(
            target=_run, args=(main, words, str(folder), dict(environment), streams)
        )
        process.start()
        process.join()
        out, err = (Path(stream).read_text("utf-8") for stream in streams[1:])
    assert process.exitcode is not None
    return CompletedProcess(words, process.exitcode, out, err)


def _run(
    main: Callable[[], object],
    words: tuple[str, ...],
    folder: str,
    environment: dict[str, str],
    streams: list[str],
) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    boto3.DEFAULT_SESSION = None  # it was made with another environment
    for number, (stream, mode) in enumerate(zip(streams, "rww", strict=True)):
        with Path(stream).open(mode) as file:
            os.dup2(file.fileno(), number)
    sys.stdin = os.fdopen(0, "r", encoding="utf-8")
    sys.stdout = os.fdopen(1, "w", encoding="utf-8")
    sys.stderr = os.fdopen(2, "w", encoding="utf-8")
    sys.argv = ["program", *words]
    main()
