"""The addresses of pages: each state of a page has exactly one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode


class Links(Protocol):
    """Creates addresses for pages."""

    def page(self, name: str, /, **params: str) -> str:
        """Another page of the same month, currency and run, with these parameters."""

    def this_page(self, /, **changes: str) -> str:
        """The current page with changed parameters; an empty value removes a parameter."""

    def file(self, section: str, form: str) -> str:
        """A section of the current page as a file."""


@dataclass(frozen=True)
class WebLinks:
    """Addresses of the web server.

    `shared_params` stay the same on every page, `page_params` belong to the current page.
    """

    name: str
    shared_params: Mapping[str, str]
    page_params: Mapping[str, str]

    def page(self, name: str, /, **params: str) -> str:
        return _address(f"/{name}", {**self.shared_params, **params})

    def this_page(self, /, **changes: str) -> str:
        return _address(f"/{self.name}", {**self.shared_params, **self.page_params, **changes})

    def file(self, section: str, form: str) -> str:
        return _address(
            f"/files/{self.name}/{section}.{form}", {**self.shared_params, **self.page_params}
        )


def _address(path: str, params: Mapping[str, str]) -> str:
    filled = [(key, value) for key, value in sorted(params.items()) if value]
    return f"{path}?{urlencode(filled)}" if filled else path
