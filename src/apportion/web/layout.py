"""What stands around every page: its months, currencies, the way to the others, how fresh it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import formatting
from .page_context import PageContext
from .page_model import Choice
from .pages.freshness import state, state_words

#: The pages in the order of the navigation, with their titles.
NAVIGATION = (
    ("overview", "Overview"),
    ("flow", "Flow"),
    ("owners", "Owners"),
    ("pools", "Pools"),
    ("tags", "Tags"),
    ("proof", "Proof"),
    ("rules", "Rules"),
)


@dataclass(frozen=True)
class Layout:
    """The frame of a page. `account` is where one signs out; empty where nobody signs in."""

    pages: Sequence[Choice]
    months: Sequence[Choice]
    currencies: Sequence[Choice]
    period: str
    month: str
    currency: str
    state: str
    means: str
    since: str
    run: str
    version: str
    whose: str
    older: str = ""
    newer: str = ""
    account: str = ""
    old: bool = False


def shell(view: PageContext, name: str, *, account: str = "") -> Layout:
    """Frame the page of this name."""
    edition, manifest, links = view.sight.ledger_version, view.sight.manifest, view.links
    periods = edition.periods
    at = periods.index(view.period)
    found = state(view)
    return Layout(
        pages=tuple(Choice(title, links.page(page), page == name) for page, title in NAVIGATION),
        months=tuple(
            Choice(formatting.month(p), links.here(period=p, as_of=""), p == view.period)
            for p in periods
        ),
        currencies=tuple(
            Choice(c, links.here(currency=c), c == view.currency) for c in view.currencies
        ),
        period=view.period,
        month=formatting.month(view.period),
        currency=view.currency,
        state=found,
        means=state_words(found),
        since=formatting.moment(
            max((b.at for b in view.sight.published.bills.values()), default="")
        ),
        run=manifest.run,
        version=manifest.version,
        whose=""
        if view.everything
        else formatting.listed(sorted(view.sight.owners or ())) or "no owners",
        older=links.here(period=periods[at + 1], as_of="") if at + 1 < len(periods) else "",
        newer=links.here(period=periods[at - 1], as_of="") if at else "",
        account=account,
        old=edition.allocation(view.period) != manifest,
    )
