"""Report an allocation: grouped, filtered, direct and shared apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import NamedTuple

from apportion.core.allocation.rounding import part_of
from apportion.core.reporting.report import (
    ALWAYS,
    SHARED,
    CombinationCost,
    OwnerCombination,
    ReceivedShare,
    ReportRow,
    charges_view_query,
    lie_query,
    push_down,
    received_query,
    report_query,
)
from apportion.core.rulebook.conditions.parse import read_condition
from apportion.core.templates import each, name, text
from apportion.model.errors.base import FindingsError, UnknownColumnError
from apportion.model.findings.finding import Finding, Place, failing
from apportion.model.focus import COST_COLUMNS
from apportion.model.money import EXACT, SQL_TYPE, from_units, to_units
from apportion.model.outcome import Outcome
from apportion.model.question import Granularity, Question
from apportion.model.relation import AllocationTables, Query, Relation
from apportion.model.result_columns import REPORT
from apportion.model.row import Row
from apportion.model.rulebook import Rulebook
from apportion.model.suggestions import closest, did_you_mean
from apportion.usecases.context import RunContext
from apportion.usecases.nowcast.incomplete import incomplete_messages
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.open_run import Published, check_whole, find, open_tables


class _Owner(NamedTuple):
    owner: str


@dataclass(frozen=True)
class _ReportQuery:
    """A question whose names are those of an allocation; `used` are the columns that it reads."""

    question: Question
    columns: tuple[str, ...]
    condition: str
    used: frozenset[str]

    @property
    def by_day(self) -> bool:
        return self.question.granularity is Granularity.DAY


def report(context: RunContext, question: Question) -> Outcome:
    """Group a period's allocation by dimensions or columns.

    Money columns are exact; `share` is the part that a row has of all rows in its currency,
    `tagged` the owner's own cost that a valid tag gave it.
    """
    published = find(context, period=question.period, as_of=question.as_of)
    (outcome,) = answer(published, [question], context)
    return outcome


def answer(
    published: Published, questions: Sequence[Question], context: RunContext
) -> list[Outcome]:
    """Answer questions about an allocation, in their order, as `report` does.

    Its shares are distributed once for all of them.
    """
    every = [_read_question(question, published) for question in questions]
    used = set().union(*(wanted.used for wanted in every))
    outcomes: dict[int, Outcome] = {}
    pushed: Relation | None = None
    for by_day in sorted({wanted.by_day for wanted in every}):
        tables = _open_whole(published, context, by_day=by_day)
        pushed = pushed or _push(published, tables, context, used=used)
        charges = _view(published, tables, pushed, context)
        outcomes |= {
            number: _answer(published, wanted, charges, context)
            for number, wanted in enumerate(every)
            if wanted.by_day is by_day
        }
    return [outcomes[number] for number in range(len(every))]


def open_charges(
    published: Published, context: RunContext, *, used: set[str], by_day: bool = True
) -> tuple[AllocationTables, Relation]:
    """Open an allocation, and a view of its direct and shared cost.

    Shares are pushed down to the other dimensions where `used` has one.
    """
    tables = _open_whole(published, context, by_day=by_day)
    pushed = _push(published, tables, context, used=used)
    return tables, _view(published, tables, pushed, context)


def _read_question(question: Question, published: Published) -> _ReportQuery:
    columns = find_columns(published, question.by or (published.rulebook.owner,))
    condition, used = _condition(published, question.where, question.owners)
    return _ReportQuery(question, columns, condition, frozenset((*columns, *used)))


def _answer(
    published: Published, wanted: _ReportQuery, charges: Relation, context: RunContext
) -> Outcome:
    question = wanted.question
    cost = cost_column(question, published)
    query = report_query(
        wanted.columns,
        charges,
        granularity=question.granularity,
        owner=published.rulebook.owner,
        cost=cost,
        where=wanted.condition,
    )
    found = read_rows(ReportRow, context.engine.rows(query))
    period, bills = published.manifest.period, published.bills
    incomplete = incomplete_messages(period, bills, cost, context) if wanted.by_day else ()
    return Outcome(
        columns=(question.granularity.value, *wanted.columns, *REPORT),
        rows=tuple(_rows(found, question.granularity)),
        findings=published.later,
        messages=(
            *_strangers(published, charges, context, question),
            *incomplete,
            _words(published),
        ),
    )


def _open_whole(published: Published, context: RunContext, *, by_day: bool) -> AllocationTables:
    tables = open_tables(published, context, by_day=by_day)
    check_whole(published, tables, context)
    return tables


def _view(
    published: Published, tables: AllocationTables, pushed: Relation, context: RunContext
) -> Relation:
    names = [dimension.name for dimension in published.rulebook.dimensions]
    return context.engine.create_view(
        "charge lines", charges_view_query(names, tables.allocations, pushed)
    )


def _push(
    published: Published, tables: AllocationTables, context: RunContext, *, used: set[str]
) -> Relation:
    """Make the table of shares, distributed over the other dimensions where `used` has one."""
    rulebook = published.rulebook
    names = [dimension.name for dimension in rulebook.dimensions]
    others = [dimension for dimension in names if dimension != rulebook.owner]
    if used & set(others):
        return _load_pushed(published, tables, others, context)
    return context.engine.create_table("pushed", _not_pushed(rulebook, others, tables.shares))


def _not_pushed(rulebook: Rulebook, others: Sequence[str], shares: Relation) -> Query:
    """Shares by owner alone; in place of the other dimensions is the word for shared cost."""
    dimensions = each((f", {text(SHARED)} AS {name(other)}" for other in others), "")
    return Query.of(
        f'SELECT *, "Owner" AS {name(rulebook.owner)}{dimensions} FROM {shares}', shares
    )


def _load_pushed(
    published: Published, tables: AllocationTables, others: list[str], context: RunContext
) -> Relation:
    rulebook = published.rulebook
    engine = context.engine
    combined = lie_query(rulebook.owner, others, rulebook.cost, tables.allocations)
    lies = [
        OwnerCombination(row.owner, row.currency, tuple(row.values.values()), to_units(row.cost))
        for row in read_rows(CombinationCost, engine.rows(combined))
    ]
    pushed = push_down(
        read_rows(ReceivedShare, engine.rows(received_query(tables.shares))),
        lies,
        others,
        within={pool.name: pool.within for pool in rulebook.pools if pool.within},
        otherwise={other: rulebook.dimension(other).default for other in others},
    )
    fixed = ("Period", "BillingAccountId", "BillingCurrency", "Pool", rulebook.owner, *others)
    columns = dict.fromkeys(fixed, "VARCHAR") | {"ChargeDay": "DATE"}
    columns |= dict.fromkeys(COST_COLUMNS, SQL_TYPE)
    rows = (
        (
            *(published.manifest.period, share.billing_account, share.currency, share.pool),
            *(share.owner, *values, share.day),
            *map(from_units, units),
        )
        for share, values, units in pushed
    )
    return context.engine.load("pushed", columns, rows)


def _rows(rows: Sequence[ReportRow], granularity: Granularity) -> list[Row]:
    """Shape the rows; a share is that of all rows of the same currency."""
    wholes: dict[str | None, Decimal] = {}
    totals = []
    with localcontext(EXACT):
        for row in rows:
            total = row.own + row.shared
            wholes[row.currency] = wholes.get(row.currency, Decimal()) + total
            totals.append(total)
    return [
        {
            granularity.value: row.time,
            **row.groups,
            "currency": row.currency,
            "direct": row.own,
            "shared": row.shared,
            "total": total,
            "share": part_of(total, wholes[row.currency]),
            "tagged": row.tagged,
        }
        for row, total in zip(rows, totals, strict=True)
    ]


def find_columns(published: Published, by: Sequence[str]) -> tuple[str, ...]:
    """Find each column by its name, without regard to case."""
    known = [*(dimension.name for dimension in published.rulebook.dimensions), *ALWAYS]
    spelt = {column.casefold(): column for column in known}
    for wanted in by:
        if wanted.casefold().replace("-", "_") not in spelt:
            raise UnknownColumnError(wanted, known, closest(wanted, known))
    return tuple(dict.fromkeys(spelt[wanted.casefold().replace("-", "_")] for wanted in by))


def cost_column(question: Question, published: Published) -> str:
    """Find the cost column of a question, without regard to case; for no name the rulebook's."""
    wanted = question.cost
    if not wanted:
        return published.rulebook.cost
    spelt = {column.casefold(): column for column in COST_COLUMNS}
    if wanted.casefold() not in spelt:
        raise UnknownColumnError(wanted, COST_COLUMNS, "")
    return spelt[wanted.casefold()]


