"""Values of nodes that fit their shape: texts, lists of texts, mappings."""

from __future__ import annotations

from .nodes import ListNode, MapNode, Node, TextNode


def text_of(node: Node | None) -> str:
    """Read a text, trimmed; empty where nothing is written."""
    return node.text.strip() if isinstance(node, TextNode) and not node.nothing else ""


def texts_of(node: Node | None) -> list[str]:
    """Read a list of texts, or one text, without empty ones."""
    nodes = node.items if isinstance(node, ListNode) else (node,)
    return [text for one in nodes if (text := text_of(one))]


def maps_of(node: Node | None) -> list[MapNode]:
    """Read a list of mappings."""
    items = node.items if isinstance(node, ListNode) else ()
    return [item for item in items if isinstance(item, MapNode)]


def entries_of(node: Node | None) -> tuple[tuple[TextNode, Node], ...]:
    """Read the keys and values of a mapping."""
    return node.entries if isinstance(node, MapNode) else ()
