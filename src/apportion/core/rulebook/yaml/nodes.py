"""YAML as a tree of texts with places: nothing is turned into a number, a date or a truth value.

PyYAML's events are used, not its constructors: `001234567012` would become an octal number, `NO`
a False, and the last of two equal keys would win in silence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import yaml

from apportion.model.findings import rules
from apportion.model.findings.finding import Finding, Place, add
from apportion.model.suggestions import shown

MOST_CHARACTERS = 500_000
MOST_LEVELS = 40
_NOTHING = ("", "~", "null", "Null", "NULL")


@dataclass(frozen=True)
class TextNode:
    """A scalar. `nothing` is true where nothing, or a bare null, is written."""

    text: str
    place: Place
    nothing: bool = False


@dataclass(frozen=True)
class ListNode:
    """A list. `whole` is false where a wrong item was left out."""

    items: tuple[Node, ...]
    place: Place
    whole: bool = True


@dataclass(frozen=True)
class MapNode:
    """Keys and their values, in the order written. `whole` is false where an entry was left out."""

    entries: tuple[tuple[TextNode, Node], ...]
    place: Place
    whole: bool = True

    def get(self, key: str) -> Node | None:
        """Find the value of a key."""
        return next((value for name, value in self.entries if name.text == key), None)


Node = TextNode | ListNode | MapNode


def read_yaml(text: str, *, name: str, findings: list[Finding]) -> Node | None:
    """Read one document. None if it cannot be read at all, and then a finding has the reason.

    Of equal keys the first is kept, and a finding names both. Aliases, anchors and explicit tags
    are refused, so a text cannot unfold to more than it is.
    """
    if len(text) > MOST_CHARACTERS:
        found = f"{len(text)} characters"
        subject = "the file is too long"
        findings.append(
            Finding(rules.TOO_LARGE, name, subject, f"at most {MOST_CHARACTERS} characters", found)
        )
        return None
    builder = _Builder(name, findings)
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if not builder.take(event):
                return None
    except yaml.YAMLError as error:
        findings.append(_unreadable(error, text, name))
        return None
    except (ValueError, OverflowError):
        # PyYAML lets chr() and int() fail on escapes like "\UFFFFFFFF" and on huge %YAML versions.
        found = "an escape that stands for no character"
        findings.append(Finding(rules.NOT_YAML, name, "not valid YAML", found=found))
        return None
    return builder.finish()


class _Builder:
    """Builds the tree from events with its own stack, so that no depth can exhaust Python's."""

    def __init__(self, name: str, findings: list[Finding]) -> None:
        self._name = name
        self._add = partial(add, findings)
        self._open: list[_Open] = []
        self._documents: list[Node] = []

    def take(self, event: yaml.Event) -> bool:
        """Add an event; false where reading cannot go on."""
        mark = event.start_mark
        place = Place(self._name, mark.line + 1, mark.column + 1) if mark else Place(self._name)
        if isinstance(event, yaml.NodeEvent) and not self._plain(event, place):
            return False
        if isinstance(event, yaml.ScalarEvent):
            nothing = event.style is None and event.value in _NOTHING
            self._put(TextNode(self._printable(event.value, place), place, nothing))
        elif isinstance(event, yaml.CollectionStartEvent):
            self._open.append(_Open(place, isinstance(event, yaml.MappingStartEvent), []))
            return self._shallow(place)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._put(self._closed(self._open.pop()))
        elif isinstance(event, yaml.DocumentStartEvent) and self._documents:
            subject = "a second document starts here"
            remedy = "Put each version of the rules in a file of its own."
            self._add(rules.NOT_ONE_DOCUMENT, place, subject, "one document", remedy=remedy)
            return False
        return True

    def finish(self) -> Node | None:
        """Give the document; a file without one is a finding."""
        if self._documents:
            return self._documents[0]
        self._add(rules.NOT_ONE_DOCUMENT, Place(self._name), "the file is empty", "one document")
        return None

    def _plain(self, event: yaml.NodeEvent, place: Place) -> bool:
        """Reject YAML features that change the meaning of a text."""
        if isinstance(event, yaml.AliasEvent):
            found, remedy = f"the alias *{shown(str(event.anchor))}", "Write the value out."
        elif event.anchor is not None:
            found, remedy = f"the anchor &{shown(str(event.anchor))}", "Write the value out."
        elif isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag:
            found, remedy = f"the tag {shown(event.tag)}", "Every value is read as text."
        else:
            return True
        subject = "this is not allowed in a rulebook"
        self._add(rules.YAML_FEATURE, place, subject, "plain lists, keys and texts", found, remedy)
        return not isinstance(event, yaml.AliasEvent)

    def _shallow(self, place: Place) -> bool:
        if len(self._open) <= MOST_LEVELS:
            return True
        self._add(rules.TOO_LARGE, place, "nested too deeply", f"at most {MOST_LEVELS} levels")
        return False

    def _printable(self, text: str, place: Place) -> str:
        wrong = [character for character in text if not _allowed(character)]
        if wrong:
            found = f"the character U+{ord(wrong[0]):04X}"
            subject = f"the text {shown(text)} cannot be shown"
            self._add(rules.CONTROL_CHARACTER, place, subject, "printable characters", found)
        return "".join(character for character in text if _allowed(character))

    def _put(self, node: Node) -> None:
        if self._open:
            self._open[-1].nodes.append(node)
        else:
            self._documents.append(node)

    def _closed(self, collection: _Open) -> Node:
        if not collection.is_map:
            return ListNode(tuple(collection.nodes), collection.place)
        first: dict[str, TextNode] = {}
        entries: list[tuple[TextNode, Node]] = []
        for key, value in zip(collection.nodes[::2], collection.nodes[1::2], strict=True):
            if not isinstance(key, TextNode):
                self._add(rules.WRONG_FORM, key.place, "a key is a text", "a text", _form(key))
            elif key.text in first:
                self._twice(key, first[key.text])
            else:
                # `null:` is a word like any other before a colon; only a missing key is nothing.
                first[key.text] = replace(key, nothing=not key.text)
                entries.append((first[key.text], value))
        whole = 2 * len(entries) == len(collection.nodes)
        return MapNode(tuple(entries), collection.place, whole)

    def _twice(self, key: TextNode, before: TextNode) -> None:
        subject = f"the key {shown(key.text)} stands here a second time"
        found = f"the first in line {before.place.line}"
        remedy = "Keep one of them."
        self._add(rules.DUPLICATE_KEY, key.place, subject, "each key once", found, remedy)


