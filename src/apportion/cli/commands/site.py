"""The command `site`: the dashboard as static files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import typer

from apportion.cli.options.period import LATEST, several_months
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.model.errors.base import NothingThereError
from apportion.model.errors.web import NoWebError
from apportion.usecases.atomic_folder import new_folder, refuse_if_filled

FolderArgument = Annotated[Path, typer.Argument(metavar="FOLDER", help="New folder for the pages.")]
PeriodsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--period",
        "-p",
        metavar="PERIOD",
        help="Billing month. Repeatable. Default: the newest allocated month.",
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add `site` to the program."""
    app.command(
        cls=Command,
        epilog=examples(
            "apportion site public/", "apportion site public/ --period 2026-08 --period 2026-09"
        ),
    )(site)


def site(ctx: typer.Context, folder: FolderArgument, period: PeriodsOption = None) -> None:
    """Write the dashboard as static files, for a bucket, a wiki or an e-mail.

    Contains the same pages as `apportion serve`, with all owners and their CSV files. No server
    is needed. Links to single resources and single days are left out. Requires: pip install
    'apportion[web]'.
    """
    session: Session = ctx.obj
    now = session.outside.now()
    wanted = [month for each in period or () for month in several_months(each, now)]
    at = session.path(folder)
    refuse_if_filled(at)
    count = _write(session, at, wanted)
    session.console.good(f"Wrote {count} files to {folder}. Open {folder / 'index.html'}.")


def _write(session: Session, folder: Path, wanted: list[str]) -> int:
    """Write all files to a temporary folder, which is renamed at the end."""
    create_app, files = _needed()
    from apportion.app.dashboard import open_run_cache
    from apportion.app.scratch import Scratch

    with (
        Scratch() as scratch,
        session.console.steps(session.outside.timer) as progress,
        new_folder(folder) as beside,
    ):
        runs = open_run_cache(session.settings(), scratch, say=progress)
        runs.prepare()
        newest = list(runs.ledger_version.periods[:1])
        periods = [m for each in wanted or newest for m in (newest if each == LATEST else [each])]
        _check(periods, runs.ledger_version.periods)
        progress(f"writing pages for {', '.join(periods)}")
        app = create_app(runs, watch=False)
        return asyncio.run(_put(files(app, periods, advance=progress.advance), beside))


def _check(periods: list[str], known: tuple[str, ...]) -> None:
    missing = [period for period in periods if period not in known]
    if missing or not periods:
        named = missing[0] if missing else "any month"
        raise NothingThereError(f"allocation of {named}", known, "Run `apportion allocate` first.")


def _needed() -> tuple[Any, Any]:
    """Import the packages of the extra `web`; raises NoWebError if they are missing."""
    try:
        from apportion.web.app import create_app
        from apportion.web.site import site as files
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("apportion"):
            raise
        raise NoWebError(error.name or "web") from error
    return create_app, files


async def _put(files: AsyncIterator[tuple[str, bytes]], folder: Path) -> int:
    count = 0
    async for name, content in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        count += 1
    return count
