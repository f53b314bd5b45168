"""Reads the structure of HCL: blocks, attributes and the text of each expression, with places.

It reads what Terraform's own formatter writes and what people write. What it cannot read
raises `NotHclError`. Expressions stay text here; `hcl_expressions` evaluates what tags are made of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_NAME = re.compile(r"[A-Za-z_][\w-]*")
_SPACE = re.compile(r"[ \t\r\n\ufeff]+|(?:#|//)[^\n]*|/\*.*?\*/", re.DOTALL)
_INLINE_SPACE = re.compile(r"[ \t]+|/\*.*?\*/", re.DOTALL)
_HEREDOC = re.compile(r"<<-?\s*(\w+)\r?\n")
_OPEN, _CLOSE = "([{", ")]}"
_MOST_LEVELS = 60


class NotHclError(ValueError):
    """A text is no HCL at a line."""

    def __init__(self, line: int, why: str) -> None:
        self.line = line
        super().__init__(f"line {line}: {why}")


@dataclass(frozen=True)
class Attribute:
    """`name = expression`; `start` and `end` are where the expression stands in the text.

    `file` is the override file that set it, empty in the file of the block around it.
    """

    name: str
    expression: str
    line: int
    start: int
    end: int
    file: str = ""


@dataclass(frozen=True)
class Block:
    """A block with its labels; `start` is where its first inner line begins, `end` its brace.

    `file` is the override file of a nested block, empty in the file of the block around it.
    """

    kind: str
    labels: tuple[str, ...]
    line: int
    start: int
    end: int
    attributes: dict[str, Attribute] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()
    file: str = ""

    def inner(self, kind: str) -> list[Block]:
        """List the blocks of a kind inside."""
        return [block for block in self.blocks if block.kind == kind]

    def text(self, name: str) -> str:
        """Give the text of an attribute's expression; empty where there is none."""
        found = self.attributes.get(name)
        return found.expression if found else ""


def read_hcl(text: str) -> Block:
    """Read a file as one block without a name; raises NotHclError."""
    body = _Body(text)
    attributes, blocks, at = body.read(0, level=0)
    if at < len(text):
        raise NotHclError(line_of(text, at), "a brace that closes nothing")
    return Block("", (), 1, 0, len(text), attributes, tuple(blocks))


def split(text: str, separators: str) -> Iterator[str]:
    """Split an expression at these signs where they stand outside of brackets and strings."""
    depth, start, at = 0, 0, 0
    while at < len(text):
        skipped = skip(text, at)
        if skipped > at:
            at = skipped
            continue
        character = text[at]
        depth += (character in _OPEN) - (character in _CLOSE)
        if depth == 0 and character in separators:
            yield text[start:at]
            start = at + 1
        at += 1
    yield text[start:]


def skip(text: str, at: int) -> int:
    """Pass over a string, a heredoc or a comment that begins here."""
    if text[at] == '"':
        return _string(text, at)
    if heredoc := _HEREDOC.match(text, at):
        end = re.compile(rf"^[ \t]*{heredoc[1]}[ \t]*$", re.MULTILINE).search(text, heredoc.end())
        return end.end() if end else len(text)
    if text[at] == "#" or text.startswith("//", at):
        end_of_line = text.find("\n", at)
        return len(text) if end_of_line < 0 else end_of_line
    if text.startswith("/*", at):
        close = text.find("*/", at)
        return len(text) if close < 0 else close + 2
    return at


def line_of(text: str, at: int) -> int:
    """The line of a position, counted from one."""
    return text.count("\n", 0, at) + 1


def _string(text: str, at: int) -> int:
    """Pass over a quoted string, whose `${...}` may hold strings again."""
    at += 1
    while at < len(text):
        character = text[at]
        if character == "\\":
            at += 2
        elif character == '"':
            return at + 1
        elif character in "$%" and text.startswith("{", at + 1) and text[at - 1] != character:
            at = _interpolation(text, at + 2)
        else:
            at += 1
    return at


def _interpolation(text: str, at: int) -> int:
    depth = 1
    while at < len(text) and depth:
        if text[at] == '"':
            at = _string(text, at)
            continue
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return at


class _Body:
    def __init__(self, text: str) -> None:
        self._text = text

    def read(self, at: int, *, level: int) -> tuple[dict[str, Attribute], list[Block], int]:
        """Read attributes and blocks up to a closing brace, whose place is returned."""
        attributes: dict[str, Attribute] = {}
        blocks: list[Block] = []
        if level > _MOST_LEVELS:
            raise self._error(at, "nested too deeply")
        while True:
            at = self._spaces(at)
            if at >= len(self._text) or self._text[at] == "}":
                return attributes, blocks, at
            name = _NAME.match(self._text, at)
            if not name:
                raise self._error(at, f"expected a name, found {self._text[at]!r}")
            after = self._inline(name.end())
            if self._text.startswith("=", after) and not self._text.startswith("==", after):
                attribute = self._attribute(name[0], name.start(), after + 1)
                attributes.setdefault(name[0], attribute)
                at = attribute.end
            else:
                block = self._block(name[0], name.start(), after, level=level)
                blocks.append(block)
                at = block.end + 1

    def _attribute(self, name: str, began: int, at: int) -> Attribute:
        start = self._inline(at)
        end = self._end(start)
        expression = self._text[start:end].rstrip()
        return Attribute(
            name, expression, line_of(self._text, began), start, start + len(expression)
        )

    def _block(self, kind: str, began: int, at: int, *, level: int) -> Block:
        labels: list[str] = []
        while at < len(self._text) and self._text[at] != "{":
            if self._text[at] == '"':
                end = _string(self._text, at)
                labels.append(self._text[at + 1 : end - 1])
            elif name := _NAME.match(self._text, at):
                end = name.end()
                labels.append(name[0])
            else:
                raise self._error(at, f"expected a block, found {self._text[at]!r}")
            at = self._inline(end)
        if at >= len(self._text):
            raise self._error(began, "a block without braces")
        attributes, blocks, end = self.read(at + 1, level=level + 1)
        if end >= len(self._text):
            raise self._error(began, "a block that is not closed")
        line = line_of(self._text, began)
        return Block(kind, tuple(labels), line, at + 1, end, attributes, tuple(blocks))

    def _end(self, at: int) -> int:
        """Find where an expression ends: at the end of its line, outside of brackets."""
        depth = 0
        while at < len(self._text):
            skipped = skip(self._text, at)
            if skipped > at:
                if self._text[at] in "#/" and depth == 0:
                    return at
                at = skipped
                continue
            character = self._text[at]
            if depth == 0 and character in "\n}":
                return at
            depth += (character in _OPEN) - (character in _CLOSE)
            at += 1
        return at

    def _spaces(self, at: int) -> int:
        while at < len(self._text) and (space := _SPACE.match(self._text, at)):
            at = space.end()
        return at

    def _inline(self, at: int) -> int:
        while at < len(self._text) and (space := _INLINE_SPACE.match(self._text, at)):
            at = space.end()
        return at

    def _error(self, at: int, why: str) -> NotHclError:
        return NotHclError(line_of(self._text, at), why)
