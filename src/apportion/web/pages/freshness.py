"""The bills behind a month, and whether the month is open, estimated or final."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from apportion.model.manifest import Manifest
from apportion.model.period import Period
from apportion.model.row import Row
from apportion.web import formatting
from apportion.web.page_context import PageContext
from apportion.web.page_model import CellStyle, Section, TableColumn

OPEN, ESTIMATED, FINAL = "open", "estimated", "final"
_MEANS = {
    OPEN: "The newest bill was delivered before the end of the month.",
    ESTIMATED: "The month is over. Some lines have no invoice yet, so amounts may change.",
    FINAL: "Every line has an invoice.",
}


def state(view: PageContext) -> str:
    """The state of the month: open, estimated or final.

    A provider closes a month by naming the invoice on each line, which is some days after its end.
    """
    rows = [
        row
        for row in view.sight.rows('SELECT * FROM status ORDER BY "#currency"')
        if row["#currency"] == view.currency
    ]
    came = max((bill.at for bill in view.sight.published.bills.values()), default="")
    if came[:10] <= str(Period.parse(view.period).last_day):
        return OPEN
    whole = all(row["#lines"] == row["#invoiced"] for row in rows)
    return FINAL if rows and whole else ESTIMATED


def state_words(found: str) -> str:
    """The meaning of a state, as a sentence."""
    return _MEANS[found]


def fresh(view: PageContext) -> Section:
    """List the bills of the month, with newer deliveries that are not allocated yet."""
    return Section(
        "sources",
        "Bills",
        (
            TableColumn("bill", "Bill", CellStyle.CODE),
            TableColumn("form", "Format"),
            TableColumn("delivered", "Delivered"),
            TableColumn("files", "Files", CellStyle.COUNT),
            TableColumn("allocated", "Allocated", CellStyle.MARK),
        ),
        _bills(view),
        note=_note(view),
    )


def _bills(view: PageContext) -> Sequence[Row]:
    used = view.sight.published.bills
    newest = view.sight.ledger_version.deliveries(view.period)
    return [
        # The name of a bill may contain a payer or an account.
        _bill(name if view.everything else f"{at}", newest.get(name), used.get(name))
        for at, name in enumerate(sorted({*used, *newest}), start=1)
    ]


def _bill(name: str, newest: Manifest | None, used: Manifest | None) -> Row:
    shown = used or newest
    assert shown is not None
    waiting = newest is not None and (used is None or used.run != newest.run)
    return {
        "bill": name,
        "form": shown.details.get("format", ""),
        "delivered": formatting.moment(shown.at),
        "files": len(shown.inputs),
        "allocated": f"no: newer delivery of {formatting.moment(newest.at)}"
        if waiting and newest
        else "yes",
    }


def _note(view: PageContext) -> str:
    manifest = view.sight.manifest
    found = state(view)
    last = [row["#last"] for row in view.sight.rows('SELECT "#last" FROM status')]
    days = max((day for day in last if isinstance(day, date)), default=None)
    until = f" The last charge is of {formatting.day(days)}." if days else ""
    return (
        f"The month is {found}. {_MEANS[found]}{until} Allocated {formatting.moment(manifest.at)} "
        f"with {view.sight.rulebook.name}."
    )
