"""The dashboard as static files, for a bucket, a wiki or an e-mail.

Pages are requested from the application, and their addresses replaced by file names. Pages with an
unlimited number of variants lose their links: parts of an owner's cost, resources, earlier runs.
"""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Sequence
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit

import httpx2
from starlette.types import ASGIApp

from apportion.ports.progress import Advance, ignore_share

from .static_files import static_files

_HREF = re.compile(r'(href|src)="(/[^"]*)"')
#: The attribute of a link to a page that is not in the site.
_NOT_IN_SITE = "data-not-in-site"
#: Links to the file formats that a site does not have.
_OTHER_FORMS = re.compile(rf"<a[^>]*{_NOT_IN_SITE}[^>]*>(?:Parquet|JSON)</a>")
_IN_FIGURES = re.compile(r'"(/[a-z]+\?[^"\\]*(?:\\u0026[^"\\]*)*)"')
#: The parameters of each page for which the site has a file for each value.
_PARAMS = {
    "overview": {"by"},
    "flow": set(),
    "owners": {"owner"},
    "pools": {"pool"},
    "tags": {"by"},
    "proof": set(),
    "rules": set(),
    "explain": {"owner", "pool"},
}
#: The file formats of a section in a site.
_FILES = (".csv", ".xlsx")
_SHARED_PARAMS = {"period", "currency"}
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9.]+")
_MAX_NAME = 60
_INDEX = """<!doctype html>
<html lang="en"><title>Apportion</title><meta http-equiv="refresh" content="0; url={page}">
<a href="{page}">Go to the overview.</a></html>
"""


async def site(
    app: ASGIApp, periods: Sequence[str], *, advance: Advance = ignore_share
) -> AsyncIterator[tuple[str, bytes]]:
    """Create every file of the site: first static files, then pages, last index.html.

    `periods` are the months to write, newest first. `advance` receives the pages written, of those
    that the pages so far link to.
    """
    for name, file in static_files().items():
        yield f"static/{name}", file.content
    names = _FileNames(periods)
    starts = [f"/overview?period={period}" for period in periods]
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        waiting = {names.name(address) or "": address for address in starts}
        done = set(waiting)
        while waiting:
            advance(len(done) - len(waiting), len(done))
            page = next(iter(waiting))
            response = await client.get(waiting.pop(page))
            response.raise_for_status()
            if page.endswith(_FILES):
                yield page, response.content
                continue
            text, found = names.rewrite(response.text)
            yield page, text.encode()
            new = {name: address for name, address in found.items() if name not in done}
            # The files of a page come first, while the application still has the page.
            files = {name: new.pop(name) for name in list(new) if name.endswith(_FILES)}
            waiting = files | waiting | new
            done |= set(found)
    advance(len(done), len(done))
    yield "index.html", _INDEX.format(page=names.name(starts[0])).encode()


class _FileNames:
    """The addresses that are part of the site, and their file names."""

    def __init__(self, periods: Sequence[str]) -> None:
        self._periods = set(periods)

    def name(self, address: str) -> str | None:
        """Name the file of an address; None if it is not in the site."""
        parts = urlsplit(address)
        params = dict(parse_qsl(parts.query))
        folder, _, rest = parts.path.lstrip("/").partition("/")
        page, _, section = rest.partition("/") if folder == "files" else (folder, "", "")
        allowed = _PARAMS.get(page)
        if allowed is None or params.get("period") not in self._periods:
            return None
        if set(params) - allowed - _SHARED_PARAMS or (section and not section.endswith(_FILES)):
            return None
        if page == "explain" and not set(params) & allowed:
            return None
        words = [page, params.pop("period"), *(params[key] for key in sorted(params))]
        stem = "-".join(_NOT_IN_NAMES.sub("-", word).strip("-.") for word in words)[:_MAX_NAME]
        # Two owners may have the same name without special characters.
        if params:
            stem += f"-{sha256(repr(sorted(params.items())).encode()).hexdigest()[:6]}"
        return f"{stem}-{section}" if section else f"{stem}.html"

    def rewrite(self, text: str) -> tuple[str, dict[str, str]]:
        """Replace the addresses in a page; return also the addresses of the site by file name."""
        found: dict[str, str] = {}

        def link(match: re.Match[str]) -> str:
            address = html.unescape(match[2])
            if address.startswith("/static/"):
                return f'{match[1]}="static/{address.rpartition("/")[2]}"'
            name = self.name(address)
            if name is None:
                return _NOT_IN_SITE
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
