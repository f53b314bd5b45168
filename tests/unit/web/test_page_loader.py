"""Pages in memory: one for each version of the ledger, scope and address."""

from __future__ import annotations

from pathlib import Path

from apportion.model.access import EVERYTHING, Scope
from apportion.web.page_loader import MAX_PAGES, PageLoader
from apportion.web.query_params import OverviewQuery
from web_ledger import BEFORE, PERIOD, run_cache_of

SHOP = Scope(values={"cost_center": frozenset({"SHOP"})})


def query(period: str = PERIOD, by: str = "") -> OverviewQuery:
    return OverviewQuery.model_validate({"period": period, "by": by})


def test_a_page_is_created_once(shown: Path) -> None:
    pages = PageLoader(run_cache_of(shown))
    assert pages.load(EVERYTHING, "overview", query()) is pages.load(
        EVERYTHING, "overview", query()
    )


def test_scopes_periods_and_parameters_have_pages_of_their_own(shown: Path) -> None:
    pages = PageLoader(run_cache_of(shown))
    found = [
        pages.load(EVERYTHING, "overview", query()),
        pages.load(SHOP, "overview", query()),
        pages.load(EVERYTHING, "overview", query(BEFORE)),
        pages.load(EVERYTHING, "overview", query(by="ServiceName")),
    ]
    assert len({id(each) for each in found}) == 4
    assert pages.load(SHOP, "overview", query()).page.section("owners") != found[0].page.section(
        "owners"
    )


def test_only_the_last_pages_are_kept(shown: Path) -> None:
    pages = PageLoader(run_cache_of(shown))
    first = pages.load(EVERYTHING, "rules", query())
    for number in range(MAX_PAGES):
        pages.load(EVERYTHING, "rules", query(by=str(number)))
    assert pages.load(EVERYTHING, "rules", query()) is not first