@dataclass(frozen=True)
class _Open:
    """A list or map whose end has not come yet; a map's nodes are keys and values in turn."""

    place: Place
    is_map: bool
    nodes: list[Node]


def _unreadable(error: yaml.YAMLError, text: str, name: str) -> Finding:
    if isinstance(error, yaml.reader.ReaderError):
        found = f"the character U+{ord(text[error.position]):04X}" if text else ""
        place = _place_of(error.position, text, name)
        subject = "the file holds a character that YAML does not allow"
        return Finding(rules.CONTROL_CHARACTER, str(place), subject, "printable characters", found)
    mark = getattr(error, "problem_mark", None)
    place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)
    problem = shown(str(getattr(error, "problem", "") or error).removeprefix("found "))
    tab = "character '\\t'" in problem
    remedy = "Indent with spaces." if tab else "Put a text with special characters in quotes."
    return Finding(rules.NOT_YAML, str(place), "not valid YAML", found=problem, remedy=remedy)


def _place_of(position: int, text: str, name: str) -> Place:
    before = text[:position]
    return Place(name, before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1)


def _allowed(character: str) -> bool:
    return character in "\n\t" or (
        ord(character) >= 32 and not 0x7F <= ord(character) < 0xA0 and not _surrogate(character)
    )


def _surrogate(character: str) -> bool:
    return 0xD800 <= ord(character) <= 0xDFFF


def _form(node: Node) -> str:
    return "a list" if isinstance(node, ListNode) else "a mapping"
