"""The addresses of pages: every state of a page is one, and the same state always the same one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode


class Links(Protocol):
    """Tells addresses. A site of files has its own; pages only ask."""

    def page(self, name: str, /, **params: str) -> str:
        """A page of the same month, currency and run, with these parameters."""

    def here(self, /, **changes: str) -> str:
        """The page that is shown, with some parameters changed; an empty one is taken away."""

    def file(self, section: str, form: str) -> str:
        """A section of the page that is shown as a file."""


@dataclass(frozen=True)
class WebLinks:
    """Addresses of the web server. `kept` is carried from page to page, `own` is this page's."""

    name: str
    kept: Mapping[str, str]
    own: Mapping[str, str]

    def page(self, name: str, /, **params: str) -> str:
        return _address(f"/{name}", {**self.kept, **params})

    def here(self, /, **changes: str) -> str:
        return _address(f"/{self.name}", {**self.kept, **self.own, **changes})

    def file(self, section: str, form: str) -> str:
        return _address(f"/files/{self.name}/{section}.{form}", {**self.kept, **self.own})


def _address(path: str, params: Mapping[str, str]) -> str:
    said = [(key, value) for key, value in sorted(params.items()) if value]
    return f"{path}?{urlencode(said)}" if said else path
