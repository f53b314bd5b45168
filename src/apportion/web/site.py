"""The pages as files: for a bucket, a wiki or a mail, without a server.

Pages are asked of the application itself and their addresses changed to names of files. What a
site cannot hold, since any question could be asked of it, loses its link: parts of owners, single
resources, earlier runs. A server answers those.
"""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Sequence
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit

import httpx
from starlette.types import ASGIApp

from .static_files import static_files

_HREF = re.compile(r'(href|src)="(/[^"]*)"')
#: What a section is offered in beside CSV, once its link is gone.
_OTHER_FORMS = re.compile(r"<a[^>]*data-beyond[^>]*>(?:Parquet|JSON)</a>")
_IN_FIGURES = re.compile(r'"(/[a-z]+\?[^"\\]*(?:\\u0026[^"\\]*)*)"')
#: Parameters by which a page of a site may differ, for each page.
_KEPT = {
    "overview": {"by"},
    "flow": set(),
    "owners": {"name"},
    "pools": {"pool"},
    "tags": {"by"},
    "proof": set(),
    "rules": set(),
    "explain": {"owner", "pool"},
}
#: The forms in which a site has the rows of a section.
_FILES = (".csv", ".xlsx")
_ALWAYS = {"period", "currency"}
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9.]+")
_LONGEST = 60
_TO_FIRST = """<!doctype html>
<html lang="en"><title>Apportion</title><meta http-equiv="refresh" content="0; url={page}">
<a href="{page}">Go to the overview.</a></html>
"""


async def site(app: ASGIApp, periods: Sequence[str]) -> AsyncIterator[tuple[str, bytes]]:
    """Give every file of the site, pages after what they are drawn with; begin at index.html.

    `periods` are the months to write, the newest first.
    """
    for name, file in static_files().items():
        yield f"static/{name}", file.content
    asked = _Asked(periods)
    starts = [f"/overview?period={period}" for period in periods]
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        waiting = {asked.name(address) or "": address for address in starts}
        done = set(waiting)
        while waiting:
            page = next(iter(waiting))
            answer = await client.get(waiting.pop(page))
            answer.raise_for_status()
            if page.endswith(_FILES):
                yield page, answer.content
                continue
            text, found = asked.rewritten(answer.text)
            yield page, text.encode()
            waiting |= {name: address for name, address in found.items() if name not in done}
            done |= set(found)
    yield "index.html", _TO_FIRST.format(page=asked.name(starts[0])).encode()


class _Asked:
    """Which addresses are part of the site, and the names of their files."""

    def __init__(self, periods: Sequence[str]) -> None:
        self._periods = set(periods)

    def name(self, address: str) -> str | None:
        """Name the file of an address; None if the site has none."""
        parts = urlsplit(address)
        said = dict(parse_qsl(parts.query))
        folder, _, rest = parts.path.lstrip("/").partition("/")
        page, _, section = rest.partition("/") if folder == "files" else (folder, "", "")
        allowed = _KEPT.get(page)
        if allowed is None or said.get("period") not in self._periods:
            return None
        if set(said) - allowed - _ALWAYS or (section and not section.endswith(_FILES)):
            return None
        if page == "explain" and not set(said) & allowed:
            return None
        words = [page, said.pop("period"), *(said[key] for key in sorted(said))]
        written = "-".join(_NOT_IN_NAMES.sub("-", word).strip("-.") for word in words)[:_LONGEST]
        # Two owners may be spelt alike once signs are taken out.
        told = f"-{sha256(repr(sorted(said.items())).encode()).hexdigest()[:6]}" if said else ""
        return f"{written}{told}-{section}" if section else f"{written}{told}.html"

    def rewritten(self, text: str) -> tuple[str, dict[str, str]]:
        """Change the addresses of a page; those of the site come back by the names of files."""
        found: dict[str, str] = {}

        def link(match: re.Match[str]) -> str:
            address = html.unescape(match[2])
            if address.startswith("/static/"):
                return f'{match[1]}="static/{address.rpartition("/")[2]}"'
            name = self.name(address)
            if name is None:
                return "data-beyond"
            found[name] = address
            return f'{match[1]}="{html.escape(name)}"'

        def in_figure(match: re.Match[str]) -> str:
            address = match[1].replace("\\u0026", "&")
            name = self.name(address)
            if name is not None:
                found[name] = address
            return f'"{name or ""}"'

        linked = _IN_FIGURES.sub(in_figure, _HREF.sub(link, text))
        return _OTHER_FORMS.sub("", linked), found
