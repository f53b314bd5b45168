"""The frame of every page: months, currencies, navigation, and state of the bill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apportion.model.wording import join_words, utc_time

from .page_context import PageContext
from .page_model import Choice
from .pages.bills import month_state

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
    """The frame of a page. `account` is the address of the sign-out page; empty without sign-in."""

    pages: Sequence[Choice]
    months: Sequence[Choice]
    currencies: Sequence[Choice]
    period: str
    currency: str
    state: str
    bill_time: str
    run: str
    version: str
    visible_owners: str
    previous: str = ""
    next: str = ""
    account: str = ""
    superseded: bool = False


def create_layout(view: PageContext, name: str, *, account: str = "") -> Layout:
    """Create the frame of the page of this name."""
    ledger_version, manifest, links = view.run.ledger_version, view.run.manifest, view.links
    periods = ledger_version.periods
    at = periods.index(view.period)
    return Layout(
        pages=tuple(Choice(title, links.page(page), page == name) for page, title in NAVIGATION),
        months=tuple(
            Choice(p, links.this_page(period=p, as_of=""), p == view.period) for p in periods
        ),
        currencies=tuple(
            Choice(c, links.this_page(currency=c), c == view.currency) for c in view.currencies
        ),
        period=view.period,
        currency=view.currency,
        state=month_state(view),
        bill_time=utc_time(max((b.at for b in view.run.published.bills.values()), default="")),
        run=manifest.run,
        version=manifest.version,
        visible_owners=""
        if view.full_access
        else join_words(sorted(view.run.owners or ()), last="and") or "no owners",
        previous=links.this_page(period=periods[at + 1], as_of="") if at + 1 < len(periods) else "",
        next=links.this_page(period=periods[at - 1], as_of="") if at else "",
        account=account,
        superseded=ledger_version.allocation(view.period) != manifest,
    )
