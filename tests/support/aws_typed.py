"""A user at a prompt, whose program reaches an AWS of ours: moto's, and a Cost Explorer beside."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apportion.app.workspace import Workspace
from apportion.cli.main import run
from apportion.cli.session import Outside

#: Makes a client for a service and a region.
Clients = Callable[[str, str], Any]


@dataclass
class Typed:
    """`now` is what the program's clock says; `code`, `out` and `err` are of the last command."""

    folder: Path
    clients: Clients
    now: datetime = datetime(2026, 9, 3, 8, tzinfo=UTC)
    code: int = 0
    out: str = ""
    err: str = ""
    profiles: list[str] = field(default_factory=list)

    def __call__(self, *words: str) -> Typed:
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
        outside = Outside(
            open=lambda settings, say: Workspace(
                settings, say=say, now=lambda: self.now.strftime("%Y-%m-%dT%H:%M:%SZ")
            ),
            client=self._client,
            folder=self.folder,
            environment={},
            now=lambda: self.now,
            out=out,
            err=err,
        )
        self.code = run(words, outside)
        out.seek(0)
        self.out, self.err = out.read(), " ".join(err.getvalue().split())
        return self

    def well(self, *words: str) -> Typed:
        """Run a command that must succeed."""
        self(*words)
        assert self.code == 0, self.err
        return self

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What the last command wrote as JSON."""
        found: list[dict[str, Any]] = json.loads(self.out)
        return found

    def _client(self, service: str, profile: str, region: str) -> Any:
        self.profiles.append(profile)
        return self.clients(service, region)
