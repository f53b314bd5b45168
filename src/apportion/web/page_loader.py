"""Opens what was asked for: the month, the one before, the currency, as far as one sees them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, localcontext

from apportion.core.dashboard import queries
from apportion.model.access import Scope
from apportion.model.errors.base import NothingThereError
from apportion.model.period import Period
from apportion.usecases.dashboard.run_cache import RunCache, ScopedRun

from .links import WebLinks
from .page_context import PageContext
from .page_model import Page
from .page_registry import PAGES
from .query_params import PageQuery


@dataclass(frozen=True)
class LoadedPage:
    """A page with the view that it was made from."""

    page: Page
    view: PageContext


def read(library: RunCache, scope: Scope, name: str, asked: PageQuery) -> LoadedPage:
    """Make a page. Raises NothingThereError, or another WrongUseError, for what is not there."""
    # Sums keep every digit; what is written for people is rounded by who writes it.
    with localcontext(Context(prec=76)):
        view = open_view(library, scope, name, asked)
        return LoadedPage(PAGES[name].make(view, asked), view)


def open_view(library: RunCache, scope: Scope, name: str, asked: PageQuery) -> PageContext:
    """Open what a page is made from."""
    periods = library.ledger_version.periods
    if not periods:
        raise NothingThereError("allocation", [], "Run `apportion allocate` first.")
    period = asked.period or periods[0]
    sight = library.open_run(period, scope, as_of=asked.as_of)
    currencies = tuple(str(row["currency"]) for row in sight.rows(queries.totals_query()))
    currency = asked.currency or _usual(sight, currencies)
    if currency not in currencies and (currencies or asked.currency):
        raise NothingThereError(f"amount in {currency}", currencies)
    kept = {"period": period, "as_of": asked.as_of}
    if len(currencies) > 1:
        kept["currency"] = currency
    return PageContext(
        sight, _before(library, scope, period), currency, WebLinks(name, kept, asked.own()),
        currencies,
    )  # fmt: skip


def _usual(sight: ScopedRun, currencies: tuple[str, ...]) -> str:
    usual = sight.rulebook.currency
    return usual if usual in currencies or not currencies else currencies[0]


def _before(library: RunCache, scope: Scope, period: str) -> ScopedRun | None:
    """Open the month before, where it is allocated."""
    for earlier in library.ledger_version.periods:
        if str(Period.parse(earlier).next) == period:
            return library.open_run(earlier, scope)
    return None
