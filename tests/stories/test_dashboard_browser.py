"""Every page in a real browser: light and dark mode, wide and narrow screen.

No console message, no request to another host, no violation of the content security policy, no
horizontal scrolling of the page, and no finding of axe by WCAG 2.2 A and AA.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from soak import SOAK
from web_ledger import HOSTILE, PERIOD
from web_server import browsing, serving

PAGES = {
    "overview": "/overview",
    "overview by service": "/overview?by=ServiceName",
    "flow": "/flow",
    "owners": "/owners",
    "owner": "/owners?owner=SHOP",
    "pools": "/pools",
    "pool": "/pools?pool=platform",
    "tags": "/tags",
    "proof": "/proof",
    "rules": "/rules",
    "why": "/explain?owner=SHOP",
    "nothing": "/nowhere",
}
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # a list of all that is right takes half of the time
}

#: Records violations of the policy and dialogs, from the start of a page.
WATCH = """
window.breaches = [];
document.addEventListener("securitypolicyviolation",
  (event) => window.breaches.push(`${event.violatedDirective} ${event.blockedURI}`));
window.alert = window.confirm = window.prompt = (said) => window.breaches.push(`dialog ${said}`);
"""


@pytest.fixture(scope="module")
def site(shown: Path) -> Iterator[str]:
    with serving(shown) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as found:
        yield found


class Visit:
    """A page with its console messages and requests."""

    def __init__(self, browser: Browser, *, scheme: str, width: int, script: bool = True) -> None:
        context = browser.new_context(
            color_scheme=scheme,  # type: ignore[arg-type]
            viewport={"width": width, "height": 900},
            java_script_enabled=script,
        )
        context.set_default_timeout(0)  # a page may be slow
        context.add_init_script(WATCH)
        self.page: Page = context.new_page()
        self.messages: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.messages.append(message.text))
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))
        self.page.on("dialog", lambda dialog: self.messages.append(f"dialog {dialog.message}"))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def open(self, address: str) -> None:
        """Open an address and wait for its charts."""
        self.messages.clear()
        self.page.goto(address)
        if self.page.locator("[data-chart]").count():
            self.page.wait_for_selector("html[data-charts=drawn]", timeout=0)

    def close(self) -> None:
        """Close the page."""
        self.page.context.close()


@pytest.mark.parametrize(
    ("scheme", "width"),
    [("light", 1280), ("dark", 390), *([("light", 390), ("dark", 1280)] if SOAK else [])],
)
def test_pages_are_clean(browser: Browser, site: str, scheme: str, width: int) -> None:
    visit = Visit(browser, scheme=scheme, width=width)
    for name, address in PAGES.items():
        visit.open(f"{site}{address}")
        expected = ["404"] if name == "nothing" else []
        assert [word for word in visit.messages if not any(e in word for e in expected)] == [], name
        assert_only_text(visit, name)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width, name
        found = Axe().run(visit.page, options=RULES).response["violations"]
        result = [
            (v["id"], v["nodes"][0]["html"][:200], v["nodes"][0]["failureSummary"]) for v in found
        ]
        assert result == [], name
    assert {urlsplit(request).netloc for request in visit.requests} == {urlsplit(site).netloc}
    visit.close()


def test_hostile_names_open_no_dialog_and_violate_no_policy(browser: Browser, site: str) -> None:
    visit = Visit(browser, scheme="light", width=1280)
    addresses = [  # beside PAGES, see above
        "/overview?by=account",
        "/flow?by=ServiceName",
        "/tags?by=account",
        *(f"/owners?owner={quote(name, safe='')}" for name in (HOSTILE if SOAK else HOSTILE[:4])),
        f"/explain?owner={quote(HOSTILE[0], safe='')}",
    ]
    for address in addresses:
        visit.open(f"{site}{address}")
        assert [message for message in visit.messages if "404" not in message] == [], address
        assert_only_text(visit, address)
    visit.close()


def assert_only_text(visit: Visit, address: str) -> None:
    """Nothing broke the policy, and names in charts are text, none of them a link."""
    assert visit.page.evaluate("window.breaches") == [], address
    drawn = visit.page.locator("figure a, figure b, figure sup, figure img, figure script")
    assert drawn.count() == 0, address


def test_names_in_charts_are_shown_as_text(browser: Browser, site: str) -> None:
    visit = Visit(browser, scheme="light", width=1280)
    visit.open(f"{site}/flow")
    shown = " ".join(visit.page.locator("figure text").all_text_contents())
    assert "<script>alert(1)</script>" in shown
    assert "<b>bold</b><sup>x</sup>" in shown
    visit.close()


def test_a_click_in_the_flow_follows_a_name(browser: Browser, site: str) -> None:
    visit = Visit(browser, scheme="light", width=1280)
    visit.open(f"{site}/flow")
    nodes = visit.page.locator(".sankey-node").filter(has_text="pool platform")
    nodes.locator(".node-rect").first.click()
    visit.page.wait_for_url(re.compile(r"allocated_by=pool\+platform"))
    assert "pool platform" in visit.page.locator("h1").inner_text()
    visit.close()


def test_charts_change_with_the_scheme(browser: Browser, site: str) -> None:
    visit = Visit(browser, scheme="light", width=1280)
    visit.open(f"{site}/overview")
    bar = visit.page.locator("figure .bars path").first
    light = bar.evaluate("(it) => getComputedStyle(it).fill")
    visit.page.emulate_media(color_scheme="dark")
    visit.page.wait_for_function(
        "([it, was]) => getComputedStyle(it).fill !== was",
        arg=[visit.page.query_selector("figure .bars path"), light],
    )
    visit.close()


def test_pages_are_complete_without_scripts(browser: Browser, site: str) -> None:
    visit = Visit(browser, scheme="light", width=1280, script=False)
    visit.page.goto(f"{site}/overview?period={PERIOD}")
    visit.page.locator("#days summary").click()
    assert visit.page.locator("#days tbody tr").count() >= 30
    assert not visit.page.locator("figure").first.is_visible()
    visit.page.get_by_role("link", name="Pools").click()
    assert visit.page.locator("#pools table").is_visible()
    visit.close()


def test_the_keyboard_reaches_everything(browser: Browser, site: str) -> None:
    visit = Visit(browser, scheme="light", width=1280)
    visit.open(f"{site}/overview")
    page = visit.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    reached = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.textContent.trim().slice(0, 40)"))
    assert {"Flow", PERIOD, "service", "Show table", "CSV", "SHOP"} <= reached
    page.locator("details.menu summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("details.menu").evaluate("(it) => it.open")
    page.keyboard.press("Escape")
    assert not page.locator("details.menu").evaluate("(it) => it.open")
    visit.close()
