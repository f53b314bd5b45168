"""One call of the command line: its dependencies and the options of all commands."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from os import environ
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from .ui.console import Console
from .workspace import client_real, connect_real, open_real

if TYPE_CHECKING:
    from apportion.app.workspace import Workspace
    from apportion.aws.api_calls import Client
    from apportion.model.aws.cost_query import Access
    from apportion.model.settings import Settings
    from apportion.ports.bills import CostReports

    from .workspace import Clients, Connect, Open


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Outside:
    """Everything beyond its arguments that a call depends on; tests pass their own."""

    open: Open = open_real
    connect: Connect = connect_real
    client: Clients = client_real
    folder: Path = field(default_factory=Path.cwd)
    environment: Mapping[str, str] = field(default_factory=lambda: dict(environ))
    now: Callable[[], datetime] = _utc_now
    timer: Callable[[], float] = time.monotonic
    interrupted: Callable[[], bool] = lambda: False
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)


@dataclass(frozen=True)
class Session:
    """The dependencies, console and settings file of a command."""

    outside: Outside
    console: Console
    settings_file: Path | None

    def settings(self) -> Settings:
        """Find and read the settings; raises SettingsError."""
        from apportion.usecases.settings import read

        outside = self.outside
        return read(outside.folder, outside.environment, file=self.settings_file)

    @contextmanager
    def workspace(
        self, settings: Settings | None = None, *, removing: bool = False, repairing: bool = False
    ) -> Iterator[Workspace]:
        """Open the workspace; the steps of its work are shown as they begin.

        With `removing`, objects that the ledger no longer has are deleted in S3; with `repairing`,
        everything that is left of the ledger in S3 is fetched.
        """
        found = settings or self.settings()
        with self.console.steps(self.outside.timer) as progress:
            if not found.remote:
                yield self.outside.open(found, progress)
                return
            from apportion.app.s3_ledger import mirrored, mirrored_to_repair

            clients = self.clients("")
            with (
                mirrored_to_repair(found, clients, progress=progress)
                if repairing
                else mirrored(found, clients, progress=progress, removing=removing)
            ) as copied:
                yield self.outside.open(copied, progress)

    @contextmanager
    def cost_reports(self, access: Access) -> Iterator[CostReports]:
        """Open Cost Explorer; each request is a step."""
        with self.console.steps(self.outside.timer) as say:
            yield self.outside.connect(access, say, self.outside.now)

    def clients(self, profile: str) -> Callable[[str, str], Client]:
        """Return a function that makes AWS clients for a service and a region.

        With the profile "", credentials come from the environment.
        """
        return lambda service, region: self.outside.client(service, profile, region)

    def path(self, named: Path) -> Path:
        """Resolve a path argument; it stays relative if the folder is the current one."""
        folder = self.outside.folder
        return named if folder == Path.cwd() else folder / named
