"""The tables that labels are derived from, and their names in the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from apportion.model.inputs import Lookup, lookup_key
from apportion.model.relation import Relation
from apportion.model.rulebook import Dimension

from .inputs.date_segments import Days

#: The table of account facts.
ACCOUNTS_TABLE = "account_facts"


@dataclass(frozen=True)
class DatedTable:
    """A table of values, each from `#first` to `#last`, which leave out none of the days.

    `changes`: whether any value does not hold on all days.
    """

    table: Relation
    changes: bool


@dataclass(frozen=True)
class RuleTables:
    """Facts of keys, and what rules look values up in, for the days with cost.

    `allowed` maps the raw values of a dimension to allowed ones. `accounts` is None if the
    rulebook takes nothing from accounts.
    """

    days: Days
    facts: Relation
    allowed: Mapping[str, Relation]  # by dimension
    lookups: Mapping[str, DatedTable]  # by `lookup_key`
    accounts: DatedTable | None = None

    @property
    def changes(self) -> bool:
        """Whether any value changes, so that a key may have several labels."""
        dated = (*self.lookups.values(), *((self.accounts,) if self.accounts else ()))
        return any(table.changes for table in dated)


def allowed_values_table(dimension: Dimension) -> str:
    """Name the table that maps raw values to allowed ones."""
    return f"allowed_values_{dimension.name}"


def lookup_table(lookup: Lookup) -> str:
    """Name the table of a lookup's values."""
    return f"lookup_{lookup_key(lookup.dimension, lookup.name)}"