def _condition(
    published: Published, where: str, owners: Sequence[str]
) -> tuple[str, tuple[str, ...]]:
    """Read the filter like a rulebook's condition; owners are added to it."""
    parts: list[str] = []
    used: tuple[str, ...] = ()
    if where:
        findings: list[Finding] = []
        names = (*(dimension.name for dimension in published.rulebook.dimensions), "Pool")
        condition = read_condition(
            where, place=Place("--where"), dimensions=names, findings=findings
        )
        if condition is None:
            raise FindingsError(failing(findings) or findings)
        used = find_columns(published, condition.columns)
        parts.append(f"({condition.sql})")
    if owners:
        listed = each(map(text, owners), ", ")
        parts.append(f"{name(published.rulebook.owner)} IN ({listed})")
    return each(parts, " AND "), used


def _strangers(
    published: Published, charges: Relation, context: RunContext, question: Question
) -> Iterator[str]:
    """A sentence for each requested owner that pays nothing: an empty report may be a typo."""
    if not question.owners:
        return
    owner = name(published.rulebook.owner)
    owners = Query.of(f"SELECT DISTINCT {owner} AS owner FROM {charges} ORDER BY 1", charges)
    rows = context.engine.rows(owners)
    known = [row.owner for row in read_rows(_Owner, rows)]
    for wanted in question.owners:
        if wanted not in known:
            meant = did_you_mean(wanted, known)
            yield f"There is no owner {wanted} in {question.period}. {meant}".strip()


def _words(published: Published) -> str:
    manifest = published.manifest
    return (
        f"{manifest.period}: run {manifest.run} of {manifest.at}, "
        f"rulebook {published.rulebook.name}, {published.rulebook.cost}."
    )
