"""The resource types of Terraform and CloudFormation that can carry tags, and AWS's names of them.

The tables are made by `tools/code_types.py`; what is not in them cannot be tagged.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class TemplateType:
    """A CloudFormation type: the property that holds its tags, and whether that is a map."""

    property: str
    mapped: bool
    type: str


@cache
def terraform_types() -> Mapping[str, str]:
    """Terraform's types with `tags`, and the type in tag policies."""
    return {row["kind"]: row["type"] for row in _rows("terraform_types.csv")}


@cache
def template_types() -> Mapping[str, TemplateType]:
    """CloudFormation's types that can be tagged."""
    return {
        row["kind"]: TemplateType(row["property"], row["shape"] == "map", row["type"])
        for row in _rows("cloudformation_types.csv")
    }


def _rows(file: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath("tables", file).read_text("utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
