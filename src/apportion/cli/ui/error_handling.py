"""How a command ends: each kind of failure becomes a sentence and an exit code."""

from __future__ import annotations

import errno
import sqlite3
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, cast

import typer

from apportion.cli.interrupts import INTERRUPTED, SENTENCE
from apportion.cli.session import Outside
from apportion.model.errors.base import ApportionError, FindingsError

from .console import Console, ReaderGoneError

FINE = 0
WRONG_USE = 2
FAILED = 3

TRACE = "APPORTION_TRACE"

_PERMISSIONS = "Change its permissions, or choose another place."
_REMEDIES = {
    errno.EACCES: _PERMISSIONS,
    errno.EPERM: _PERMISSIONS,
    errno.EROFS: _PERMISSIONS,
    errno.ENOENT: "Check the path: the folder has to exist.",
    errno.ENOTDIR: "Check the path: a part of it is not a folder.",
    errno.EISDIR: "Name a file, not a folder.",
    errno.ENOSPC: "Free some space, then run the command again.",
}

#: Click's or Typer's own root of usage errors: which of both it is depends on Typer's version.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]


class _Usage(Protocol):
    ctx: typer.Context | None

    def format_message(self) -> str: ...


@dataclass
class ExitResult:
    """The exit code that a command ends with."""

    code: int = FINE


@contextmanager
def ending(console: Console, outside: Outside) -> Iterator[ExitResult]:
    """Turn exceptions into a message and an exit code; only SystemExit passes."""
    end = ExitResult()
    try:
        yield end
        if end.code == INTERRUPTED:  # Typer catches Ctrl-C and gives its code back
            raise KeyboardInterrupt  # noqa: TRY301 - reported in one place
    except ReaderGoneError:
        end.code = FINE
        _leave_stdout_quietly(outside)
    except (KeyboardInterrupt, typer.Abort):
        console.error(SENTENCE)
        end.code = INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last place where an error can be reported
        if outside.interrupted():  # a library made an error of its own of Ctrl-C
            console.error(SENTENCE)
            end.code = INTERRUPTED
        else:
            end.code = report_error(error, console, outside.environment)


def report_error(error: Exception, console: Console, environment: Mapping[str, str]) -> int:
    """Show the error in one sentence, and return the exit code."""
    traced = bool(environment.get(TRACE))
    if traced:
        console.trace("".join(traceback.format_exception(error)))
    if isinstance(error, FindingsError):
        console.findings(error.findings)
        console.error(f"{_stands(error)}. Correct the findings, then run the command again.")
        return error.exit_code
    if isinstance(error, ApportionError):
        console.error(str(error))
        return error.exit_code
    if isinstance(error, _UsageError):
        return _tell_usage(error, console)
    if isinstance(error, OSError):
        console.error(_system(error))
    elif isinstance(error, sqlite3.Error):
        console.error(f"The ledger catalog could not be written: {error}. The ledger is unchanged.")
    elif isinstance(error, MemoryError):
        console.error("Out of memory. Nothing was published; the ledger is unchanged.")
    else:
        hint = "" if traced else f"For a traceback, run the command again with {TRACE}=1."
        console.error(_bug(error), hint=hint)
    return FAILED


def _stands(error: FindingsError) -> str:
    if not error.published:
        return "Nothing was changed"
    return f"Only {', '.join(error.published)} was published, before the error; nothing else"


def _tell_usage(error: Exception, console: Console) -> int:
    usage = cast("_Usage", error)
    path = usage.ctx.command_path if usage.ctx else "apportion"
    message = usage.format_message().replace("Value error, ", "")  # a word of the validator
    console.error(_sentence(message), hint=f"See `{path} --help`.")
    return WRONG_USE


def _system(error: OSError) -> str:
    why = (error.strerror or str(error) or type(error).__name__).lower()
    remedy = _REMEDIES.get(error.errno or 0, "")
    if error.filename is None:
        return f"The operating system reported an error: {why}. The ledger is unchanged. {remedy}"
    names = " and ".join(str(name) for name in (error.filename, error.filename2) if name)
    return f"{names}: {why}. {remedy}"


def _bug(error: Exception) -> str:
    first_line = str(error).strip().partition("\n")[0]
    what = f"{type(error).__name__}: {first_line}" if first_line else type(error).__name__
    return f"{_sentence(what)} This is a bug in Apportion, not in your files. Please report it."


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "?", "!", ".)")) else f"{text}."


def _leave_stdout_quietly(outside: Outside) -> None:
    """Keep Python from flushing into the closed pipe, and complaining, as it exits."""
    import os

    try:
        descriptor = outside.out.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
