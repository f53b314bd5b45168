"""The resource types of Terraform and CloudFormation that can carry tags, and AWS's names of them.

The tables are made by `tools/code_types.py`; what is not in them cannot be tagged.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
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


@dataclass(frozen=True)
class TagColumn:
    """Where a resource of Terraform has its tags, and whether default tags of a provider reach it.

    `type` is the type in tag policies; it is empty where we have no name of it.
    """

    name: str
    type: str
    defaults: bool = True


def tag_column(kind: str, written: AbstractSet[str]) -> TagColumn | None:
    """Find the attribute of a resource's tags; None if it cannot have tags.

    `written` are the attributes that it has: one that our tables do not know, because it is newer
    than they are, carries tags if its code has them.
    """
    if kind in terraform_types():
        return TagColumn("tags", terraform_types()[kind])
    if kind == "aws_autoscaling_group":
        return TagColumn("tags", "autoscaling:autoScalingGroup")
    if kind.startswith("awscc_") and (known := _awscc_types().get(kind.replace("_", ""))):
        return TagColumn(_WORD.sub("_", known.property).lower(), known.type, defaults=False)
    if kind.startswith(("aws_", "awscc_")) and "tags" in written:
        return TagColumn("tags", "", defaults=kind.startswith("aws_"))
    return None


@cache
def _awscc_types() -> Mapping[str, TemplateType]:
    """Types of the provider awscc, which are CloudFormation's in other letters, without `_`."""
    return {
        f"awscc{kind.removeprefix('AWS::').replace('::', '').lower()}": known
        for kind, known in template_types().items()
        if kind.startswith("AWS::")
    }


_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


@cache
def template_types() -> Mapping[str, TemplateType]:
    """CloudFormation's types that can be tagged."""
    return {
        row["kind"]: TemplateType(row["property"], row["shape"] == "map", row["type"])
        for row in _rows("cloudformation_types.csv")
    }


def _rows(file: str) -> list[dict[str, str]]:
    text = files("apportion.core.tags").joinpath("tables", file).read_text("utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
