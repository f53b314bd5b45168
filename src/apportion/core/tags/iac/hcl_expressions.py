"""Evaluates the expressions that tags are made of: objects, merge(), locals, variables, outputs.

What cannot be known before a plan stays unknown and is never guessed: a value may be, and a map may
have unknown keys (`whole` is false then).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .hcl_parser import skip, split

_MOST_DEPTH = 40
_NAME = re.compile(r"[A-Za-z_][\w-]*")
_CALL = re.compile(r"([a-z_0-9]+)\s*\(")
_STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\[\s*\"([^\"\\$]*)\"\s*\]|\[(\d+)\]")
_TEMPLATE = re.compile(r"\$\{((?:[^{}\"]|\"[^\"]*\")*)\}")
_NAMED = re.compile(r"[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*|\[[^\]]*\])+")
#: `for k, v in map : {key = k, value = v}`: a map as the list of tags that some providers want.
_PAIRS = re.compile(
    r"for\s+(\w+)\s*,\s*(\w+)\s+in\s+(.+?)\s*:\s*"
    r"\{\s*\"?key\"?\s*[=:]\s*(\w+)\s*,?\s*\"?value\"?\s*[=:]\s*(\w+)\s*,?\s*\}",
    re.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


@dataclass(frozen=True)
class Unknown:
    """A value that is known only in a plan."""


@dataclass(frozen=True)
class Null:
    """Nothing: as if it were not written."""


@dataclass(frozen=True)
class Texts:
    """A text, or a number written as one."""

    text: str


@dataclass(frozen=True)
class Mapped:
    """A map; with `whole` false it may have more keys than these."""

    entries: Mapping[str, Value] = field(default_factory=dict)
    whole: bool = True


@dataclass(frozen=True)
class Listed:
    """A list; with `whole` false it may have more items than these."""

    items: tuple[Value, ...] = ()
    whole: bool = True


Value = Unknown | Null | Texts | Mapped | Listed
UNKNOWN, NULL = Unknown(), Null()

#: Finds what a name stands for: `("var", "cost_center")`, and the depth it is looked up at.
Lookup = Callable[[str, str, int], Value]

_TEXT_FUNCTIONS: Mapping[str, Callable[[str], str]] = {
    "lower": str.lower,
    "upper": str.upper,
    "title": str.title,
    "trimspace": str.strip,
    "tostring": str,
}


def evaluate(expression: str, lookup: Lookup, depth: int = 0) -> Value:
    """Evaluate an expression as far as it can be known."""
    text = _bare(expression)
    if depth > _MOST_DEPTH or not text:
        return UNKNOWN
    return _literal(text, lookup, depth) or _composed(text, lookup, depth)


def _literal(text: str, lookup: Lookup, depth: int) -> Value | None:
    if text.startswith("{") and text.endswith("}"):
        return _object(text[1:-1], lookup, depth)
    if text.startswith("[") and text.endswith("]"):
        return _list(text[1:-1].strip(), lookup, depth)
    if text.startswith('"') and text.endswith('"') and len(list(split(text, " \n"))) == 1:
        return _template(text[1:-1], lookup, depth)
    if re.fullmatch(r"-?\d+(?:\.\d+)?|true|false", text):
        return Texts(text)
    return NULL if text == "null" else None


def _composed(text: str, lookup: Lookup, depth: int) -> Value:
    if len(children := _ternary(text)) == 2:
        return _either(*(evaluate(one, lookup, depth + 1) for one in children))
    if (call := _CALL.match(text)) and text.endswith(")"):
        return _call(call[1], text[call.end() : -1], lookup, depth)
    if text.startswith("(") and text.endswith(")"):
        return evaluate(text[1:-1], lookup, depth + 1)
    return _reference(text, lookup, depth)


def merged(values: list[Value]) -> Mapped:
    """Merge maps as Terraform does: later keys win, null maps count as none."""
    entries: dict[str, Value] = {}
    whole = True
    for value in values:
        if isinstance(value, Mapped):
            if not value.whole:
                # What it may hold could take the place of anything that stands before it.
                entries = dict.fromkeys(entries, UNKNOWN)
            entries |= value.entries
            whole &= value.whole
        elif not isinstance(value, Null):
            entries = dict.fromkeys(entries, UNKNOWN)
            whole = False
    return Mapped(entries, whole)


def as_tags(value: Value) -> Value:
    """Read a value as tags: a list of keys with values is a map, and what is null is no tag."""
    if isinstance(value, Listed):
        value = _of_pairs(value)
    if not isinstance(value, Mapped):
        return value
    kept = {key: one for key, one in value.entries.items() if not isinstance(one, Null)}
    return Mapped(kept, value.whole)


def _of_pairs(listed: Listed) -> Mapped:
    entries: dict[str, Value] = {}
    whole = listed.whole
    for item in listed.items:
        pair = {k.lower(): v for k, v in item.entries.items()} if isinstance(item, Mapped) else {}
        key = pair.get("key")
        if isinstance(key, Texts):
            entries[key.text] = pair.get("value", UNKNOWN)
        else:
            whole = False
    return Mapped(entries, whole)


def known(value: Value) -> bool:
    """Whether nothing in a value is left to a plan."""
    if isinstance(value, Mapped):
        return value.whole and all(known(one) for one in value.entries.values())
    if isinstance(value, Listed):
        return value.whole and all(known(one) for one in value.items)
    return not isinstance(value, Unknown)


def names_in(expression: str) -> list[str]:
    """List what an expression refers to, as `var.name` or `local.map.key`."""
    return _NAMED.findall(_bare(expression))


def _bare(expression: str) -> str:
    """Take comments out, but not what looks like one inside a string."""
    if not any(mark in expression for mark in ("#", "//", "/*")):
        return expression.strip()
    kept: list[str] = []
    at = 0
    while at < len(expression):
        end = skip(expression, at)
        if end > at and expression[at] in "#/":
            at = end
        else:
            kept.append(expression[at : max(end, at + 1)])
            at = max(end, at + 1)
    return "".join(kept).strip()


def _object(inner: str, lookup: Lookup, depth: int) -> Value:
    if re.match(r"\s*for\s", inner):
        return Mapped({}, whole=False)
    entries: dict[str, Value] = {}
    whole = True
    for part in split(inner, ",\n"):
        item = _bare(part)
        if not item:
            continue
        sides = list(split(item, "=:"))
        if len(sides) < 2:
            continue
        key = _key(sides[0].strip(), lookup, depth)
        if key is None:
            whole = False
        else:
            entries[key] = evaluate(item[len(sides[0]) + 1 :], lookup, depth + 1)
    return Mapped(entries, whole)


def _list(inner: str, lookup: Lookup, depth: int) -> Value:
    if pairs := _PAIRS.fullmatch(inner):
        over = evaluate(pairs[3], lookup, depth + 1)
        if isinstance(over, Mapped) and (pairs[1], pairs[2]) == (pairs[4], pairs[5]):
            return Listed(tuple(_pair(k, v) for k, v in over.entries.items()), over.whole)
    if re.match(r"for\s", inner):
        return Listed(whole=False)
    parts = [part for one in split(inner, ",") if (part := _bare(one))]
    return Listed(tuple(evaluate(one, lookup, depth + 1) for one in parts))


def _pair(key: str, value: Value) -> Mapped:
    return Mapped({"key": Texts(key), "value": value})


def _concat(values: list[Value]) -> Value:
    items = [item for one in values if isinstance(one, Listed) for item in one.items]
    return Listed(tuple(items), all(isinstance(one, Listed) and one.whole for one in values))


def _key(text: str, lookup: Lookup, depth: int) -> str | None:
    if _NAME.fullmatch(text):
        return text
    value = evaluate(text, lookup, depth + 1)
    return value.text if isinstance(value, Texts) else None


def _template(text: str, lookup: Lookup, depth: int) -> Value:
    unknown = False

    def filled(match: re.Match[str]) -> str:
        nonlocal unknown
        value = evaluate(match[1], lookup, depth + 1)
        unknown |= not isinstance(value, Texts)
        return value.text if isinstance(value, Texts) else ""

    done = _TEMPLATE.sub(filled, text.replace("$${", "\ue000"))
    if unknown or "${" in done or "%{" in done.replace("%%{", ""):
        return UNKNOWN
    plain = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[0]), done)
    return Texts(plain.replace("\ue000", "${").replace("%%{", "%{"))


def _call(name: str, inner: str, lookup: Lookup, depth: int) -> Value:
    arguments = [part.strip() for part in split(inner, ",") if part.strip()]
    if name == "merge":
        return merged([_argument(one, lookup, depth) for one in arguments])
    values = [evaluate(one, lookup, depth + 1) for one in arguments]
    if name == "concat":
        return _concat(values)
    if name in ("tomap", "coalesce", "try", "toset", "tolist") and values:
        first = values[0]
        return first if name.startswith("to") or not isinstance(first, Unknown | Null) else UNKNOWN
    if name in _TEXT_FUNCTIONS and len(values) == 1 and isinstance(values[0], Texts):
        return Texts(_TEXT_FUNCTIONS[name](values[0].text))
    return UNKNOWN


def _argument(text: str, lookup: Lookup, depth: int) -> Value:
    return UNKNOWN if text.endswith("...") else evaluate(text, lookup, depth + 1)


def _ternary(text: str) -> list[str]:
    """The two branches of `condition ? a : b`, or nothing."""
    sides = list(split(text, "?"))
    if len(sides) != 2:
        return []
    children = list(split(sides[1], ":"))
    return children if len(children) == 2 else []


def _either(first: Value, second: Value) -> Value:
    """What holds whichever branch is taken."""
    if first == second:
        return first
    if isinstance(first, Null | Mapped) and isinstance(second, Null | Mapped):
        one = first.entries if isinstance(first, Mapped) else {}
        other = second.entries if isinstance(second, Mapped) else {}
        both = {k: v if v == other[k] else UNKNOWN for k, v in one.items() if k in other}
        # Keys of one branch only may be missing, so they are unknown.
        return Mapped(both, whole=False)
    return UNKNOWN


def _reference(text: str, lookup: Lookup, depth: int) -> Value:
    head = _NAME.match(text)
    if head is None:
        return UNKNOWN
    first = _STEP.match(text, head.end())
    if first is None or first[1] is None:
        return UNKNOWN
    value = lookup(head[0], first[1], depth + 1)
    at = first.end()
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None or not isinstance(value, Mapped):
            return UNKNOWN
        name = step[1] or step[2] or ""
        value = value.entries.get(name, NULL if value.whole else UNKNOWN)
        at = step.end()
    return value
