"""Labels, places and colours of the sources that give cost an owner: tag, account, rule, pool."""

from __future__ import annotations

from apportion.core.reporting.explain import source_of
from apportion.core.rulebook.rule_columns import source_label
from apportion.model.rulebook import (
    Dimension,
    FromAccountTag,
    FromColumn,
    FromCondition,
    FromLookup,
    FromTag,
)

from .charts.palette import AMBER, BLUE, GREY, ROSE, TEAL, VIOLET

POOL = "pool "

#: The colour of each kind of source.
_COLOURS = {
    FromTag: TEAL,
    FromAccountTag: BLUE,
    FromLookup: BLUE,
    FromColumn: BLUE,
    FromCondition: VIOLET,
}


def allocation_label(dimension: Dimension, source: str) -> str:
    """Name a source for people: `tag CostCenter`, `rule in line 34`, `no rule`."""
    found = next((one for one in dimension.sources if source_label(one) == source), None)
    if isinstance(found, FromCondition):
        return f"rule in line {found.place.line}"
    if found is None:
        return "no rule"
    return source_of(dimension, source)[0].removeprefix("by ")


def rule_place(dimension: Dimension, source: str) -> str:
    """The file and line of a source in the rulebook."""
    return str(source_of(dimension, source)[1])


def source_colour(dimension: Dimension, source: str) -> str:
    """The colour of a source."""
    if source.startswith(POOL):
        return AMBER
    found = next((one for one in dimension.sources if source_label(one) == source), None)
    return ROSE if found is None else _COLOURS.get(type(found), GREY)
