"""Writes the allocation of a month as FOCUS: charges, and a row for each owner of a shared one.

As in the specification (split cost allocation, 1.3 and later), the original row has only zero
amounts, and each part is a row with the columns of the original, so totals do not change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from apportion.core.allocation.rollup import partition
from apportion.core.allocation.rounding import apportion, apportion_lines, whole_numbers
from apportion.core.templates import each, name, query, text
from apportion.model.focus import (
    COST_COLUMNS,
    KEY_COLUMNS,
    OWN_COLUMNS,
    QUANTITY_COLUMNS,
    RENAMED,
    FocusColumn,
    Type,
    columns_of,
)
from apportion.model.money import EXACT, SQL_TYPE, from_units, to_units
from apportion.model.relation import AllocationTables, Query, Relation
from apportion.model.rulebook import Rulebook
from apportion.model.split import Share, Units

#: The table of parts: the share of each owner in a charge of a pool.
ALLOCATED_PARTS = {
    "KeyId": "BIGINT",
    "ChargeDay": "DATE",
    "Owner": "VARCHAR",
    "Ratio": "VARCHAR",
    "Kept": "BOOLEAN",
    **dict.fromkeys((*COST_COLUMNS, *QUANTITY_COLUMNS), SQL_TYPE),
}
#: The columns that Apportion adds, except those of dimensions.
_OURS = ("x_Pool", "x_Kept", "x_AllocationRun")
_AMOUNTS = (*COST_COLUMNS, *QUANTITY_COLUMNS)
_PLACES_OF_RATIO = 12

#: The cost of a pool for one payer and day: pool, currency, billing account, day, partition.
Held = tuple[str, str, str, date, str]


class PoolCharge(NamedTuple):
    """The cost of a key in a pool on a day."""

    pool: str
    billing_currency: str
    billing_account_id: str
    charge_day: date
    within: str
    key_id: int
    costs: Units
    consumed_quantity: Decimal

    @property
    def held(self) -> Held:
        """The cost of the pool that it is part of."""
        return self[:5]

    @property
    def units(self) -> tuple[int, ...]:
        """The amounts in the smallest units, cost columns first."""
        return *self.costs, to_units(self.consumed_quantity)


class OwnerCosts(NamedTuple):
    """The cost of an owner in a currency, in every cost column."""

    currency: str
    owner: str
    amounts: tuple[Decimal, ...]


def pool_charges_query(rulebook: Rulebook, tables: AllocationTables) -> Query:
    """List the charges in pools."""
    return query(
        "core/reporting/pool_charges",
        costs=tables.bills.costs,
        owned=tables.owned,
        within=partition(rulebook),
        amounts=each((f"costs.{name(column)}" for column in _AMOUNTS), ", "),
    )


def charges_of_day_query(charges: Relation, day: date) -> Query:
    """Select the pool charges of a day, ordered by pool, payer and partition."""
    picked = f'SELECT * FROM {charges} WHERE "ChargeDay" = CAST({text(str(day))} AS DATE)'
    return Query.of(f"{picked} ORDER BY 1, 2, 3, 4, 5, 6", charges)


def allocated_part_rows(
    charges: Iterable[PoolCharge], shares: Iterable[Share]
) -> Iterator[tuple[object, ...]]:
    """Split each charge of a pool among its owners, in the columns of `ALLOCATED_PARTS`.

    Parts of a charge add up to it, and an owner's parts over all charges to his share.
    """
    payers: dict[Held, list[Share]] = defaultdict(list)
    for share in shares:
        held = (share.pool, share.currency, share.billing_account, share.day, share.within)
        payers[held].append(share)
    for held, together in groupby(charges, key=lambda charge: charge.held):
        if held in payers:  # otherwise its charges are zero in every column
            yield from _handed(list(together), payers[held], day=held[3])


def _handed(
    charges: Sequence[PoolCharge], payers: Sequence[Share], *, day: date
) -> Iterator[tuple[object, ...]]:
    numbered = {f"{place:09d}": share.ratio for place, share in enumerate(payers)}
    weights = list(whole_numbers(numbered).values())
    ratios = list(apportion(10**_PLACES_OF_RATIO, numbered).values())
    columns = [
        apportion_lines(
            [charge.units[place] for charge in charges],
            weights,
            [share.units[place] for share in payers] if place < len(COST_COLUMNS) else None,
        )
        for place in range(len(_AMOUNTS))
    ]
    for line, charge in enumerate(charges):
        for part, share in enumerate(payers):
            amounts = (from_units(column[line][part]) for column in columns)
            yield (charge.key_id, day, share.owner, _ratio(ratios[part]), share.kept, *amounts)


def _ratio(units: int) -> str:
    return f"{Decimal(units).scaleb(-_PLACES_OF_RATIO, EXACT).normalize():f}"


def focus_query(
    rulebook: Rulebook,
    tables: AllocationTables,
    allocated_parts: Relation,
    *,
    version: str,
    period: str,
    run: str,
) -> Query:
    """Give every row of the month in the columns of a version; added columns begin with `x_`.

    `allocated_parts` are the parts of pools' charges, in the columns of `ALLOCATED_PARTS`.
    """
    described = {column: f"labels.{name(column)}" for column in KEY_COLUMNS} | _filled()
    method = f'{text(f"apportion:{rulebook.name}:")} || labels."Pool"'
    whole = {column: _unless_split(f"charged.{name(column)}") for column in _AMOUNTS}
    whole["AllocatedMethodId"] = (
        f"CASE WHEN split THEN {method} ELSE {described['AllocatedMethodId']} END"
    )
    owner_unless_kept = 'CASE WHEN NOT allocated_parts."Kept" THEN allocated_parts."Owner" END'
    owner_tag = text(f"apportion:{rulebook.owner}")
    part = {column: f"allocated_parts.{name(column)}" for column in _AMOUNTS} | {
        "AllocatedMethodId": method,
        "AllocatedMethodDetails": _details(),
        "AllocatedResourceId": owner_unless_kept,
        "AllocatedResourceName": owner_unless_kept,
        "AllocatedTags": f'JSON_OBJECT({owner_tag}, allocated_parts."Owner")',
    }
    columns = columns_of(version)
    own = _own(rulebook, run)
    return query(
        "core/reporting/focus_rows",
        keys=tables.bills.keys,
        costs=tables.bills.costs,
        owned=tables.owned,
        allocated_parts=allocated_parts,
        dimensions=each((f"owned.{name(d.name)}" for d in rulebook.dimensions), ", "),
        whole=_listed(columns, described | _times(period, "charged") | whole, own),
        parts=_listed(
            columns, described | _times(period, "allocated_parts") | part, own | _payer(rulebook)
        ),
    )


def dimension_columns(rulebook: Rulebook) -> dict[str, str]:
    """Name the column of each dimension as FOCUS requires: `cost_center` is `x_CostCenter`.

    Column names are compared without case. A name that is taken becomes `x_DimensionOperation`.
    """
    columns: dict[str, str] = {}
    taken = {column.casefold() for column in (*OWN_COLUMNS, *_OURS)}
    for dimension in rulebook.dimensions:
        words = dimension.name.split("_")
        camel = each((word[:1].upper() + word[1:] for word in words), "")
        column, number = f"x_{camel}", 2
        if column.casefold() in taken:
            column = f"x_Dimension{camel}"
        first = column
        while column.casefold() in taken:
            column, number = f"{first}{number}", number + 1
        taken.add(column.casefold())
        columns[dimension.name] = column
    return columns


def _filled() -> dict[str, str]:
    """Values that the specification requires; units are empty, as the ledger has no quantities."""
    category = "COALESCE(labels.\"ServiceCategory\", 'Other')"
    return {
        "PricingUnit": "CAST(NULL AS VARCHAR)",
        "ServiceCategory": category,
        "ServiceSubcategory": (
            f"COALESCE(labels.\"ServiceSubcategory\", 'Other (' || {category} || ')')"
        ),
    }


def _listed(columns: Sequence[FocusColumn], found: dict[str, str], own: dict[str, str]) -> str:
    """Every column of a version in order, NULL if the ledger lacks it, then the added columns."""
    newest = {old: found[new] for old, new in RENAMED.items()}
    named = {
        column.name: (found | newest).get(column.name) or f"CAST(NULL AS {_sql_type(column)})"
        for column in columns
    }
    return each(f"{expr} AS {name(column)}" for column, expr in (named | own).items())


def _own(rulebook: Rulebook, run: str) -> dict[str, str]:
    """The added columns: other columns of the bill, dimensions, pool and run."""
    labels = {
        column: f"labels.{name(dimension)}"
        for dimension, column in dimension_columns(rulebook).items()
    }
    ours = ('labels."Pool"', "CAST(NULL AS BOOLEAN)", text(run))
    return {
        **{column: f"labels.{name(column)}" for column in OWN_COLUMNS},
        **labels,
        **dict(zip(_OURS, ours, strict=True)),
    }


def _payer(rulebook: Rulebook) -> dict[str, str]:
    """The owner of a part. A share has no values of the other dimensions."""
    columns = dimension_columns(rulebook)
    return dict.fromkeys(columns.values(), "CAST(NULL AS VARCHAR)") | {
        columns[rulebook.owner]: 'allocated_parts."Owner"',
        "x_Kept": 'allocated_parts."Kept"',
    }


def _times(period: str, costs: str) -> dict[str, str]:
    month = f"CAST({text(f'{period}-01')} AS TIMESTAMP)"
    day = f'CAST({costs}."ChargeDay" AS TIMESTAMP)'
    return {
        "BillingPeriodStart": month,
        "BillingPeriodEnd": f"{month} + INTERVAL 1 MONTH",
        "ChargePeriodStart": day,
        "ChargePeriodEnd": f"{day} + INTERVAL 1 DAY",
    }


def _details() -> str:
    return (
        '\'{"Elements":[{"AllocatedRatio":\' || allocated_parts."Ratio" || \'}],"x_Pool":\' || '
        "CAST(TO_JSON(labels.\"Pool\") AS VARCHAR) || '}'"
    )


def _unless_split(amount: str) -> str:
    return f"CASE WHEN split THEN CAST(0 AS {SQL_TYPE}) ELSE {amount} END"


def _sql_type(column: FocusColumn) -> str:
    return {Type.DECIMAL: SQL_TYPE, Type.TIME: "TIMESTAMP"}.get(column.type, "VARCHAR")
