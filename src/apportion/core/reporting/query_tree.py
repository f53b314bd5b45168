"""Finds the tables and functions of a query in the tree that the engine parsed.

The tree is DuckDB's (`json_serialize_sql`), so that what is judged is what runs; a second parser
may read the same text otherwise. Everything in it is refused that is not on a list here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

#: Kinds of expressions, tables and clauses that read the tables of a query and compute.
_EXPRESSIONS = frozenset(
    {"BETWEEN", "CASE", "CAST", "COLLATE", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT",
     "FUNCTION", "LAMBDA", "OPERATOR", "POSITIONAL_REFERENCE", "STAR", "SUBQUERY", "TYPE",
     "WINDOW"}
)  # fmt: skip
_PARTS = frozenset(
    {"BASE_TABLE", "EMPTY", "EXPRESSION_LIST", "JOIN", "PIVOT", "SUBQUERY", "TABLE_FUNCTION",
     "SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "DISTINCT_MODIFIER",
     "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "ORDER_MODIFIER"}
)  # fmt: skip
#: Values of types and orders in the same field, which are not names.
_HARMLESS = ("_TYPE_INFO", "ASCENDING", "DESCENDING", "ORDER_DEFAULT")

#: Statements that are not queries of tables.
_SHOWN = {"SHOW_REF": "DESCRIBE, SHOW or SUMMARIZE"}


@dataclass
class Reads:
    """The tables that a query reads, in lower case, and everything that is not allowed."""

    tables: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)


def reads_of(node: object) -> Reads:
    """Check the tree of a query. Names of WITH replace tables only in their scope."""
    found = Reads()
    _walk(node, frozenset(), found)
    return found


@cache
def functions() -> frozenset[str]:
    """The functions that a query may call: they only compute from their arguments."""
    listed = files(__package__).joinpath("query_functions.txt").read_text("utf-8")
    words = (line.partition("#")[0].split() for line in listed.splitlines())
    return frozenset(word for line in words for word in line)


def _walk(node: object, known: frozenset[str], found: Reads) -> None:
    if isinstance(node, list):
        for each in node:
            _walk(each, known, found)
    elif isinstance(node, dict):
        found.refused |= set(_refused(node))
        if node.get("type") == "BASE_TABLE":
            _table(node, known, found)
        for inner, names in _inside(node, known, found):
            _walk(inner, names, found)


def _inside(
    node: Mapping[str, object], known: frozenset[str], found: Reads
) -> Iterator[tuple[object, frozenset[str]]]:
    """Give the children of a node, with the names of WITH in their scope."""
    for name, query in _with(node):
        _walk(query, known, found)
        known |= {name}
    itself = str(node["cte_name"]).lower() if node.get("type") == "RECURSIVE_CTE_NODE" else ""
    for name, inner in node.items():
        if name != "cte_map":
            yield inner, known | {itself} if itself and name == "right" else known


def _with(node: Mapping[str, object]) -> Iterable[tuple[str, object]]:
    """List the queries of a WITH in order; each can read those before it, not itself."""
    held = node.get("cte_map")
    entries = held.get("map") if isinstance(held, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        yield str(entry["key"]).lower(), entry["value"]


def _table(node: Mapping[str, object], known: frozenset[str], found: Reads) -> None:
    parts = [str(node.get(part) or "") for part in ("catalog_name", "schema_name", "table_name")]
    full = ".".join(part for part in parts if part).lower()
    if full not in known:
        found.tables.add(full)


def _refused(node: Mapping[str, object]) -> Iterator[str]:
    if "function_name" in node:
        name = str(node["function_name"]).lower()
        if name not in functions() or node.get("schema") or node.get("catalog"):
            yield f"the function {name}"
    kind, allowed = ("class", _EXPRESSIONS) if "class" in node else ("type", _PARTS)
    value = node.get(kind)
    if isinstance(value, str) and value not in allowed and not value.endswith(_HARMLESS):
        yield _SHOWN.get(value, value.lower().replace("_", " "))
