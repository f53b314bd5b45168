"""The static site: complete, with valid links, and with escaped names."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.types import ASGIApp

from apportion.ports.progress import Advance, ignore_share
from apportion.web.app import create_app
from apportion.web.site import site
from soak import SOAK
from web_ledger import BEFORE, HOSTILE, PERIOD, make, run_cache_of
from web_server import browsing

#: Each name adds twenty files a month, so only a soak writes all of them.
PERIODS = (PERIOD, BEFORE) if SOAK else (PERIOD,)
NAMES = HOSTILE if SOAK else (HOSTILE[0], HOSTILE[1], HOSTILE[6])


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> ASGIApp:
    runs = run_cache_of(make(tmp_path_factory.mktemp("site"), NAMES))
    runs.prepare()
    return create_app(runs, watch=False)


@pytest.fixture(scope="module")
def files(app: ASGIApp) -> Mapping[str, bytes]:
    return asyncio.run(written(app, PERIODS))


async def written(
    app: ASGIApp,
    periods: Sequence[str],
    *,
    until: str = "",
    advance: Advance = ignore_share,
) -> dict[str, bytes]:
    """Write the files of a site, up to the first one with a prefix."""
    found: dict[str, bytes] = {}
    async for name, content in site(app, periods, advance=advance):
        assert name not in found
        found[name] = content
        if until and name.startswith(until):
            break
    return found


def links(page: bytes) -> list[str]:
    return [unescape(each) for each in re.findall(r'(?:href|src)="([^"]*)"', page.decode())]


def test_every_page_of_every_month_is_there(files: Mapping[str, bytes]) -> None:
    for page in ("overview", "flow", "owners", "pools", "tags", "proof", "rules"):
        for period in PERIODS:
            assert [name for name in files if name.startswith(f"{page}-{period}")]
    assert f"url=overview-{PERIOD}.html" in files["index.html"].decode()


def test_pages_of_a_month_link_to_the_other_month(app: ASGIApp) -> None:
    files = asyncio.run(written(app, (PERIOD, BEFORE), until="owners"))
    for month, other in ((PERIOD, BEFORE), (BEFORE, PERIOD)):
        page = files[f"overview-{month}.html"]
        assert [link for link in links(page) if link.startswith(f"overview-{other}")]


def test_the_share_of_pages_is_reported(app: ASGIApp) -> None:
    shares: list[tuple[int, int]] = []
    asyncio.run(written(app, (PERIOD,), until="flow", advance=lambda *share: shares.append(share)))
    assert shares[0] == (0, 1), "only the first page is known"
    assert [done for done, _ in shares] == list(range(len(shares)))
    assert all(done < total for done, total in shares)
    assert shares[-1][1] > 7, "the first page links to the others"


def test_every_link_is_a_file_of_the_site(files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        if name.endswith(".html"):
            for link in links(content):
                assert link.startswith("#") or urlsplit(link).path in files, (name, link)


def test_names_of_files_are_plain(files: Mapping[str, bytes]) -> None:
    assert not [name for name in files if not re.fullmatch(r"(static/)?[A-Za-z0-9._-]+", name)]


def test_hostile_names_stay_text(files: Mapping[str, bytes]) -> None:
    result = b"".join(content for name, content in files.items() if name.endswith(".html"))
    assert b"&lt;script&gt;alert(1)" in result
    for tag in (b"<script>alert", b"<img src=x", b"<svg onload", *([b"<b>bold"] if SOAK else [])):
        assert tag not in result


def test_a_site_opens_from_a_folder_with_its_charts(
    files: Mapping[str, bytes], tmp_path: Path
) -> None:
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    with browsing() as opened:
        page = opened.new_page()
        page.set_default_timeout(0)
        wrong: list[str] = []
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        page.goto(f"file://{tmp_path}/index.html")
        page.wait_for_selector("html[data-charts=drawn]", timeout=0)
        assert page.title().endswith("Apportion")
        assert wrong == []
