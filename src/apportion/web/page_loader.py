"""Loads a page: opens the requested run, the month before and the currency for a scope."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, localcontext

from apportion.core.dashboard import queries
from apportion.model.access import Scope
from apportion.model.errors.base import NothingThereError
from apportion.model.period import Period
from apportion.usecases.dashboard.recently_used import RecentlyUsed
from apportion.usecases.dashboard.run_cache import RunCache, ScopedRun

from .links import WebLinks
from .page_context import PageContext
from .page_model import Page
from .page_registry import PAGES
from .query_params import PageQuery

#: The number of pages in memory: each is requested again for the file of each of its sections.
MAX_PAGES = 16


@dataclass(frozen=True)
class LoadedPage:
    """A page with its context."""

    page: Page
    view: PageContext


class PageLoader:
    """Loads pages, and keeps the last ones: a page is the same for a ledger version and a scope."""

    def __init__(self, runs: RunCache) -> None:
        self._runs = runs
        self._loaded = RecentlyUsed[tuple[str, str, str, str], LoadedPage](MAX_PAGES)

    def load(self, scope: Scope, name: str, query: PageQuery) -> LoadedPage:
        """Create a page, see `load_page`, or find it; several threads may."""
        key = (self._runs.ledger_version.id, scope.key, name, query.model_dump_json())
        found = self._loaded.get(key)
        return found or self._loaded.keep(key, load_page(self._runs, scope, name, query))


def load_page(runs: RunCache, scope: Scope, name: str, query: PageQuery) -> LoadedPage:
    """Create a page. Raises NothingThereError or another WrongUseError for unknown values."""
    # Sums keep every digit; amounts are rounded only where they are written.
    with localcontext(Context(prec=76)):
        view = open_view(runs, scope, name, query)
        return LoadedPage(PAGES[name].create(view, query), view)


def open_view(runs: RunCache, scope: Scope, name: str, query: PageQuery) -> PageContext:
    """Open the context of a page."""
    periods = runs.ledger_version.periods
    if not periods:
        raise NothingThereError("allocation", [], "Run `apportion allocate` first.")
    period = query.period or periods[0]
    run = runs.open_run(period, scope, as_of=query.as_of)
    currencies = tuple(row.name for row in run.rows(queries.totals_query()))
    currency = query.currency or _default_currency(run, currencies)
    if currency not in currencies and (currencies or query.currency):
        raise NothingThereError(f"amount in {currency}", currencies)
    shared = {"period": period, "as_of": query.as_of}
    if len(currencies) > 1:
        shared["currency"] = currency
    links = WebLinks(name, shared, query.page_params())
    return PageContext(run, _month_before(runs, scope, period), currency, links, currencies)


def _default_currency(run: ScopedRun, currencies: tuple[str, ...]) -> str:
    default = run.rulebook.currency
    return default if default in currencies or not currencies else currencies[0]


def _month_before(runs: RunCache, scope: Scope, period: str) -> ScopedRun | None:
    """Open the month before, if it is allocated."""
    for earlier in runs.ledger_version.periods:
        if str(Period.parse(earlier).next) == period:
            return runs.open_run(earlier, scope)
    return None
