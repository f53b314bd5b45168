"""The table `arrivals`: what each delivery of a bill changed, by day and class of charge.

The amounts of a row are changes. The rows of a bill up to a delivery add up to what that delivery
held, and a delivery that changed nothing has only a row without a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from apportion.core.billing.contained_charges import Held
from apportion.core.billing.retention import expired
from apportion.core.templates import each, name, query, text
from apportion.model.arrivals import CHANGE_COLUMNS, CLASS_COLUMNS
from apportion.model.manifest import Manifest, RunKind
from apportion.model.money import SQL_TYPE
from apportion.model.relation import Query, Relation, everything, union
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.damage import damage_of

from .completeness import open_delivery

ARRIVALS = "arrivals"

#: A bill's month has at most so many files in the table; then they become one.
_MOST_FILES = 16

_TYPES = {
    "Period": "VARCHAR",
    "Bill": "VARCHAR",
    "Delivery": "BIGINT",
    "MadeAt": "VARCHAR",
    "ChargeDay": "DATE",
    **dict.fromkeys(CLASS_COLUMNS, "VARCHAR"),
    **dict.fromkeys(CHANGE_COLUMNS, SQL_TYPE),
    "Lines": "BIGINT",
}


@dataclass(frozen=True)
class WrittenArrivals:
    """Files with new rows. They are added to those of the current delivery, or replace them."""

    files: Sequence[str]
    append: bool


class _Last(NamedTuple):
    number: int | None


def write_arrivals(
    now: Held, current: Manifest | None, *, part: tuple[str, str], made: str, context: RunContext
) -> WrittenArrivals:
    """Write what a delivery changed against those before it.

    `part` is its period and bill, `current` the readable delivery that it replaces, `made` the
    time at which the provider wrote it.
    """
    earlier = open_arrivals(part, current, context)
    rows = next_arrivals(now, earlier, part=part, made=made, context=context)
    append = (
        current is not None
        and ARRIVALS in current.snapshots
        and len(context.ledger.files(ARRIVALS, current)) < _MOST_FILES
    )
    written = rows if append else _both(earlier, rows)
    files = context.engine.write(_in_order(written), context.ledger.new_folder(ARRIVALS))
    return WrittenArrivals(files, append)


def open_arrivals(part: tuple[str, str], current: Manifest | None, context: RunContext) -> Relation:
    """Open the arrivals of a period and bill up to the delivery `current`.

    Where it has none, because the ledger is older than the table or the delivery is damaged, they
    are made from the deliveries that the ledger still holds.
    """
    if current and ARRIVALS in current.snapshots:
        files = context.ledger.files(ARRIVALS, current)
        return context.engine.open_parquet(f"arrivals of {current.run}", files)
    relation = context.engine.load(f"arrivals of {part} before", _TYPES, [])
    for number, held in enumerate(_held(part, current, context), start=1):
        then = open_delivery(held, context)
        rows = next_arrivals(then, relation, part=part, made=held.at, context=context)
        both = _both(relation, rows)
        relation = context.engine.create_table(f"arrivals of {part} at {number}", both)
    return relation


def next_arrivals(
    now: Held, earlier: Relation, *, part: tuple[str, str], made: str, context: RunContext
) -> Query:
    """Compare what a delivery holds with the arrivals before it."""
    found = Query.of(f'SELECT MAX("Delivery") AS number FROM {earlier}', earlier)
    (last,) = read_rows(_Last, context.engine.rows(found))
    described = (
        name(column) if column in now.columns else _null(column) for column in CLASS_COLUMNS
    )
    return query(
        "usecases/ingest/next_arrivals",
        period=text(part[0]),
        bill=text(part[1]),
        number=str((last.number or 0) + 1),
        made=text(made),
        classes=each(map(name, CLASS_COLUMNS)),
        described=each(described),
        no_class=each(map(_null, CLASS_COLUMNS)),
        measures=each(map(name, CHANGE_COLUMNS)),
        negated=each(f"-{name(column)} AS {name(column)}" for column in CHANGE_COLUMNS),
        added=each(
            f"CAST(SUM({name(column)}) AS {SQL_TYPE}) AS {name(column)}"
            for column in CHANGE_COLUMNS
        ),
        changed=each((f"SUM({name(column)}) <> 0" for column in CHANGE_COLUMNS), " OR "),
        nothing=each(f"CAST(0 AS {SQL_TYPE}) AS {name(column)}" for column in CHANGE_COLUMNS),
        costs=now.costs,
        keys=now.keys,
        earlier=earlier,
    )


def _both(earlier: Relation, rows: Query) -> Query:
    return union([everything(earlier), rows], " UNION ALL BY NAME ")


def _in_order(rows: Query) -> Query:
    """Rows in one file, and alike beside each other, which makes it small."""
    columns = each(map(name, (*CLASS_COLUMNS, "ChargeDay", "Delivery")), ", ")
    return Query.of(f"SELECT * FROM ({rows}) AS rows ORDER BY {columns}", rows)


def _null(column: str) -> str:
    return f"CAST(NULL AS VARCHAR) AS {name(column)}"


def _held(part: tuple[str, str], current: Manifest | None, context: RunContext) -> list[Manifest]:
    """The readable deliveries of a period and bill up to `current`, oldest first, each state once.

    Without `current`, all of them.
    """
    runs = context.ledger.runs()
    gone = expired(runs)
    end = runs.index(current) + 1 if current else len(runs)
    states: dict[tuple[tuple[str, int], ...], Manifest] = {}
    for number, run in enumerate(runs[:end], start=1):
        if run.kind is RunKind.INGEST and (run.period, run.bill) == part and number not in gone:
            states.setdefault(tuple(sorted(run.snapshots.items())), run)
    return [run for run in states.values() if not damage_of([run], context)]
