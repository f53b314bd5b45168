"""The command `serve`: the dashboard in a browser."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.model.errors.base import FindingsError
from apportion.model.errors.web import NoWebError, PortTakenError

if TYPE_CHECKING:
    from apportion.model.access import Access
    from apportion.model.settings import Settings

HOST, PORT = "127.0.0.1", 8600
ACCESS = "access.yaml"


def add_to(app: typer.Typer) -> None:
    """Add `serve` to the program."""
    app.command(
        cls=Command,
        epilog=examples(
            "apportion serve --open",
            "apportion serve --port 0",
            "apportion serve --host 0.0.0.0 --access access.yaml",
        ),
    )(serve)


def serve(
    ctx: typer.Context,
    host: Annotated[str, typer.Option(metavar="HOST", help="Address to listen on.")] = HOST,
    port: Annotated[
        int, typer.Option(metavar="N", min=0, max=65535, help="Port. 0 picks a free one.")
    ] = PORT,
    browser: Annotated[
        bool, typer.Option("--open", help="Open the dashboard in a browser.")
    ] = False,
    access: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Sign-in and access rules. Default: access.yaml beside apportion.toml, if"
            " it exists.",
        ),
    ] = None,
) -> None:
    """Start the dashboard on this computer.

    Shows cost by owner, how each amount was allocated, pools, tags, the proof and the rules.
    Nothing is loaded from other servers. Only this computer can connect, unless access.yaml
    defines sign-in and access. Press Ctrl-C to stop. Requires: pip install 'apportion[web]'.
    """
    _show(ctx.obj, host, port, access, browser=browser)


def _show(session: Session, host: str, port: int, access: Path | None, *, browser: bool) -> None:
    """Serve until Ctrl-C; access is checked before the ledger is opened."""
    uvicorn, create_app, warm_up, create_auth_config = _needed()
    from apportion.app.dashboard import open_run_cache
    from apportion.app.scratch import Scratch

    settings = session.settings()
    auth = create_auth_config(
        _access(session, settings, access), session.outside.environment, host=host
    )
    with (
        _listening(host, port) as listening,
        Scratch() as scratch,
    ):
        with session.console.steps(session.outside.timer) as say:
            runs = open_run_cache(settings, scratch, say=say)
            runs.prepare()
            warm_up(runs)
        address = f"http://{_shown(host)}:{listening.getsockname()[1]}/"
        session.console.good(f"Dashboard: {address} (press Ctrl-C to stop)")
        if browser:
            typer.launch(address)
        config = uvicorn.Config(
            create_app(runs, auth=auth),
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
        )
        uvicorn.Server(config).run(sockets=[listening])


def _needed() -> tuple[Any, Any, Any, Any]:
    """Import the packages of the extra `web`; raises NoWebError if they are missing."""
    try:
        import uvicorn

        from apportion.web.app import create_app, warm_up
        from apportion.web.auth.config import create_auth_config
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("apportion"):
            raise
        raise NoWebError(error.name or "web") from error
    return uvicorn, create_app, warm_up, create_auth_config


def _access(session: Session, settings: Settings, named: Path | None) -> Access | None:
    """Read access.yaml: the named file, or the one beside apportion.toml if it exists."""
    from apportion.core.dashboard.access_file import read_access
    from apportion.model.findings.finding import failing

    beside = Path(settings.file).parent / ACCESS if settings.file else None
    path = session.path(named) if named else beside
    if path is None or (named is None and not path.is_file()):
        return None
    found, findings = read_access(path.read_text("utf-8-sig"), name=path.name)
    if found is None or failing(findings):
        raise FindingsError(findings)
    session.console.findings(findings)
    return found


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With IPPROTO_TCP, asyncio sends small packets at once; otherwise each response waits 40 ms for
    # an acknowledgement of its headers (measured: 350 responses a second instead of thousands).
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host.strip("[]"), port))
        listening.listen(256)
    except OSError as error:
        listening.close()
        raise PortTakenError(host, port, (error.strerror or str(error)).lower()) from error
    return listening


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
