"""The bills of a month, and its state: open, estimated, final or closed."""

from __future__ import annotations

from collections.abc import Sequence

from apportion.core.close.decisions import standing
from apportion.core.dashboard import queries
from apportion.model.finance.close import CloseRecord
from apportion.model.manifest import Manifest
from apportion.model.period import Period
from apportion.model.row import Row
from apportion.model.wording import utc_time
from apportion.web.page_context import PageContext
from apportion.web.page_model import CellStyle, Section, TableColumn

OPEN, ESTIMATED, FINAL, CLOSED = "open", "estimated", "final", "closed"
_MEANINGS = {
    OPEN: "The newest bill was delivered before the month ended, so charges are missing.",
    ESTIMATED: "The month has ended. Some lines have no invoice yet, so amounts may change.",
    FINAL: "Every line has an invoice.",
    CLOSED: "Later bills and rules become adjustments and do not change it.",
}


def month_state(view: PageContext) -> str:
    """The state of the month: open, estimated, final, or closed on the run that is shown.

    A provider makes a month final by adding the invoice id to each line, some days after its end.
    """
    if _close(view):
        return CLOSED
    rows = [row for row in view.run.rows(queries.status_query()) if row.currency == view.currency]
    delivered = max((bill.at for bill in view.run.published.bills.values()), default="")
    if delivered[:10] <= str(Period.parse(view.period).last_day):
        return OPEN
    invoiced = all(row.lines == row.invoiced for row in rows)
    return FINAL if rows and invoiced else ESTIMATED


def _close(view: PageContext) -> CloseRecord | None:
    """The close of the month on the run that is shown."""
    closed = standing(view.run.ledger_version.runs, view.period).closed
    return closed if closed and closed.run == view.run.manifest.run else None


def bills_section(view: PageContext) -> Section:
    """List the bills of the month, with newer deliveries that are not allocated yet."""
    return Section(
        "sources",
        "Bills",
        (
            TableColumn("bill", "Bill", CellStyle.CODE),
            TableColumn("format", "Format"),
            TableColumn("delivered", "Delivered"),
            TableColumn("files", "Files", CellStyle.COUNT),
            TableColumn("allocated", "Allocated", CellStyle.STATUS),
        ),
        _bills(view),
        note=_note(view),
    )


def _bills(view: PageContext) -> Sequence[Row]:
    used = view.run.published.bills
    newest = view.run.ledger_version.deliveries(view.period)
    return [
        # The name of a bill may contain a payer or an account.
        _bill(name if view.full_access else f"{at}", newest.get(name), used.get(name))
        for at, name in enumerate(sorted({*used, *newest}), start=1)
    ]


def _bill(name: str, newest: Manifest | None, used: Manifest | None) -> Row:
    delivery = used or newest
    assert delivery is not None
    waiting = newest is not None and (used is None or used.run != newest.run)
    return {
        "bill": name,
        "format": delivery.details.get("format", ""),
        "delivered": utc_time(delivery.at),
        "files": len(delivery.inputs),
        "allocated": f"no, newer delivery of {utc_time(newest.at)}"
        if waiting and newest
        else "yes",
    }


def _note(view: PageContext) -> str:
    manifest = view.run.manifest
    state = month_state(view)
    last = [row.last for row in view.run.rows(queries.status_query())]
    days = max(filter(None, last), default=None)
    until = f" The last charge is dated {days:%Y-%m-%d}." if days else ""
    return (
        f"The month is {state}. {_MEANINGS[state]}{until} It was allocated on "
        f"{utc_time(manifest.at)} with {view.run.rulebook.name}.{_close_note(view)}"
    )


def _close_note(view: PageContext) -> str:
    closed = _close(view)
    if closed is None:
        return ""
    approver = f" by {closed.decision.approver}" if view.full_access else ""
    return f" It was closed on {utc_time(closed.at)}{approver}."
