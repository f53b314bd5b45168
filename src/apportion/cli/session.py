"""One call of the command line: what it reaches outside, and what it was told for all commands."""

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
    """Everything beyond the arguments that a call depends on; a test hands in its own."""

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
    """What every command is given."""

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
        """Open the workspace; the steps of what is done in it are told as they begin.

        With `removing`, what a ledger in S3 does not have any more is removed there, too; with
        `repairing`, what is left of it is brought here.
        """
        found = settings or self.settings()
        with self.console.steps(self.outside.timer) as say:
            if not found.remote:
                yield self.outside.open(found, say)
                return
            from apportion.app.s3_ledger import mirrored, mirrored_to_repair

            clients = self.clients("")
            with (
                mirrored_to_repair(found, clients, say=say)
                if repairing
                else mirrored(found, clients, say=say, removing=removing)
            ) as ours:
                yield self.outside.open(ours, say)

    @contextmanager
    def cost_reports(self, access: Access) -> Iterator[CostReports]:
        """Reach Cost Explorer; each question is told as it is sent."""
        with self.console.steps(self.outside.timer) as say:
            yield self.outside.connect(access, say, self.outside.now)

    def clients(self, profile: str) -> Callable[[str, str], Client]:
        """Give what makes clients of AWS for a service and a region, for a profile or "" ."""
        return lambda service, region: self.outside.client(service, profile, region)

    def path(self, named: Path) -> Path:
        """Find a path that was given as an argument; where it can be, it stays as it was given."""
        folder = self.outside.folder
        return named if folder == Path.cwd() else folder / named
