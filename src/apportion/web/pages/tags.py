"""The tags page: coverage by cost, resources without a tag, and spellings of values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from apportion.core.allocation.rounding import part_of
from apportion.core.dashboard import queries
from apportion.core.dashboard.aggregates import ACCOUNT, CATEGORY, SERVICE, rulebook_tags
from apportion.core.dashboard.page_rows import TagValue
from apportion.core.reporting.explain import added
from apportion.core.rulebook.dimension_sql import canonical
from apportion.model.row import Row
from apportion.model.rulebook import Dimension, FromTag
from apportion.model.tags.tag_keys import normalise, normalise_value
from apportion.model.wording import percent
from apportion.web.allocation_labels import allocation_label
from apportion.web.page_context import OWNER, PageContext
from apportion.web.page_model import CellStyle, Choice, KeyFigure, Page, Section, TableColumn

#: The number of rows of the heat map; files have all.
MAX_ROWS = 24

#: The number of tags in the heat map that the rulebook does not read.
_MAX_OTHER_TAGS = 3

#: The number of resources with a missing tag, and of values with several spellings.
_MAX_RESOURCES, _MAX_VALUES = 40, 60

#: In coverage, the tag of all taggable cost.
_ANY = ""


def tags(view: PageContext, *, by: str = ACCOUNT, tag: str = "") -> Page:
    """Create the page; `by` is the column of the heat map's rows, `tag` the missing tag."""
    cost = _cost_by_tag(view)
    tags_read = tuple(dict.fromkeys(rulebook_tags(view.run.rulebook).values()))
    frequent = [t for t in cost if t and t not in tags_read and cost[t] * 100 >= cost[_ANY]]
    others = sorted(frequent, key=lambda t: (-cost[t], t))[:_MAX_OTHER_TAGS]
    shown = (*tags_read, *others)
    taggable = cost.get(_ANY, Decimal())
    return Page(
        "tags",
        f"Tags, {view.period}",
        _heading(view, tags_read, cost),
        lead="Coverage is measured in cost, not in number of resources. Taggable cost is the usage "
        "of resources; tax, support, fees and discounts cannot have tags and are excluded.",
        figures=(
            KeyFigure("Taggable cost", taggable),
            *(KeyFigure(t, part_of(cost.get(t, Decimal()), taggable), CellStyle.SHARE,
                     note=f"{view.money(taggable - cost.get(t, Decimal()))} untagged")
              for t in tags_read),
        ),
        sections=(_heat(view, by, shown), _untagged(view, tag, tags_read), _values(view)),
    )  # fmt: skip


def _cost_by_tag(view: PageContext) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row in view.run.rows(queries.coverage_query("#owner", view.currency)):
        sums[row.tag] = sums.get(row.tag, Decimal()) + row.total
    return sums


def _heading(view: PageContext, tags_read: Sequence[str], cost: Mapping[str, Decimal]) -> str:
    taggable = cost.get(_ANY, Decimal())
    first = _owner_tag(view) or next(iter(tags_read), "")
    part = part_of(cost.get(first, Decimal()), taggable)
    if not first or part is None:
        return f"No taggable cost in {view.period}"
    return f"{percent(part)} of taggable cost in {view.period} has the tag {first}"


def _owner_tag(view: PageContext) -> str:
    names = rulebook_tags(view.run.rulebook)
    return next(
        (names[normalise(s.keys[0])] for s in view.run.owner.sources if isinstance(s, FromTag)),
        "",
    )


def _heat(view: PageContext, by: str, shown: Sequence[str]) -> Section:
    column = "#owner" if by == OWNER else by
    sums: dict[str, dict[str, Decimal]] = {}
    for row in view.run.rows(queries.coverage_query(column, view.currency)):
        sums.setdefault(row.value, {})[row.tag] = row.total
    ordered = sorted(sums, key=lambda value: (-sums[value].get(_ANY, Decimal()), value))
    rows = [
        {
            "value": value if by == OWNER else view.value_label(by, value),
            "usage": sums[value].get(_ANY, Decimal()),
            **{
                f"{tag} share": part_of(
                    sums[value].get(tag, Decimal()), sums[value].get(_ANY, Decimal())
                )
                for tag in shown
            },
        }
        for value in ordered
    ]
    return Section(
        "coverage",
        "Tag coverage by cost",
        (
            TableColumn("value", view.column_title(by).capitalize()),
            TableColumn("usage", "Taggable cost", CellStyle.MONEY),
            *(TableColumn(f"{tag} share", tag, CellStyle.HEAT) for tag in shown),
        ),
        rows,
        note="A stronger colour means that more of the cost has the tag.",
        choices={
            "by": tuple(
                Choice(
                    view.column_title(one),
                    view.links.this_page(by="" if one == ACCOUNT else one),
                    current=one == by,
                )
                for one in dict.fromkeys((ACCOUNT, SERVICE, OWNER, *view.group_columns()))
                if one != CATEGORY
            )
        },
        max_rows=MAX_ROWS,
        empty="No usage of resources in this month.",
    )  # fmt: skip


