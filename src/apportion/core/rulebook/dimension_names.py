"""Names that a dimension may have: not those of FOCUS columns or of columns of results."""

from __future__ import annotations

from collections.abc import Sequence

from apportion.model.findings import rules
from apportion.model.findings.finding import Finding, add
from apportion.model.result_columns import TAKEN
from apportion.model.suggestions import shown

from .conditions.columns import is_column
from .yaml.nodes import TextNode

_LETTERS = set("abcdefghijklmnopqrstuvwxyz0123456789_")
_LONGEST = 60
#: Suffixes of the two columns that results add to a dimension.
_ADDED = ("_source", "_rejected")


def check_name(key: TextNode, names: Sequence[str], findings: list[Finding]) -> None:
    """Find a name that a dimension must not have; `names` are those of all dimensions."""
    name = key.text
    subject = f"no dimension can be called {shown(name)}"
    if not (set(name) <= _LETTERS and name[0].isalpha() and len(name) <= _LONGEST):
        expected = f"a small letter, then small letters, digits and _, at most {_LONGEST}"
        add(findings, rules.DIMENSION_NAME, key.place, subject, expected)
    elif found := taken(name, names):
        expected, remedy = "a name of its own", f"Call it {name}_name, for instance."
        add(findings, rules.DIMENSION_NAME, key.place, subject, expected, found, remedy)


def taken(name: str, names: Sequence[str] = ()) -> str:
    """Describe the column that already has a name; empty if there is none."""
    if is_column(name) or name.startswith("x_"):
        return "the name of a column"
    if name in TAKEN:
        return f"the name of {TAKEN[name]} column"
    other = next((each for each in names for end in _ADDED if name == f"{each}{end}"), "")
    return f"the name of a column that {other} has beside its own" if other else ""
