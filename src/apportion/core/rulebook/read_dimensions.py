"""Read the dimensions of a rulebook: sources, values, defaults, and their order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from apportion.model.findings import rules
from apportion.model.findings.finding import Finding, Place, add
from apportion.model.rulebook import (
    Condition,
    Dimension,
    FromAccountTag,
    FromColumn,
    FromCondition,
    FromLookup,
    FromTag,
    OtherValues,
    Value,
    ValueSource,
)
from apportion.model.suggestions import did_you_mean, shown
from apportion.model.tags.tag_keys import normalise, normalise_value
from apportion.model.wording import join_words

from .conditions.columns import read_column
from .conditions.parse import compared_values, is_always_true, read_condition
from .dimension_names import check_name
from .misplaced_expressions import check_tag_keys, check_value, check_values
from .owner_names import Values
from .yaml.nodes import ListNode, MapNode, Node, TextNode

DEFAULT = "unallocated"


def read_dimensions(node: Node | None, findings: list[Finding]) -> tuple[Dimension, ...]:
    """Read dimensions, already checked for form, in the order of the file."""
    if not isinstance(node, MapNode):
        return ()
    names = [key.text for key, _ in node.entries]
    return tuple(
        _read_dimension(key, value, names, findings)
        for key, value in node.entries
        if isinstance(value, MapNode)
    )


def sort_by_need(dimensions: Sequence[Dimension], findings: list[Finding]) -> tuple[Dimension, ...]:
    """Put dimensions after those that their conditions use, otherwise in the order of the file.

    Dimensions of a cycle, and those that need one, stay in their order; each cycle is a finding.
    """
    names = [dimension.name for dimension in dimensions]
    needs = {dimension.name: _needs(dimension, names) for dimension in dimensions}
    order: list[Dimension] = []
    done: set[str] = set()
    waiting = list(dimensions)
    while waiting:
        ready = next((one for one in waiting if needs[one.name] <= done), None)
        if ready is None:
            _report_cycles(waiting, needs, findings)
            return (*order, *waiting)
        order.append(ready)
        done.add(ready.name)
        waiting.remove(ready)
    return tuple(order)


def check_comparisons(
    conditions: Iterable[Condition], dimensions: Sequence[Dimension], findings: list[Finding]
) -> None:
    """Find comparisons of a dimension with a text that it can never be."""
    values = {dimension.name: Values(dimension) for dimension in dimensions}
    for condition in conditions:
        for column, text in dict.fromkeys(compared_values(condition)):
            known = values.get(column)
            if known is None or text in known.names or not known.known:
                continue
            meant = known.canonical(text)
            remedy = f"Did you mean {meant}?" if meant else did_you_mean(text, known.names)
            subject = f"{column} is never {shown(text)}"
            expected = f"one of {join_words(known.names)}"
            findings.append(
                Finding(rules.NEVER_EQUAL, str(condition.place), subject, expected, remedy=remedy)
            )


def _read_dimension(
    key: TextNode, node: MapNode, names: Sequence[str], findings: list[Finding]
) -> Dimension:
    check_name(key, names, findings)
    values = _read_values(node.get("values"))
    other = node.get("other_values")
    default = node.get("default")
    dimension = Dimension(
        name=key.text,
        sources=_read_sources(node.get("from"), names, findings),
        values=values,
        other_values=OtherValues(other.text if isinstance(other, TextNode) else OtherValues.REJECT),
        default=default.text.strip() if isinstance(default, TextNode) else DEFAULT,
        place=key.place,
    )
    check_values(dimension, default, findings)
    _check_same_values(dimension, findings)
    _check_default(dimension, default.place if default else key.place, findings)
    _check_reachable(dimension, findings)
    return _with_canonical_values(dimension, findings)


def _read_values(node: Node | None) -> tuple[Value, ...]:
    if isinstance(node, ListNode):
        texts = [item for item in node.items if isinstance(item, TextNode)]
        return tuple(Value(item.text.strip(), (), item.place) for item in texts)
    if not isinstance(node, MapNode):
        return ()
    return tuple(
        Value(key.text.strip(), tuple(_texts(aliases)), key.place) for key, aliases in node.entries
    )


def _read_sources(
    node: Node | None, names: Sequence[str], findings: list[Finding]
) -> tuple[ValueSource, ...]:
    items = node.items if isinstance(node, ListNode) else ()
    read = (_read_source(item, names, findings) for item in items if isinstance(item, MapNode))
    return tuple(source for source in read if source is not None)


def _read_source(
    node: MapNode, names: Sequence[str], findings: list[Finding]
) -> ValueSource | None:
    """Read one source; None if a required part of it has a finding."""
    place = node.place
    kind = next((key.text for key, _ in node.entries if key.text != "value"), "")
    given = node.get(kind)
    if given is None:
        return None
    if kind in ("tag", "account_tag"):
        written: dict[str, str] = {}
        check_tag_keys(given, findings)
        for key in _texts(given):
            written.setdefault(normalise(key), key)
        made = FromTag if kind == "tag" else FromAccountTag
        return made(tuple(written), place, tuple(written.values()))
    if not isinstance(given, TextNode):
        return None
    if kind == "where":
        return _read_condition_source(node, given, names, findings)
    if kind == "lookup":
        return FromLookup(given.text, place)
    column = read_column(given.text.strip(), place=given.place, findings=findings)
    return FromColumn(column, place) if column else None


def _read_condition_source(
    node: MapNode, given: TextNode, names: Sequence[str], findings: list[Finding]
) -> FromCondition | None:
    value = node.get("value")
    where = read_condition(given.text, place=given.place, dimensions=names, findings=findings)
    if where is None or not isinstance(value, TextNode):
        return None
    check_value(value, findings)
    return FromCondition(where, value.text.strip(), node.place)


def _texts(node: Node) -> list[str]:
    nodes = node.items if isinstance(node, ListNode) else (node,)
    return [one.text.strip() for one in nodes if isinstance(one, TextNode) and not one.nothing]


def _check_same_values(dimension: Dimension, findings: list[Finding]) -> None:
    first: dict[str, tuple[str, str]] = {}
    for value in dimension.values:
        for spelling in (value.name, *value.aliases):
            other, of = first.setdefault(normalise_value(spelling), (spelling, value.name))
            if of != value.name:
                subject = f"{_of(other, of)} and {_of(spelling, value.name)} are the same"
                expected = "values that differ in more than case and separators"
                add(findings, rules.SAME_VALUE, value.place, subject, expected)


def _of(spelling: str, value: str) -> str:
    return shown(spelling) if spelling == value else f"{shown(spelling)} (for {shown(value)})"


def _check_default(dimension: Dimension, place: Place, findings: list[Finding]) -> None:
    default = dimension.default
    if default in {value.name for value in dimension.values}:
        subject = f"{shown(default)} is the default of {dimension.name} and one of its values"
        remedy = "Give charges without a value a word of their own, like unallocated."
        add(findings, rules.DEFAULT_IN_VALUES, place, subject, remedy=remedy)
        return
    for value in dimension.values:
        spellings = {normalise_value(spelling) for spelling in (value.name, *value.aliases)}
        if normalise_value(default) in spellings:
            subject = f"the default {shown(default)} is another spelling of {shown(value.name)}"
            expected = f"{shown(value.name)}, or a word of its own"
            add(findings, rules.DEFAULT_IS_VALUE, place, subject, expected)


def _check_reachable(dimension: Dimension, findings: list[Finding]) -> None:
    covered: dict[object, ValueSource] = {}
    for source in dimension.sources:
        everything = covered.get("TRUE")
        same = [covered[what] for what in _looked_at(source) if what in covered]
        earlier = everything or (same[0] if len(same) == len(_looked_at(source)) else None)
        if earlier is not None:
            why = "gives every charge a value" if everything else "reads the same"
            subject = f"this source of {dimension.name} is never used"
            found = f"the one in line {earlier.place.line} {why}"
            add(findings, rules.UNREACHABLE, source.place, subject, found=found)
        for what in _looked_at(source):
            covered.setdefault(what, source)


def _looked_at(source: ValueSource) -> list[object]:
    match source:
        case FromTag(keys) | FromAccountTag(keys):
            return [(type(source), key) for key in keys]
        case FromLookup(name) | FromColumn(name):
            return [(type(source), name)]
        case FromCondition(where):
            return ["TRUE" if is_always_true(where) else where.sql]


def _with_canonical_values(dimension: Dimension, findings: list[Finding]) -> Dimension:
    """Write the values of conditions as the list does; one that is not allowed is a finding."""
    values = Values(dimension)
    for source in dimension.sources:
        if isinstance(source, FromCondition) and values.canonical(source.value) is None:
            subject = f"{dimension.name} does not allow the value {shown(source.value)}"
            remedy = did_you_mean(source.value, values.names)
            expected = f"one of {join_words(values.names)}"
            add(findings, rules.UNKNOWN_VALUE, source.place, subject, expected, remedy=remedy)
    sources = tuple(
        replace(source, value=values.canonical(source.value) or source.value)
        if isinstance(source, FromCondition)
        else source
        for source in dimension.sources
    )
    return replace(dimension, sources=sources)


def _needs(dimension: Dimension, names: Collection[str]) -> set[str]:
    return {
        column
        for source in dimension.sources
        if isinstance(source, FromCondition)
        for column in source.where.columns
        if column in names
    }


def _report_cycles(
    waiting: Sequence[Dimension], needs: Mapping[str, set[str]], findings: list[Finding]
) -> None:
    """Follow the needs of each dimension until one repeats; each cycle is one finding."""
    names = [dimension.name for dimension in waiting]
    reported: set[str] = set()
    for dimension in waiting:
        path = [dimension.name]
        while path[-1] not in path[:-1]:
            path.append(next(name for name in names if name in needs[path[-1]]))
        cycle = path[path.index(path[-1]) :]
        if reported.isdisjoint(cycle):
            reported.update(cycle)
            place = next(one.place for one in waiting if one.name == cycle[0])
            subject = f"dimensions need each other: {' needs '.join(cycle)}"
            remedy = "Let one of them look at columns or tags instead."
            add(findings, rules.CYCLE, place, subject, remedy=remedy)
