"""Shapes of nodes: one description that both checks what a user wrote and becomes a JSON Schema."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from apportion.model.findings import rules
from apportion.model.findings.finding import Code, Finding, Place, add
from apportion.model.suggestions import did_you_mean, shown
from apportion.model.wording import join_words

from .nodes import ListNode, MapNode, Node, TextNode

JsonSchema = dict[str, object]


@dataclass(frozen=True)
class Text:
    """A text that matches a pattern, or is one of some words; `expected` describes it for people.

    `numeric` texts are written as numbers: an editor's YAML reads them so, we read text.
    """

    expected: str = "a text"
    pattern: str = r"(?s).*\S.*"
    words: tuple[str, ...] = ()
    numeric: bool = False


@dataclass(frozen=True)
class Nothing:
    """A place where nothing needs to be written."""


@dataclass(frozen=True)
class ListOf:
    """A list of one shape, with at least one item unless `empty` is allowed."""

    item: Shape
    empty: bool = False


@dataclass(frozen=True)
class MapOf:
    """Names that the user chooses, each with a value of one shape."""

    key: Text
    value: Shape


@dataclass(frozen=True)
class Key:
    """A key of a record. `needs` names the key that must stand beside it."""

    name: str
    shape: Shape
    about: str
    required: bool = False
    default: str = ""
    needs: str = ""
    examples: tuple[object, ...] = ()


@dataclass(frozen=True)
class Record:
    """Keys that we choose. Of `one_of`, exactly one must be there."""

    what: str
    keys: tuple[Key, ...]
    one_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Either:
    """A text, a list, a mapping or nothing: at most one shape for each of these forms."""

    shapes: tuple[Shape, ...]


Shape = Text | Nothing | ListOf | MapOf | Record | Either


@dataclass(frozen=True)
class Fitting:
    """Where findings go, and the name of the key whose value is checked."""

    findings: list[Finding] = field(default_factory=list)
    about: str = "the file"

    def under(self, about: str) -> Fitting:
        """Look at the value of another key; findings go to the same list."""
        return replace(self, about=about)

    def add(
        self,
        code: Code,
        place: Place,
        subject: str,
        expected: str = "",
        found: str = "",
        remedy: str = "",
    ) -> None:
        """Add a finding."""
        add(self.findings, code, place, subject, expected, found, remedy)


def fit(node: Node, shape: Shape, fitting: Fitting) -> Node | None:
    """Keep of a node what fits the shape; a finding for everything else.

    So the reader sees only what is well formed, goes on, and all findings come at once.
    """
    match shape:
        case Either():
            return _fit_either(node, shape, fitting)
        case Nothing():
            return node
        case Text():
            return _fit_text(node, shape, fitting)
        case ListOf():
            return _fit_list(node, shape, fitting)
        case MapOf():
            return _fit_map(node, shape, fitting)
        case Record():
            return _fit_record(node, shape, fitting)


def schema(shape: Shape) -> JsonSchema:
    """Write the shape as JSON Schema (2020-12)."""
    match shape:
        case Either(shapes):
            return {"anyOf": [schema(one) for one in shapes]}
        case Nothing():
            return {"type": "null"}
        case Text():
            return _text_schema(shape)
        case ListOf(item, empty):
            return {"type": "array", "items": schema(item), "minItems": 0 if empty else 1}
        case MapOf(key, value):
            names = {"pattern": _json_pattern(key.pattern)}
            values = schema(value)
            return {
                "type": "object", "propertyNames": names, "additionalProperties": values,
                "minProperties": 1,
            }  # fmt: skip
        case Record():
            return _record_schema(shape)


def _fit_either(node: Node, shape: Either, fitting: Fitting) -> Node | None:
    for one in shape.shapes:
        if _form_of(node) == _form_of_shape(one):
            return fit(node, one, fitting)
    _add_wrong_form(node, " or ".join(_described(one) for one in shape.shapes), fitting)
    return None


def _fit_text(node: Node, shape: Text, fitting: Fitting) -> Node | None:
    if not isinstance(node, TextNode):
        _add_wrong_form(node, _described(shape), fitting)
        return None
    if node.nothing or not node.text.strip():
        remedy = "Write it, or leave the key out; a word like null goes in quotes."
        fitting.add(rules.EMPTY, node.place, f"nothing is written for {fitting.about}",
                    _described(shape), remedy=remedy)  # fmt: skip
        return None
    if shape.words and node.text not in shape.words:
        remedy = did_you_mean(node.text, shape.words)
        fitting.add(rules.WRONG_VALUE, node.place, fitting.about, _described(shape),
                    shown(node.text), remedy)  # fmt: skip
        return None
    if not shape.words and not re.fullmatch(shape.pattern, node.text):
        fitting.add(rules.WRONG_VALUE, node.place, fitting.about, shape.expected, shown(node.text))
        return None
    return node


def _fit_list(node: Node, shape: ListOf, fitting: Fitting) -> Node | None:
    if not isinstance(node, ListNode):
        _add_wrong_form(node, _described(shape), fitting)
        return None
    if not node.items and not shape.empty:
        fitting.add(
            rules.EMPTY, node.place, f"the list {fitting.about} is empty", "at least one item"
        )
    fitted = [fit(item, shape.item, fitting) for item in node.items]
    items = tuple(item for item in fitted if item is not None)
    return ListNode(items, node.place, node.whole and len(items) == len(fitted))


def _fit_map(node: Node, shape: MapOf, fitting: Fitting) -> Node | None:
    if not isinstance(node, MapNode):
        _add_wrong_form(node, _described(shape), fitting)
        return None
    if not node.entries:
        fitting.add(rules.EMPTY, node.place, f"{fitting.about} is empty", "at least one name")
    entries: list[tuple[TextNode, Node]] = []
    for key, value in node.entries:
        name = _fit_text(key, shape.key, fitting.under(f"a name in {fitting.about}"))
        fitted = fit(value, shape.value, fitting.under(f"{fitting.about}: {shown(key.text)}"))
        if name is not None and fitted is not None:
            entries.append((key, fitted))
    return MapNode(tuple(entries), node.place, node.whole and len(entries) == len(node.entries))


def _fit_record(node: Node, shape: Record, fitting: Fitting) -> Node | None:
    if not isinstance(node, MapNode):
        _add_wrong_form(node, _described(shape), fitting)
        return None
    known = {key.name: key for key in shape.keys}
    entries: list[tuple[TextNode, Node]] = []
    for name, value in node.entries:
        if name.text not in known:
            _unknown_key(name, shape, fitting)
            continue
        fitted = fit(value, known[name.text].shape, fitting.under(f"`{name.text}`"))
        if fitted is not None:
            entries.append((name, fitted))
    _check_keys(node, shape, fitting)
    return MapNode(tuple(entries), node.place, node.whole and len(entries) == len(node.entries))


def _unknown_key(name: TextNode, shape: Record, fitting: Fitting) -> None:
    names = [key.name for key in shape.keys]
    subject = f"{shape.what} has no key {shown(name.text)}"
    fitting.add(rules.UNKNOWN_KEY, name.place, subject, join_words(names, most=20),
                remedy=did_you_mean(name.text, names))  # fmt: skip


def _check_keys(node: MapNode, shape: Record, fitting: Fitting) -> None:
    written = [name.text for name, _ in node.entries]
    for key in shape.keys:
        if key.required and key.name not in written:
            fitting.add(rules.MISSING_KEY, node.place, f"{shape.what} has no `{key.name}`",
                        remedy=_addition(key))  # fmt: skip
        if key.name in written and key.needs and key.needs not in written:
            subject = f"`{key.name}` stands without `{key.needs}`"
            fitting.add(rules.MISSING_KEY, node.place, subject, remedy=f"Add `{key.needs}:`.")
    chosen = [name for name in written if name in shape.one_of]
    misspelt = any(name not in {key.name for key in shape.keys} for name in written)
    if len(chosen) > 1 or (shape.one_of and not chosen and not misspelt):
        found = join_words(chosen, last="and") or "none of them"
        fitting.add(rules.NOT_EXACTLY_ONE, node.place, shape.what,
                    f"exactly one of {join_words(shape.one_of)}", found)  # fmt: skip


def _addition(key: Key) -> str:
    example = (
        f" {key.examples[0]}" if key.examples and isinstance(key.examples[0], str | int) else ""
    )
    return f"Add `{key.name}:{example}`."


def _add_wrong_form(node: Node, expected: str, fitting: Fitting) -> None:
    found = {"text": "a text", "list": "a list", "map": "a mapping", "nothing": "nothing"}[
        _form_of(node)
    ]
    if isinstance(node, TextNode) and not node.nothing:
        found = shown(node.text)
    fitting.add(rules.WRONG_FORM, node.place, fitting.about, expected, found)


def _form_of(node: Node) -> str:
    if isinstance(node, TextNode):
        return "nothing" if node.nothing else "text"
    return "list" if isinstance(node, ListNode) else "map"


def _form_of_shape(shape: Shape) -> str:
    match shape:
        case Text():
            return "text"
        case ListOf():
            return "list"
        case Nothing():
            return "nothing"
        case _:
            return "map"


def _described(shape: Shape) -> str:
    match shape:
        case Text():
            return join_words(shape.words) if shape.words else shape.expected
        case Either(shapes):
            return " or ".join(_described(one) for one in shapes)
        case Record():
            names = join_words(shape.one_of or [key.name for key in shape.keys], last="or")
            return f"a mapping with {names}"
        case _:
            return {Nothing: "nothing", ListOf: "a list", MapOf: "a mapping"}[type(shape)]


def _text_schema(shape: Text) -> JsonSchema:
    if shape.words:
        numbers = [int(word) for word in shape.words if word.isdigit()]
        return {"enum": [*shape.words, *numbers]}
    written: JsonSchema = {"type": "string", "pattern": _json_pattern(shape.pattern)}
    if shape.numeric:
        return {"anyOf": [{"type": "number", "minimum": 0, "maximum": 100}, written]}
    # An editor's YAML calls 100 a number and yes a truth value; here both are what they look like.
    return {**written, "type": ["string", "number", "boolean"], "description": shape.expected}


def _json_pattern(pattern: str) -> str:
    """JSON Schema searches where we match in full, and ECMA-262 has no (?s)."""
    bare = pattern.removeprefix("(?s)").replace(".*", r"[\s\S]*")
    return f"^(?:{bare})$"


def _record_schema(shape: Record) -> JsonSchema:
    made: JsonSchema = {
        "type": "object",
        "title": shape.what,
        "properties": {key.name: _key_schema(key) for key in shape.keys},
        "additionalProperties": False,
    }
    required = [key.name for key in shape.keys if key.required]
    if required:
        made["required"] = required
    if shape.one_of:
        made["oneOf"] = [{"required": [name]} for name in shape.one_of]
    needs = {key.name: [key.needs] for key in shape.keys if key.needs}
    if needs:
        made["dependentRequired"] = needs
    return made


def _key_schema(key: Key) -> JsonSchema:
    made: JsonSchema = {**schema(key.shape), "title": key.name, "description": key.about}
    if key.default:
        made["default"] = key.default
    if key.examples:
        made["examples"] = list(key.examples)
    return made
