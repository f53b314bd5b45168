"""How money found its owner, in words: by a tag, an account, a rule, a pool, or not at all."""

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

#: What a kind of source is drawn in.
_COLOURS = {
    FromTag: TEAL,
    FromAccountTag: BLUE,
    FromLookup: BLUE,
    FromColumn: BLUE,
    FromCondition: VIOLET,
}


def how_words(dimension: Dimension, source: str) -> str:
    """Say in a few words what gave a value: `tag CostCenter`, `rule in line 34`, `nothing`."""
    found = next((one for one in dimension.sources if source_label(one) == source), None)
    if isinstance(found, FromCondition):
        return f"rule in line {found.place.line}"
    if found is None:
        return "no rule"
    return source_of(dimension, source)[0].removeprefix("by ")


def how_place(dimension: Dimension, source: str) -> str:
    """Tell where the rulebook says so."""
    return str(source_of(dimension, source)[1])


def how_colour(dimension: Dimension, source: str) -> str:
    """Choose the colour of a kind of source."""
    if source.startswith(POOL):
        return AMBER
    found = next((one for one in dimension.sources if source_label(one) == source), None)
    return ROSE if found is None else _COLOURS.get(type(found), GREY)
