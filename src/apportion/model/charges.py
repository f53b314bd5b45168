"""How a bill's raw columns are read as charges: SQL for descriptions, days and money."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SplitCost(StrEnum):
    """Which rows carry the cost if AWS splits an instance by its containers.

    Such a bill has a line for the instance (the parent) and one for each pod or task on it (the
    children), which repeat a part of the parent's cost. Both together would count it twice.
    """

    PARENT = "parent"  # children stay as lines that cost nothing
    CHILDREN = "children"  # children cost what the bill states, their parent what is left


@dataclass(frozen=True)
class ChargeQueries:
    """DuckDB SQL over the columns of a bill.

    `descriptors` are quoted raw columns: lines that agree in them are described alike. `texts` are
    those of them that are text.
    `identity` fingerprints how their values become a description: their names, their types and the
    expressions of `describe`. Keys of another identity are other keys, whatever their values.
    `describe` has every one of focus.KEY_COLUMNS in order, as VARCHAR. `period` is VARCHAR
    `YYYY-MM`, `day` a DATE in UTC; both are NULL where the line's own text cannot be read.
    `measure` has every cost and quantity column in order, as a DECIMAL that loses nothing, never
    NULL. `transfers` are the parts of `split_cost_rows.sql`, where lines transfer cost.
    """

    descriptors: tuple[str, ...]
    describe: tuple[tuple[str, str], ...]
    period: str
    day: str
    measure: tuple[tuple[str, str], ...]
    identity: str
    texts: frozenset[str] = frozenset()
    transfers: tuple[tuple[str, str], ...] = ()
