"""A mapping file, as values: how a format's columns become FOCUS columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlglot
import yaml
from sqlglot import exp

from apportion.model.focus import COST_COLUMNS, KEY_COLUMNS, QUANTITY_COLUMNS

from .raw_columns import normal_name


@dataclass(frozen=True)
class MissingColumn:
    """What it means that a bill has none of these columns, or not all of them."""

    columns: tuple[str, ...]
    any_of_them: bool
    warns: bool
    so: str


@dataclass(frozen=True)
class SplitRows:
    """How split cost allocation rows find their parent, and what they take from it."""

    child: str
    parent: str
    resource: str
    same: tuple[str, ...]
    ties: tuple[str, ...]
    takes: str
    takes_of_list: str


@dataclass(frozen=True)
class BillMapping:
    """A mapping file. Expressions are text, in the words that `cur-2.0.yaml` explains."""

    require: Mapping[str, tuple[str, ...]]
    ids: tuple[str, ...]
    implied: frozenset[str]
    json: tuple[str, ...]
    lacks: tuple[MissingColumn, ...]
    period: str
    day: str
    describe: Mapping[str, str]
    measure: Mapping[str, str]
    others: tuple[str, ...]
    not_describing: tuple[str, ...]
    split: SplitRows | None

    @property
    def columns_used(self) -> frozenset[str]:
        """The normal names of all columns that the expressions use."""
        return self.columns_of(
            self.period, self.day, *self.describe.values(), *self.measure.values()
        )

    def columns_of(self, *expressions: str) -> frozenset[str]:
        """List the normal names of the columns that expressions use."""
        return frozenset(
            normal_name(column.name)
            for expression in expressions
            for column in parsed(expression).find_all(exp.Column)
        )


@cache
def read_mapping(text: str) -> BillMapping:
    """Read a mapping file; it is ours, so what is wrong in it raises as it comes."""
    document: dict[str, Any] = yaml.safe_load(text)
    describe, measure = document["describe"], document["measure"]
    assert set(describe) <= set(KEY_COLUMNS)
    assert set(measure) == {*COST_COLUMNS, *QUANTITY_COLUMNS}
    same_names = document["format"] == "focus"
    return BillMapping(
        require={what: tuple(columns) for what, columns in document["require"].items()},
        ids=tuple(document["ids"]),
        implied=frozenset(map(normal_name, document.get("implied", ()))),
        json=tuple(document["json"]),
        lacks=tuple(map(_lack, document["lacks"])),
        period=document["period"],
        day=document["day"],
        describe={
            column: describe.get(column, column if same_names else "NULL") for column in KEY_COLUMNS
        },
        measure={column: measure[column] for column in (*COST_COLUMNS, *QUANTITY_COLUMNS)},
        others=tuple(document.get("others", ())),
        not_describing=tuple(map(normal_name, document.get("not_describing", ()))),
        split=_split(document["split"]) if "split" in document else None,
    )


@cache
def parsed(expression: str) -> exp.Expr:
    """Parse an expression of a mapping; copy it before changing it."""
    return sqlglot.parse_one(expression, read="duckdb")


def _lack(entry: Mapping[str, Any]) -> MissingColumn:
    any_of_them = "without_one_of" in entry
    return MissingColumn(
        columns=tuple(entry["without_one_of" if any_of_them else "without"]),
        any_of_them=any_of_them,
        warns=entry["weight"] == "warning",
        so=entry["so"],
    )


def _split(entry: Mapping[str, Any]) -> SplitRows:
    return SplitRows(**{**entry, "same": tuple(entry["same"]), "ties": tuple(entry["ties"])})
