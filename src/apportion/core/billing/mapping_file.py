"""Mapping files: a format's columns to FOCUS columns, in the language of `cur-2.0.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, reduce
from typing import Any

import sqlglot
import yaml
from sqlglot import exp

from apportion.model.focus import COST_COLUMNS, KEY_COLUMNS, QUANTITY_COLUMNS

from .raw_columns import normal_name

#: Keys of a mapping file that are merged with those of the file it extends, column by column.
_MERGED = ("describe", "measure")


@dataclass(frozen=True)
class MissingColumns:
    """The effect on the charges if a bill has none of these columns, or not all of them."""

    columns: tuple[str, ...]
    any_of: bool
    warns: bool
    effect: str


@dataclass(frozen=True)
class SplitCostRows:
    """How split cost allocation rows find their parent, and the cost they take from it."""

    is_child: str
    parent_resource: str
    resource: str
    family: tuple[str, ...]
    tie_breakers: tuple[str, ...]
    cost: str
    list_cost: str


@dataclass(frozen=True)
class MappingFile:
    """A mapping file, with the files it extends. Expressions are text; `parsed` parses them."""

    required: Mapping[str, tuple[str, ...]]
    id_columns: tuple[str, ...]
    implied_columns: frozenset[str]
    json_columns: tuple[str, ...]
    if_missing: tuple[MissingColumns, ...]
    period: str
    day: str
    describe: Mapping[str, str]
    measure: Mapping[str, str]
    provider_prefixes: tuple[str, ...]
    measure_suffixes: tuple[str, ...]
    split_cost: SplitCostRows | None

    @staticmethod
    @cache
    def parse(text: str) -> MappingFile:
        """Parse YAML documents, each of which extends the one before it.

        The files are part of the package, so a mistake in one raises where it is read.
        """
        document = reduce(_extended, yaml.safe_load_all(text))
        describe, measure = document["describe"], document["measure"]
        assert set(describe) <= set(KEY_COLUMNS)
        assert set(measure) == {*COST_COLUMNS, *QUANTITY_COLUMNS}
        same_names = document["format"] == "focus"
        return MappingFile(
            required={what: tuple(columns) for what, columns in document["required"].items()},
            id_columns=tuple(document["id_columns"]),
            implied_columns=_normal_names(document, "implied_columns"),
            json_columns=tuple(document["json_columns"]),
            if_missing=tuple(map(_missing_columns, document["if_missing"])),
            period=document["period"],
            day=document["day"],
            describe={
                column: describe.get(column, column if same_names else "NULL")
                for column in KEY_COLUMNS
            },
            measure={column: measure[column] for column in (*COST_COLUMNS, *QUANTITY_COLUMNS)},
            provider_prefixes=tuple(document.get("provider_prefixes", ())),
            measure_suffixes=tuple(_normal_names(document, "measure_suffixes")),
            split_cost=_split_cost(document["split_cost"]) if "split_cost" in document else None,
        )

    @property
    def columns_used(self) -> frozenset[str]:
        """The normal names of all columns that the expressions use."""
        return normal_names_in(self.period, self.day, *self.describe.values()) | self.measured

    @property
    def measured(self) -> frozenset[str]:
        """The normal names of the columns that costs and quantities are read from."""
        return normal_names_in(*self.measure.values())


@cache
def parsed(expression: str) -> exp.Expr:
    """Parse an expression of a mapping; copy it before changing it."""
    return sqlglot.parse_one(expression, read="duckdb")


def names_in(expression: str) -> list[str]:
    """List the columns that an expression uses, in the order in which they are written."""
    return [column.name for column in parsed(expression).find_all(exp.Column, bfs=False)]


def normal_names_in(*expressions: str) -> frozenset[str]:
    """List the normal names of the columns that expressions use."""
    return frozenset(normal_name(name) for text in expressions for name in names_in(text))


def _extended(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = {key: {**base.get(key, {}), **changes.get(key, {})} for key in _MERGED}
    return {**base, **changes, **merged}


def _normal_names(document: Mapping[str, Any], key: str) -> frozenset[str]:
    return frozenset(map(normal_name, document.get(key, ())))


def _missing_columns(entry: Mapping[str, Any]) -> MissingColumns:
    any_of = "any_of" in entry
    return MissingColumns(
        columns=tuple(entry["any_of" if any_of else "all_of"]),
        any_of=any_of,
        warns=entry["severity"] == "warning",
        effect=entry["effect"],
    )


def _split_cost(entry: Mapping[str, Any]) -> SplitCostRows:
    lists = {key: tuple(entry[key]) for key in ("family", "tie_breakers")}
    return SplitCostRows(**{**entry, **lists})
