"""The tags page: coverage by cost, largest resources without a tag, spellings of values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from apportion.core.allocation.rounding import part_of
from apportion.core.dashboard import queries
from apportion.core.dashboard.aggregates import ACCOUNT, CATEGORY, SERVICE, rulebook_tags
from apportion.core.reporting.explain import added
from apportion.core.rulebook.dimension_sql import canonical
from apportion.core.rulebook.tag_keys import normalise, normalise_value
from apportion.model.row import Row
from apportion.model.rulebook import Dimension, FromTag
from apportion.web import formatting
from apportion.web.allocation_labels import how_words
from apportion.web.page_context import OWNER, PageContext, money_of
from apportion.web.page_model import CellStyle, Choice, Figure, Page, Section, TableColumn

#: The number of rows of the heat map; files have all.
MOST = 24

#: The number of tags that the rulebook does not read, beside those that it reads.
_OTHERS = 3

#: The number of resources with a missing tag, and of values with several spellings.
_WORST, _VALUES = 40, 60
_ALL = ""


def tags(view: PageContext, *, by: str = ACCOUNT, tag: str = "") -> Page:
    """Make the page; `by` is the column of the rows of the heat map, `tag` the missing tag."""
    whole = _whole(view)
    asked = tuple(dict.fromkeys(rulebook_tags(view.sight.rulebook).values()))
    told = [t for t in whole if t and t not in asked and whole[t] * 100 >= whole[_ALL]]
    others = sorted(told, key=lambda t: (-whole[t], t))[:_OTHERS]
    shown = (*asked, *others)
    taggable = whole.get(_ALL, Decimal())
    return Page(
        "tags",
        f"Tags in {formatting.month(view.period)}",
        _heading(view, asked, whole),
        lead="Coverage is measured in cost, not in number of resources. Taggable cost is the usage "
        "of resources; tax, support, fees and discounts cannot carry tags and are excluded.",
        figures=(
            Figure("Taggable cost", taggable),
            *(Figure(t, part_of(whole.get(t, Decimal()), taggable), CellStyle.PART,
                     note=f"{view.money(taggable - whole.get(t, Decimal()))} untagged")
              for t in asked),
        ),
        sections=(_heat(view, by, shown), _worst(view, tag, asked), _spellings(view)),
    )  # fmt: skip


def _whole(view: PageContext) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row in view.sight.rows(queries.coverage_query("#owner", view.currency)):
        tag = str(row["tag"])
        sums[tag] = sums.get(tag, Decimal()) + money_of(row["total"])
    return sums


def _heading(view: PageContext, asked: Sequence[str], whole: Mapping[str, Decimal]) -> str:
    taggable = whole.get(_ALL, Decimal())
    first = _owner_tag(view) or next(iter(asked), "")
    part = part_of(whole.get(first, Decimal()), taggable)
    if not first or part is None:
        return "No taggable cost in this month"
    return f"{first} is on {formatting.part(part)} of taggable cost"


def _owner_tag(view: PageContext) -> str:
    names = rulebook_tags(view.sight.rulebook)
    return next(
        (names[normalise(s.keys[0])] for s in view.sight.owner.sources if isinstance(s, FromTag)),
        "",
    )


def _heat(view: PageContext, by: str, shown: Sequence[str]) -> Section:
    cut = "#owner" if by == OWNER else by
    sums: dict[str, dict[str, Decimal]] = {}
    for row in view.sight.rows(queries.coverage_query(cut, view.currency)):
        sums.setdefault(str(row["value"]), {})[str(row["tag"])] = money_of(row["total"])
    ordered = sorted(sums, key=lambda value: (-sums[value].get(_ALL, Decimal()), value))
    rows = [
        {
            "value": value if by == OWNER else view.called(by, value),
            "usage": sums[value].get(_ALL, Decimal()),
            **{
                f"{tag} share": part_of(
                    sums[value].get(tag, Decimal()), sums[value].get(_ALL, Decimal())
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
            TableColumn("value", view.titled(by).capitalize()),
            TableColumn("usage", "Taggable cost", CellStyle.MONEY),
            *(TableColumn(f"{tag} share", tag, CellStyle.HEAT) for tag in shown),
        ),
        rows,
        note="The darker a cell, the more of its cost carries the tag.",
        choices={
            "by": tuple(
                Choice(view.titled(cut), view.links.here(by="" if cut == ACCOUNT else cut),
                       here=cut == by)
                for cut in (ACCOUNT, SERVICE, OWNER,
                            *(c for c in view.cuts() if c not in {ACCOUNT, SERVICE, CATEGORY}))
            )
        },
        shown=MOST,
        empty="No usage of resources in this month.",
    )  # fmt: skip


def _worst(view: PageContext, tag: str, asked: Sequence[str]) -> Section:
    dimension = view.sight.owner
    rows = [
        {
            **row,
            "account": f"{row['account_name'] or ''} · {row['account']}".strip(" ·"),
            "allocated_by": how_words(dimension, str(row["source"])),
        }
        for row in view.sight.rows(queries.untagged_query(view.currency, tag=tag, most=_WORST))
    ]
    return Section(
        "untagged",
        f"Largest resources without {tag}" if tag else "Largest resources with a missing tag",
        (
            TableColumn("resource", "Resource", CellStyle.CODE,
                   link=lambda row: view.links.page("explain", resource=str(row["resource"]))
                   if view.everything else ""),
            TableColumn("total", "Cost", CellStyle.MONEY),
            TableColumn("missing", "Missing tags"),
            TableColumn("owner", "Owner",
                   link=lambda row: view.links.page("owners", name=str(row["owner"]))),
            TableColumn("allocated_by", "Allocated by"),
            TableColumn("account", "Account"),
            TableColumn("service", "Service"),
        ),
        rows,
        note=f"Only tags that the rulebook reads. The {_WORST} resources with the highest cost."
        if len(rows) == _WORST
        else "Only tags that the rulebook reads.",
        choices={
            "missing tag": tuple(
                Choice(one or "any", view.links.here(tag=one), here=one == tag)
                for one in ("", *asked)
            )
        },
        shown=20,
        empty="No resource has a missing tag.",
    )  # fmt: skip


def _spellings(view: PageContext) -> Section:
    """List values with several spellings, and values that the rulebook does not allow."""
    alike: dict[tuple[str, str], list[Row]] = {}
    for row in view.sight.rows(queries.values_query(view.currency)):
        key = (str(row["tag"]), normalise_value(str(row["value"])))
        alike.setdefault(key, []).append(row)
    by_meaning: dict[tuple[str, str, str], list[Row]] = {}
    for (tag, normal), found in alike.items():
        meaning, state = _meaning(view, tag, str(found[0]["value"]))
        by_meaning.setdefault((tag, meaning or normal, state), []).extend(found)
    rows = [
        {
            "tag": tag,
            "means": meaning if state != "not allowed" else None,
            "spellings": ", ".join(dict.fromkeys(str(row["value"]) for row in found)),
            "state": "several spellings" if state == "" else state,
            "resources": sum(int(str(row["resources"])) for row in found),
            "total": added(money_of(row["total"]) for row in found),
        }
        for (tag, meaning, state), found in by_meaning.items()
        if state or len({row["value"] for row in found}) > 1
    ]
    rows.sort(key=lambda row: (-abs(money_of(row["total"])), str(row["spellings"])))
    return Section(
        "values",
        "Tag values with several spellings or not allowed",
        (
            TableColumn("tag", "Tag"),
            TableColumn("spellings", "Spellings"),
            TableColumn("means", "Value"),
            TableColumn("state", "Problem", CellStyle.MARK),
            TableColumn("resources", "Resources", CellStyle.COUNT),
            TableColumn("total", "Cost", CellStyle.MONEY),
        ),
        rows[:_VALUES],
        note="Rules ignore case and separators; other reports do not."
        + (
            f" The {_VALUES} values with the highest cost, of {len(rows):,}."
            if len(rows) > _VALUES
            else ""
        ),
        empty="Every value has one spelling and is allowed.",
    )


def _meaning(view: PageContext, tag: str, value: str) -> tuple[str, str]:
    """The allowed value that a spelling stands for, and `not allowed` where there is none."""
    dimension = _dimension(view, tag)
    if dimension is None or not dimension.values:
        return "", ""
    found = canonical(dimension, [value]).get(value)
    return (found, "") if found else (value, "not allowed")


def _dimension(view: PageContext, tag: str) -> Dimension | None:
    for dimension in view.sight.rulebook.dimensions:
        for source in dimension.sources:
            if isinstance(source, FromTag) and (source.written or source.keys)[0] == tag:
                return dimension
    return None
