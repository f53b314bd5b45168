"""Compares two allocations: the exact effect of each cause, changed one after the other.

Between before and after are allocations that were never recorded: the new bill as the old one was
labelled, then labelled by its own tags, then by the new rules, then split by the new numbers.
Each differs from the one before it in one thing, and the differences add up to the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff
from itertools import pairwise

from apportion.core.allocation.driver_values import driver_values
from apportion.core.rulebook.dimension_sql import label_columns
from apportion.core.rulebook.rule_columns import GRAIN
from apportion.core.templates import each, name, query
from apportion.model.inputs import Driver
from apportion.model.money import from_units
from apportion.model.period import Period
from apportion.model.relation import LabelledCosts, Query, Relation
from apportion.model.result_columns import CAUSES, COMPARED
from apportion.model.rulebook import Rulebook

#: The cost of owners, in the smallest units, by currency and owner.
Paid = Mapping[tuple[str, str], int]

#: The columns that identify the same resource or charge in two bills, without tags.
_SAME = (
    *("BillingAccountId", "BillingCurrency", "SubAccountId", "ServiceName", "RegionId"),
    *("ResourceId", "ChargeCategory", "x_LineItemType", "x_UsageType", "x_Operation"),
    *("SkuMeter", "CommitmentDiscountId"),
)


@dataclass(frozen=True)
class Stages:
    """Cost of owners before, and after each cause; a cause without effect repeats the last."""

    before: Paid
    by_cause: Mapping[str, Paid]

    @property
    def after(self) -> Paid:
        """Cost of owners after all changes."""
        return self.by_cause[CAUSES[-1]]


def changes(stages: Stages, owner: str) -> list[dict[str, object]]:
    """One row for each owner and currency, largest change first; causes add up to the change."""
    steps = [stages.before, *(stages.by_cause[cause] for cause in CAUSES)]
    rows = []
    for currency, paying in sorted({key for paid in steps for key in paid}):
        units = [paid.get((currency, paying), 0) for paid in steps]
        moved = [new - old for old, new in pairwise(units)]
        rows.append((currency, -abs(units[-1] - units[0]), paying, units, moved))
    return [
        {
            owner: paying,
            "currency": currency,
            "before": from_units(units[0]),
            **{cause: from_units(part) for cause, part in zip(CAUSES, moved, strict=True)},
            "change": from_units(units[-1] - units[0]),
            "after": from_units(units[-1]),
        }
        for currency, _size, paying, units, moved in sorted(rows)
    ]


def columns(owner: str) -> tuple[str, ...]:
    """List the columns of a comparison."""
    return (owner, *COMPARED)


def labels_before_query(
    rulebook: Rulebook, costs: LabelledCosts, keys: Relation, *, before: Period, after: Period
) -> Query:
    """Keep how each thing of a bill is labelled, and on which days: those of the month after.

    A thing that changes hands within the month has a row for each, from day to day.
    """
    return query(
        "core/reporting/labels_before",
        labelled=costs.labelled,
        rolled=costs.rolled,
        keys=keys,
        things=each((f"keys.{name(column)}" for column in _SAME), ", "),
        same=each(map(name, _SAME), ", "),
        labels=each(map(name, _labels(rulebook)), ", "),
        before=f"DATE '{before.first_day}'",
        after=f"DATE '{after.first_day}'",
        days=str(len(after.days)),
    )


def labelled_as_before_query(
    rulebook: Rulebook, labels_before: Relation, labelled: Relation, keys: Relation
) -> Query:
    """Label a bill as those things were labelled before; what is new keeps its own label.

    Where a thing changed hands, its days are cut there, so `rolled` has to be made again.
    """
    return query(
        "core/reporting/labelled_as_before",
        labels_before=labels_before,
        labelled=labelled,
        keys=keys,
        replaced=each(
            f'CASE WHEN b."#there" THEN b.{name(column)} ELSE labelled.{name(column)} END '
            f"AS {name(column)}"
            for column in _labels(rulebook)
        ),
        same=each(
            (f"keys.{name(column)} IS NOT DISTINCT FROM b.{name(column)}" for column in _SAME),
            " AND ",
        ),
    )


def numbers_of(driver: Driver, before: Period, now: Period) -> Driver:
    """Use a driver's numbers of one month for another; numbers of days are added up."""
    if before == now:
        return driver
    rows = driver_values(driver, before).of_month
    return replace(driver, rows=tuple(replace(row, day=None, month=str(now)) for row in rows))


def lines_changed(before: str, after: str, *, old: str, new: str) -> tuple[str, ...]:
    """The differences of two rulebooks as `diff -u` writes them; empty if they are equal."""
    lines = unified_diff(
        before.splitlines(), after.splitlines(), fromfile=old, tofile=new, lineterm="", n=1
    )
    return tuple(lines)


def counted(diff: Sequence[str]) -> tuple[int, int]:
    """Count added and removed lines."""
    body = diff[2:]
    return (
        sum(line.startswith("+") for line in body),
        sum(line.startswith("-") for line in body),
    )


def _labels(rulebook: Rulebook) -> list[str]:
    return [column for column in label_columns(rulebook) if column not in GRAIN]
