"""Reads the JSON syntax of Terraform (`.tf.json`, `.tfvars.json`) into the blocks that HCL has.

JSON has no difference between blocks and attributes, so an object in a resource is read as both.
Expressions are written as HCL, so that one evaluator serves both syntaxes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .hcl_parser import Attribute, Block, NotHclError, line_of

_SPACE = re.compile(r"[ \t\r\n\ufeff]*")
_MOST_LEVELS = 60

#: How many labels a block has by its name, where Terraform gives it any.
_LABELS = {"resource": 2, "data": 2, "ephemeral": 2, "module": 1, "output": 1, "variable": 1,
           "provider": 1, "check": 1, "dynamic": 1}  # fmt: skip


@dataclass(frozen=True)
class _Node:
    """A JSON value and its line; an object is a list of pairs, as names may come twice."""

    value: list[tuple[str, _Node]] | list[_Node] | str | int | float | bool | None
    line: int
    is_object: bool = False

    @property
    def members(self) -> list[tuple[str, _Node]]:
        """The members of an object, or of each object of a list."""
        if not isinstance(self.value, list):
            return []
        pairs = [one for one in self.value if isinstance(one, tuple)]
        inner = [pair for one in self.value if isinstance(one, _Node) for pair in one.members]
        return [*pairs, *inner]

    @property
    def bodies(self) -> list[_Node]:
        """The objects that this is: itself, or those of a list."""
        if self.is_object:
            return [self]
        items = self.value if isinstance(self.value, list) else []
        return [body for one in items if isinstance(one, _Node) for body in one.bodies]


def read_hcl_json(text: str) -> Block:
    """Read a file of code as one block without a name; raises NotHclError."""
    root = _read(text)
    blocks = [
        block
        for kind, node in root.members
        for block in _blocks(kind, (), node, _LABELS.get(kind, 0))
    ]
    return Block("", (), 1, 0, len(text), {}, tuple(blocks))


def read_values_json(text: str) -> Block:
    """Read a file of variables' values, in which `${` is only text; raises NotHclError."""
    root = _read(text)
    found = {
        name: Attribute(name, _expression(node, literal=True), node.line, 0, 0)
        for name, node in root.members
    }
    return Block("", (), 1, 0, len(text), found)


def _read(text: str) -> _Node:
    reader = _Reader(text)
    try:
        node, at = reader.read(0, 0)
    except (ValueError, StopIteration, IndexError) as error:
        if isinstance(error, NotHclError):
            raise
        at = error.pos if isinstance(error, json.JSONDecodeError) else len(text)
        raise NotHclError(line_of(text, at), f"this is no JSON: {error}") from error
    if reader.space(at) < len(text):
        raise NotHclError(line_of(text, at), "this is no JSON: something after its end")
    if not node.bodies:
        raise NotHclError(1, "expected an object")
    return node


def _blocks(kind: str, labels: tuple[str, ...], node: _Node, wanted: int) -> Iterator[Block]:
    """Go down through labels to bodies; each level may be a list."""
    if len(labels) < wanted:
        for name, inner in node.members:
            yield from _blocks(kind, (*labels, name), inner, wanted)
        return
    for body in node.bodies:
        yield _body(kind, labels, body)


def _body(kind: str, labels: tuple[str, ...], body: _Node) -> Block:
    members = [(name, node) for name, node in body.members if name != "//"]
    attributes = {
        name: Attribute(name, _expression(node, literal=kind == "variable"), node.line, 0, 0)
        for name, node in members
    }
    inner = [
        block
        for name, node in members
        if node.bodies
        for block in _blocks(name, (), node, _LABELS["dynamic"] if name == "dynamic" else 0)
    ]
    return Block(kind, labels, body.line, 0, 0, attributes, tuple(inner))


def _expression(node: _Node, *, literal: bool = False) -> str:
    """Write a value as HCL; a text in JSON is a template unless it is taken literally."""
    value = node.value
    if isinstance(value, str):
        return _template(value, literal=literal)
    if not isinstance(value, list):
        return json.dumps(value)
    if node.is_object:
        sides = [
            f"{_key(name, literal=literal)} = {_expression(inner, literal=literal)}"
            for name, inner in node.members
        ]
        return "{" + ", ".join(sides) + "}"
    items = [_expression(one, literal=literal) for one in value if isinstance(one, _Node)]
    return "[" + ", ".join(items) + "]"


def _key(name: str, *, literal: bool) -> str:
    written = _template(name, literal=literal)
    return written if written.startswith('"') else f"({written})"


def _template(text: str, *, literal: bool) -> str:
    if literal:
        text = text.replace("${", "$${").replace("%{", "%%{")
    elif _whole(text):
        return text[2:-1]
    return json.dumps(text, ensure_ascii=False)


def _whole(text: str) -> bool:
    """Whether a text is one interpolation and nothing else: its value then keeps its type."""
    if not (text.startswith("${") and text.endswith("}")):
        return False
    depth, quoted, at = 0, False, 1
    while at < len(text):
        character = text[at]
        if character == "\\":
            at += 1
        elif character == '"':
            quoted = not quoted
        elif not quoted:
            depth += (character == "{") - (character == "}")
            if depth == 0:
                return at == len(text) - 1
        at += 1
    return False


class _Reader:
    """JSON with the line of each value, which the standard library's reader does not give."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._scalar = json.JSONDecoder()

    def space(self, at: int) -> int:
        """Pass over spaces."""
        found = _SPACE.match(self._text, at)
        return found.end() if found else at

    def read(self, at: int, level: int) -> tuple[_Node, int]:
        """Read a value; returns it and where it ends."""
        at = self.space(at)
        if level > _MOST_LEVELS:
            raise NotHclError(line_of(self._text, at), "nested too deeply")
        line = line_of(self._text, at)
        if self._text.startswith("{", at):
            pairs, end = self._members(at + 1, level)
            return _Node(pairs, line, is_object=True), end
        if self._text.startswith("[", at):
            items, end = self._items(at + 1, level)
            return _Node(items, line), end
        value, end = self._scalar.raw_decode(self._text, at)
        return _Node(value, line), end

    def _members(self, at: int, level: int) -> tuple[list[tuple[str, _Node]], int]:
        found: list[tuple[str, _Node]] = []
        at = self.space(at)
        while not self._text.startswith("}", at):
            self._expect('"', at)
            name, at = self._scalar.raw_decode(self._text, at)
            at = self._expect(":", self.space(at))
            node, at = self.read(at, level + 1)
            found.append((name, node))
            at = self._after(at, "}")
        return found, at + 1

    def _items(self, at: int, level: int) -> tuple[list[_Node], int]:
        found: list[_Node] = []
        at = self.space(at)
        while not self._text.startswith("]", at):
            node, at = self.read(at, level + 1)
            found.append(node)
            at = self._after(at, "]")
        return found, at + 1

    def _after(self, at: int, close: str) -> int:
        """Pass over a comma, unless the bracket closes."""
        at = self.space(at)
        if self._text.startswith(close, at):
            return at
        at = self.space(self._expect(",", at))
        if self._text.startswith(close, at):
            raise json.JSONDecodeError("a comma before the end", self._text, at)
        return at

    def _expect(self, sign: str, at: int) -> int:
        if not self._text.startswith(sign, at):
            raise json.JSONDecodeError(f"expected {sign!r}", self._text, at)
        return at + 1
