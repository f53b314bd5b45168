"""Find SQL and templates in places where a rulebook takes a text as it is written."""

from __future__ import annotations

import re

from apportion.model import focus
from apportion.model.findings import rules
from apportion.model.findings.finding import Finding, Place, add
from apportion.model.rulebook import Dimension
from apportion.model.suggestions import shown

from .conditions.functions import ALSO_CALLED, FUNCTIONS
from .yaml.nodes import ListNode, Node, TextNode

_CALLS = "|".join(sorted({*FUNCTIONS, *ALSO_CALLED, "cast", "try_cast", "concat_ws", "iff"}))
_CALL = re.compile(rf"(?:{_CALLS})\(.*\)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(
    r"""(account_)?tags?\s*(?:\[\s*['"]?|:\s*)([^\]'"]+?)['"]?\s*\]?""", re.IGNORECASE
)
_CASE = re.compile(r"case\s+when\b.*\bend", re.IGNORECASE | re.DOTALL)
_TEMPLATE = re.compile(r"\$\{.*\}|\{\{.*\}\}|\$\(.*\)|.*\|\|.*'.*'|.*'.*'\s*\|\|.*", re.DOTALL)
_COLUMNS = {column.name for column in focus.COLUMNS} | set(focus.KEY_COLUMNS)


def check_value(node: TextNode, findings: list[Finding]) -> None:
    """Find an expression in the place of a value."""
    _report("value", node.text.strip(), node.place, _replacement(node.text.strip()), findings)


def check_values(dimension: Dimension, default: Node | None, findings: list[Finding]) -> None:
    """Find expressions among the allowed values of a dimension, and in its default."""
    for value in dimension.values:
        _report("value", value.name, value.place, _replacement(value.name), findings)
    if isinstance(default, TextNode):
        _report(
            "default", dimension.default, default.place, _replacement(dimension.default), findings
        )


def check_tag_keys(given: Node, findings: list[Finding]) -> None:
    """Find `Tags['Key']` in the place of a tag's key."""
    for node in given.items if isinstance(given, ListNode) else (given,):
        text = node.text.strip() if isinstance(node, TextNode) else ""
        found = _TAG.fullmatch(text) if "[" in text else None
        remedy = f"Write the key alone: {shown(found[2].strip())}." if found else ""
        _report("tag key", text, node.place, remedy, findings)


def _report(what: str, text: str, place: Place, remedy: str, findings: list[Finding]) -> None:
    if remedy:
        subject = f"the {what} {shown(text)} is an expression"
        add(findings, rules.EXPRESSION, place, subject, "a text", remedy=remedy)


def _replacement(text: str) -> str:
    """Suggest the source to write instead of an expression; empty if the text is not one."""
    if text in _COLUMNS:
        return f"To take the value of a column, write `column: {text}`."
    tag = _TAG.fullmatch(text)
    if tag and tag[2].strip():
        source = f"{(tag[1] or '').lower()}tag"
        return f"To take the value of a tag, write `{source}: {shown(tag[2].strip())}`."
    if _CALL.fullmatch(text) or _CASE.fullmatch(text) or _TEMPLATE.fullmatch(text):
        return "Take a column, a tag or a lookup, or write one `where` for each value."
    return ""
