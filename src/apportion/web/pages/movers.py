"""Changes since the month before, largest first, as a waterfall from one total to the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from apportion.core.allocation.rounding import part_of
from apportion.core.reporting.explain import added
from apportion.model.cents import money_change
from apportion.model.row import Row
from apportion.usecases.dashboard.run_cache import ScopedRun
from apportion.web.charts.waterfall import axis_range, waterfall
from apportion.web.page_context import OWNER, PageContext
from apportion.web.page_model import CellStyle, Chart, Section, TableColumn

from .by_day import OTHERS, by_day, value_label

#: The number of changes with a step each; one step has the sum of the others.
_MAX_STEPS = 9


def movers(view: PageContext, by: str) -> Section:
    """Compare the month with the one before, which must be allocated."""
    assert view.before is not None
    now, then = _totals(view, view.run, by), _totals(view, view.before, by)
    changes = {name: now.get(name, Decimal()) - then.get(name, Decimal()) for name in {*now, *then}}
    ordered = sorted(changes, key=lambda name: (-abs(changes[name]), name))
    before, after = added(then.values()), added(now.values())
    rows = [
        {
            "name": value_label(view, by, name),
            "previous": then.get(name, Decimal()),
            "current": now.get(name, Decimal()),
            "change": changes[name],
            "change_share": part_of(changes[name], abs(then.get(name, Decimal()))),
        }
        for name in ordered
    ]
    old, new = view.before.period, view.period
    return Section(
        "movers",
        f"Change since {old}",
        (
            TableColumn("name", view.column_title(by).capitalize(), link=_link_of(view, by)),
            TableColumn("previous", old, CellStyle.MONEY),
            TableColumn("current", new, CellStyle.MONEY),
            TableColumn("change", "Change", CellStyle.CHANGE),
            TableColumn("change_share", "Change in percent", CellStyle.SHARE),
        ),
        rows,
        note=""
        if axis_range(before, changes.values(), after) is None
        else "The axis does not start at zero.",
        chart=_chart(
            view,
            (old, before),
            [(value_label(view, by, name), changes[name]) for name in ordered],
            (new, after),
        ),
        collapsed=True,
        total={"name": "", "previous": before, "current": after, "change": after - before},
    )


def _totals(view: PageContext, run: ScopedRun, by: str) -> Mapping[str, Decimal]:
    return {name: added(d.values()) for name, d in by_day(view, run, by).items()}


def _chart(
    view: PageContext,
    before: tuple[str, Decimal],
    changes: Sequence[tuple[str, Decimal]],
    after: tuple[str, Decimal],
) -> Chart:
    steps = [(name, change) for name, change in changes[:_MAX_STEPS] if change]
    rest = added(change for _name, change in changes[_MAX_STEPS:])
    all_steps = [*steps, *([(OTHERS, rest)] if rest else [])]
    largest = "; ".join(
        f"{name} {money_change(change, view.currency)}" for name, change in steps[:5]
    )
    return Chart(
        waterfall(before, all_steps, after, currency=view.currency),
        f"From {view.money(before[1])} in {before[0]} to {view.money(after[1])} in {after[0]}: "
        f"{largest}.",
    )


def _link_of(view: PageContext, by: str) -> Callable[[Row], str] | None:
    if by != OWNER:
        return None
    return lambda row: view.links.page("owners", owner=str(row["name"]))
