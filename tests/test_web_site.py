"""The pages as files: whole, linked among themselves, and quiet whatever stands in a tag."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from apportion.web.app import create_app
from apportion.web.site import site
from web_ledger import BEFORE, PERIOD, library_of, make

PERIODS = (PERIOD, BEFORE)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    library = library_of(make(tmp_path_factory.mktemp("site")))
    library.prepare()
    return asyncio.run(written(create_app(library, watch=False)))


async def written(app: object) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    async for name, content in site(app, PERIODS):  # type: ignore[arg-type]  # an ASGI application
        assert name not in found
        found[name] = content
    return found


def links(page: bytes) -> list[str]:
    return [unescape(each) for each in re.findall(r'(?:href|src)="([^"]*)"', page.decode())]


def test_every_page_of_every_month_is_there(files: Mapping[str, bytes]) -> None:
    for page in ("overview", "flow", "owners", "pools", "tags", "proof", "rules"):
        for period in PERIODS:
            assert [name for name in files if name.startswith(f"{page}-{period}")]
    assert f"url=overview-{PERIOD}.html" in files["index.html"].decode()


def test_every_link_leads_to_a_file_of_the_site(files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        if name.endswith(".html"):
            for link in links(content):
                assert link.startswith("#") or urlsplit(link).path in files, (name, link)


def test_names_of_files_are_plain(files: Mapping[str, bytes]) -> None:
    assert not [name for name in files if not re.fullmatch(r"(static/)?[A-Za-z0-9._-]+", name)]


def test_hostile_names_stay_text(files: Mapping[str, bytes]) -> None:
    told = b"".join(content for name, content in files.items() if name.endswith(".html"))
    assert b"&lt;script&gt;alert(1)" in told
    for tag in (b"<script>alert", b"<img src=x", b"<svg onload", b"<b>bold"):
        assert tag not in told


def test_it_opens_from_a_folder_with_its_charts(files: Mapping[str, bytes], tmp_path: Path) -> None:
    browser = pytest.importorskip("playwright.sync_api")
    chromium = Path("/usr/bin/chromium")
    if not chromium.exists():
        pytest.skip("Chromium is not installed.")
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    with browser.sync_playwright() as program:
        opened = program.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        page = opened.new_page()
        wrong: list[str] = []
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        page.goto(f"file://{tmp_path}/index.html")
        page.wait_for_selector("html[data-charts=drawn]", timeout=20_000)
        assert page.title().endswith("Apportion")
        assert wrong == []
        opened.close()