def _untagged(view: PageContext, tag: str, tags_read: Sequence[str]) -> Section:
    dimension = view.run.owner
    rows = [
        {
            "resource": row.resource,
            "total": row.total,
            "missing": row.missing,
            "owner": row.owner,
            "allocated_by": allocation_label(dimension, row.source),
            "account": f"{row.account_name} · {row.account}".strip(" ·"),
            "service": row.service or None,
        }
        for row in view.run.rows(
            queries.untagged_query(view.currency, tag=tag, most=_MAX_RESOURCES)
        )
    ]
    return Section(
        "untagged",
        f"Resources without {tag}" if tag else "Resources with missing tags",
        (
            TableColumn("resource", "Resource", CellStyle.CODE,
                   link=lambda row: view.links.page("explain", resource=str(row["resource"]))
                   if view.full_access else ""),
            TableColumn("total", "Cost", CellStyle.MONEY),
            TableColumn("missing", "Missing tags"),
            TableColumn("owner", "Owner",
                   link=lambda row: view.links.page("owners", owner=str(row["owner"]))),
            TableColumn("allocated_by", "Allocated by"),
            TableColumn("account", "Account"),
            TableColumn("service", "Service"),
        ),
        rows,
        note=f"Tags that the rulebook reads. The {_MAX_RESOURCES} resources with the highest cost."
        if len(rows) == _MAX_RESOURCES
        else "Tags that the rulebook reads.",
        choices={
            "missing tag": tuple(
                Choice(one or "any", view.links.this_page(tag=one), current=one == tag)
                for one in ("", *tags_read)
            )
        },
        max_rows=20,
        empty="No resource has a missing tag.",
    )  # fmt: skip


def _values(view: PageContext) -> Section:
    """List values with several spellings, and values that the rulebook does not allow."""
    alike: dict[tuple[str, str], list[TagValue]] = {}
    for value in view.run.rows(queries.values_query(view.currency)):
        alike.setdefault((value.tag, normalise_value(value.value)), []).append(value)
    by_meaning: dict[tuple[str, str, str], list[TagValue]] = {}
    for (tag, normal), found in alike.items():
        meaning, state = _meaning(view, tag, found[0].value)
        by_meaning.setdefault((tag, meaning or normal, state), []).extend(found)
    problems = [
        (key, found)
        for key, found in by_meaning.items()
        if key[2] or len({value.value for value in found}) > 1
    ]
    rows: list[Row] = [
        {
            "tag": tag,
            "means": meaning if state != "not allowed" else None,
            "spellings": _spellings(found),
            "state": "several spellings" if state == "" else state,
            "resources": sum(value.resources for value in found),
            "total": added(value.total for value in found),
        }
        for (tag, meaning, state), found in sorted(
            problems, key=lambda pair: (-abs(added(v.total for v in pair[1])), _spellings(pair[1]))
        )
    ]
    return Section(
        "values",
        "Tag values with several spellings or not allowed",
        (
            TableColumn("tag", "Tag"),
            TableColumn("spellings", "Spellings"),
            TableColumn("means", "Value"),
            TableColumn("state", "Problem", CellStyle.STATUS),
            TableColumn("resources", "Resources", CellStyle.COUNT),
            TableColumn("total", "Cost", CellStyle.MONEY),
        ),
        rows[:_MAX_VALUES],
        note="The rulebook ignores upper and lower case and separators; other tools do not."
        + (
            f" The {_MAX_VALUES} values with the highest cost, of {len(rows):,}."
            if len(rows) > _MAX_VALUES
            else ""
        ),
        empty="Every value has one spelling and is allowed.",
    )


def _spellings(found: Sequence[TagValue]) -> str:
    return ", ".join(dict.fromkeys(value.value for value in found))


def _meaning(view: PageContext, tag: str, value: str) -> tuple[str, str]:
    """The allowed value of a spelling, and `not allowed` if there is none."""
    dimension = _dimension(view, tag)
    if dimension is None or not dimension.values:
        return "", ""
    found = canonical(dimension, [value]).get(value)
    return (found, "") if found else (value, "not allowed")


def _dimension(view: PageContext, tag: str) -> Dimension | None:
    for dimension in view.run.rulebook.dimensions:
        for source in dimension.sources:
            if isinstance(source, FromTag) and (source.written or source.keys)[0] == tag:
                return dimension
    return None
