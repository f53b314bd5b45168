"""Adds a text to a list in a YAML file and leaves every other letter, comments above all, alone.

The result is read again and compared with what was meant: an edit with any other effect is
refused, and the file stays as it was.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import yaml

from apportion.model.findings.finding import Finding

from .nodes import ListNode, MapNode, Node, TextNode, read_yaml

#: Where a list stands: keys of mappings and places in lists, from the top.
Path = Sequence[str | int]

#: In the tag policy, names with aliases stand one level deeper than in the rulebook.
_KEYS, _OF = "keys", "of"


class CannotEditError(ValueError):
    """A text is laid out in a way that cannot be edited without losing something."""

    def __init__(self, path: Path, why: str) -> None:
        self.where = " / ".join(map(str, path))
        super().__init__(f"{self.where}: {why}")


def add_text(text: str, path: Path, added: str) -> str:
    """Add a text to the list at a path; a key that is not there yet is made.

    A single text, or nothing, becomes a list. A plain list of names that has to become a mapping
    (`values: [A, B]`) is rewritten if it is on one line. Raises CannotEditError.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is None:
        raise CannotEditError(path, "the file is empty")
    node = root
    for at, step in enumerate(path):
        inner = _step(node, step)
        if inner is None:
            edited = _made(text, node, path, at, added)
            break
        node = inner
    else:
        edited = _grown(text, node, path, added)
    if _with(_plain_of(text, path), path, added, top=path[0]) != _plain_of(edited, path):
        raise CannotEditError(path, "the edit would change something else")
    return edited


def _step(node: yaml.Node, step: str | int) -> yaml.Node | None:
    inner: yaml.Node | None = None
    if isinstance(node, yaml.MappingNode):
        inner = next((value for key, value in node.value if key.value == step), None)
    elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        inner = node.value[step]
    return inner


def _grown(text: str, node: yaml.Node, path: Path, added: str) -> str:
    """Add an item to a list, or make a list of what stands there."""
    start, end, word = node.start_mark.index, node.end_mark.index, _quoted(added)
    if isinstance(node, yaml.ScalarNode):
        old = text[start:end]
        gap = "" if old.strip() or text[:start].endswith(" ") else " "
        return f"{text[:start]}{gap}[{', '.join(filter(None, (old, word)))}]{text[end:]}"
    if not isinstance(node, yaml.SequenceNode):
        raise CannotEditError(path, "a mapping stands where a list should")
    if node.flow_style:
        last = node.value[-1].end_mark.index if node.value else end - 1
        return text[:last] + (f", {word}" if node.value else word) + text[last:]
    last_line = text.find("\n", node.value[-1].end_mark.index)
    at = len(text) if last_line < 0 else last_line
    return f"{text[:at]}\n{' ' * node.start_mark.column}- {word}{text[at:]}"


def _made(text: str, node: yaml.Node, path: Path, at: int, added: str) -> str:
    """Make what is missing at a step of the path."""
    step, last = path[at], at == len(path) - 1
    if isinstance(node, yaml.SequenceNode) and last and isinstance(step, str):
        return _mapped(text, node, path, added)
    if not isinstance(node, yaml.MappingNode) or not last or not node.value:
        raise CannotEditError(path, f"there is no {step}")
    entry, start = f"{step}: [{_quoted(added)}]", node.start_mark.index
    if node.flow_style:
        return f"{text[: start + 1]}{entry}, {text[start + 1 :]}"
    return f"{text[:start]}{entry}\n{' ' * node.start_mark.column}{text[start:]}"


def _mapped(text: str, node: yaml.SequenceNode, path: Path, added: str) -> str:
    """Turn `[A, B]` into `{A: [added], B: []}`."""
    start, end = node.start_mark.index, node.end_mark.index
    if not node.flow_style or "#" in text[start:end]:
        raise CannotEditError(path, "the values stand in a plain list; make each a key by hand")
    names = [text[item.start_mark.index : item.end_mark.index] for item in node.value]
    entries = [
        f"{name}: [{_quoted(added)}]" if item.value == path[-1] else f"{name}: []"
        for name, item in zip(names, node.value, strict=True)
    ]
    written = f"{{{', '.join(entries)}}}"
    return text[:start] + (f"{{{_OF}: {written}}}" if path[0] == _KEYS else written) + text[end:]


def _quoted(text: str) -> str:
    """JSON's strings are YAML's; other letters than control characters stand as they are."""
    return json.dumps(text, ensure_ascii=False)


def _plain_of(text: str, path: Path) -> object:
    findings: list[Finding] = []
    node = read_yaml(text, name="", findings=findings)
    if node is None or findings:
        raise CannotEditError(path, "it could not be read any more")
    return _plain(node)


def _plain(node: Node) -> object:
    match node:
        case TextNode(text=text, nothing=nothing):
            return None if nothing else text
        case ListNode(items=items):
            return [_plain(item) for item in items]
        case MapNode(entries=entries):
            return {key.text: _plain(value) for key, value in entries}


def _with(tree: object, path: Path, added: str, *, top: str | int) -> object:
    """Make the change on the plain tree: what the edited text has to say."""
    if not path:
        texts = tree if isinstance(tree, list) else [] if tree is None else [tree]
        return [*texts, added]
    step, rest = path[0], path[1:]
    if isinstance(tree, dict):
        return {**tree, step: _with(tree.get(step), rest, added, top=top)}
    if not isinstance(tree, list):
        return tree
    if isinstance(step, int):
        return [_with(x, rest, added, top=top) if n == step else x for n, x in enumerate(tree)]
    named = {one: [added] if one == step else [] for one in tree}
    return {_OF: named} if top == _KEYS else named
