"""The program `apportion`: reads the arguments, runs one command, and ends with its exit code.

Exit codes: 0 fine; 1 findings that fail; 2 wrong use or settings; 3 an operation failed;
130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from apportion import __version__

from .command_list import PROGRAM
from .interrupts import INTERRUPTED, Interrupts, leave_at_once
from .session import Outside, Session
from .ui.console import Console
from .ui.error_handling import ending
from .ui.help_pages import Group, examples

#: Options of the program itself, which may stand anywhere on the line; True where a value follows.
GLOBAL = {
    "--quiet": False,
    "-q": False,
    "--no-color": False,
    "--all-findings": False,
    "--settings": True,
}


class _Program(Group):
    listed = PROGRAM


app = typer.Typer(
    name="apportion",
    cls=_Program,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    epilog=examples(
        "apportion demo                          # an example in a minute",
        "apportion init                          # create a starter",
        "apportion ingest bills/2026-09/",
        "apportion allocate --period 2026-09",
        "apportion report --period 2026-09",
    ),
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"apportion {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def apportion(
    ctx: typer.Context,
    settings: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Settings file. Default: apportion.toml in this folder or a parent.",
        ),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Show only data, errors and findings that fail.")
    ] = False,
    no_color: Annotated[
        bool, typer.Option("--no-color", help="Do not use color. Same as NO_COLOR=1.")
    ] = False,
    all_findings: Annotated[
        bool, typer.Option("--all-findings", help="Show all findings. Default: 10 of each code.")
    ] = False,
    version: Annotated[  # noqa: ARG001 - its callback ends the program
        bool,
        typer.Option("--version", is_eager=True, callback=_print_version, help="Show the version."),
    ] = False,
) -> None:
    """Allocate every cent of a multi-account cloud bill to an owner, and prove the totals.

    Bills are stored in a ledger. A rulebook defines owners and how shared cost is split.
    Reports are available only when all totals agree to the last digit.

    Data goes to stdout, messages go to stderr. Exit codes: 0 success, 1 findings that fail, 2
    wrong use or configuration, 3 an operation failed, 130 interrupted.
    """
    outside = ctx.obj if isinstance(ctx.obj, Outside) else Outside()
    console = Console(
        outside.environment,
        quiet=quiet,
        no_color=no_color,
        all_findings=all_findings,
        out=outside.out,
        err=outside.err,
    )
    ctx.obj = Session(outside, console, settings)
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def main() -> NoReturn:
    """Run the program with the arguments of the process."""
    for stream in (sys.stdout, sys.stderr):
        # A locale without our signs must not end a command that has done its work.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    interrupts = Interrupts()
    interrupts.watch()
    try:
        code = run(sys.argv[1:], Outside(interrupted=lambda: interrupts.seen))
    except FileNotFoundError:
        sys.stderr.write("error: The current folder no longer exists. Change to another folder.\n")
        code = 2
    except KeyboardInterrupt:  # a second one, while the first was being reported
        code = INTERRUPTED
    leave_at_once()
    sys.exit(code)


def run(arguments: Sequence[str], outside: Outside) -> int:
    """Run one command and return its exit code; errors have been shown."""
    ordered = globals_first(arguments)
    flags = {name for name in ordered if name in GLOBAL}
    console = Console(
        outside.environment,
        no_color="--no-color" in flags,
        all_findings="--all-findings" in flags,
        out=outside.out,
        err=outside.err,
    )
    with ending(console, outside) as end:
        end.code = _call(ordered, outside)
    return end.code


def _call(arguments: Sequence[str], outside: Outside) -> int:
    result = _program(app).main(
        list(arguments), prog_name="apportion", standalone_mode=False, obj=outside
    )
    return result if isinstance(result, int) else 0


#: The commands made of their functions, once: that takes longer than many a command.
_program = cache(typer.main.get_command)


def globals_first(arguments: Sequence[str]) -> list[str]:
    """Move the program's own options before the command, so that they may stand anywhere."""
    first: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        name, equals, _value = argument.partition("=")
        if argument == "--":
            rest += [argument, *waiting]
        elif name not in GLOBAL:
            rest.append(argument)
        else:
            first.append(argument)
            first += (
                [value for value in [next(waiting, None)] if value]
                if (GLOBAL[name] and not equals)
                else []
            )
    return first + rest
