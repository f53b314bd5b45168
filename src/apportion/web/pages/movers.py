"""The changes since the month before: steps from one total to the other, largest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from apportion.core.allocation.rounding import part_of
from apportion.core.reporting.explain import added
from apportion.model.row import Row
from apportion.usecases.dashboard.run_cache import ScopedRun
from apportion.web import formatting
from apportion.web.charts.waterfall import axis_begins, steps
from apportion.web.page_context import OWNER, PageContext, sign_of
from apportion.web.page_model import CellStyle, Chart, Section, TableColumn

from .by_day import OTHERS, by_day, named

#: The number of changes with a step each; the others are added up in one.
_MOST = 9


def movers(view: PageContext, by: str) -> Section:
    """Compare the month with the one before, which must be there."""
    assert view.before is not None
    now, then = _totals(view, view.sight, by), _totals(view, view.before, by)
    changes = {name: now.get(name, Decimal()) - then.get(name, Decimal()) for name in {*now, *then}}
    ordered = sorted(changes, key=lambda name: (-abs(changes[name]), name))
    before, after = added(then.values()), added(now.values())
    rows = [
        {
            "name": named(view, by, name),
            "before": then.get(name, Decimal()),
            "now": now.get(name, Decimal()),
            "change": changes[name],
            "change_share": part_of(changes[name], abs(then.get(name, Decimal()))),
        }
        for name in ordered
    ]
    old, new = formatting.month_alone(view.before.period), formatting.month_alone(view.period)
    return Section(
        "movers",
        f"Changes since {old}",
        (
            TableColumn("name", view.titled(by).capitalize(), link=_link_of(view, by)),
            TableColumn("before", old, CellStyle.MONEY),
            TableColumn("now", new, CellStyle.MONEY),
            TableColumn("change", "Change", CellStyle.CHANGE),
            TableColumn("change_share", "Change in %", CellStyle.PART),
        ),
        rows,
        note=""
        if axis_begins(before, changes.values(), after) is None
        else "The axis does not start at zero.",
        chart=_chart(view, (old, before), rows, (new, after)),
        folded=True,
        total={"name": "", "before": before, "now": after, "change": after - before},
    )


def _totals(view: PageContext, sight: ScopedRun, by: str) -> Mapping[str, Decimal]:
    return {name: added(d.values()) for name, d in by_day(view, sight, by).items()}


def _chart(
    view: PageContext, before: tuple[str, Decimal], rows: Sequence[Row], after: tuple[str, Decimal]
) -> Chart:
    drawn = [(str(r["name"]), Decimal(str(r["change"]))) for r in rows[:_MOST] if r["change"]]
    rest = added(Decimal(str(row["change"])) for row in rows[_MOST:])
    steps_drawn = [*drawn, *([(OTHERS, rest)] if rest else [])]
    told = "; ".join(f"{name} {view.money(change, signed=True)}" for name, change in drawn[:5])
    return Chart(
        steps(before, steps_drawn, after, currency=view.currency, sign=sign_of(view.currency)),
        f"From {view.money(before[1])} in {before[0]} to {view.money(after[1])} in {after[0]}: "
        f"{told}.",
    )


def _link_of(view: PageContext, by: str) -> Callable[[Row], str] | None:
    if by != OWNER:
        return None
    return lambda row: view.links.page("owners", name=str(row["name"]))
