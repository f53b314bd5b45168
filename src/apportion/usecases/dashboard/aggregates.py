"""Make the daybook of a run: all that pages read of it, added up once."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from apportion.core.dashboard import aggregates
from apportion.core.rulebook.unused_rules import matched_costs_query
from apportion.model.manifest import Manifest
from apportion.model.money import SQL_TYPE
from apportion.model.outcome import Outcome
from apportion.model.row import Row
from apportion.usecases.allocate.label_keys import label, segments_of
from apportion.usecases.context import RunContext
from apportion.usecases.reports.review_topics import review
from apportion.usecases.runs.open_run import Published, check_whole, find, open_tables

#: The tables of a review that pages show, with the columns that are no text.
_REVIEWED = {
    "unallocated": {"lines": "BIGINT", "cost": SQL_TYPE},
    "rejected": {"accounts": "BIGINT", "lines": "BIGINT", "cost": SQL_TYPE},
    "pools": {"cost": SQL_TYPE, "kept": SQL_TYPE, "payers": "BIGINT"},
    "drivers": {"number": SQL_TYPE, "ratio": SQL_TYPE},
    "kept": {"cost": SQL_TYPE},
}


class AggregateStore(Protocol):
    """The store of aggregates; `ledger.aggregates_cache.AggregatesCache` is one."""

    def find(self, name: str) -> Mapping[str, list[Path]] | None:
        """Find a daybook's tables; None where it was not made yet."""

    def draft(self) -> Path:
        """Make an empty folder for the files of a new daybook."""

    def keep(self, draft: Path, name: str) -> Mapping[str, list[Path]]:
        """Give a draft its name, all at once."""


def name_of(manifest: Manifest) -> str:
    """Name the daybook of a run: the same run and layout have the same content."""
    return f"{manifest.run}-{aggregates.FORM}"


def daybook_of(
    manifest: Manifest, context: RunContext, shelf: AggregateStore
) -> Mapping[str, list[Path]]:
    """Find the tables of a run's daybook, or make them; the ledger is only read.

    Raises NotWhatWasProvedError where the allocation does not add up to what was proved.
    """
    return shelf.find(name_of(manifest)) or _make(manifest, context, shelf)


def _make(
    manifest: Manifest, context: RunContext, shelf: AggregateStore
) -> Mapping[str, list[Path]]:
    context.say(f"adding up {manifest.period} for the pages")
    reviewed = dict(review(context, period=manifest.period, as_of=manifest.run))
    published = find(context, period=manifest.period, as_of=manifest.run)
    open_tables(published, context)
    check_whole(published, context)
    label(published.rules, context)
    draft = shelf.draft()
    for table, query in _queries(published, context).items():
        context.engine.write(query, draft / table)
    for table, types in _REVIEWED.items():
        _load("#reviewed", reviewed[table], types, context)
        context.engine.write('SELECT * FROM "#reviewed"', draft / table)
    return shelf.keep(draft, name_of(manifest))


def _queries(published: Published, context: RunContext) -> dict[str, str]:
    """Prepare what the tables are made of, and tell the query of each."""
    rulebook, engine = published.rulebook, context.engine
    columns = aggregates.cuts(rulebook)
    engine.create_table("labelled_rows", aggregates.labelled_rows_query(rulebook))
    engine.create_table("spent", aggregates.spent_query(rulebook))
    engine.create_table("month", aggregates.month_query())
    engine.create_table("usage", aggregates.usage_query())
    spelt = [str(row["#raw"]) for row in engine.rows(aggregates.tag_cost_query())]
    pairs = aggregates.tag_names(spelt, rulebook)
    engine.load("tag names", {"#raw": "VARCHAR", "#tag": "VARCHAR"}, pairs)
    engine.create_table("tagged", aggregates.tagged_query())
    engine.create_table("carried", aggregates.carried_query())
    asked = tuple(dict.fromkeys(aggregates.asked_tags(rulebook).values()))
    return {
        "cells": aggregates.cells_query(),
        "days": aggregates.days_query(columns),
        "shares": aggregates.shares_query(rulebook),
        "sources": aggregates.sources_query(rulebook),
        "offers": _offers(published, context),
        "coverage": aggregates.coverage_query((*columns, "#owner")),
        "values": aggregates.values_query(asked),
        "untagged": aggregates.untagged_query(asked),
        "status": aggregates.status_query(),
    }


def _offers(published: Published, context: RunContext) -> str:
    rules = published.rules
    return matched_costs_query(
        rules.rulebook, rules.lookups, segments_of(rules, context), accounts=rules.accounts
    )


def _load(table: str, outcome: Outcome, types: Mapping[str, str], context: RunContext) -> None:
    columns = {column: types.get(column, "VARCHAR") for column in outcome.columns}
    rows = ([_plain(row, column, columns) for column in columns] for row in outcome.rows)
    context.engine.load(table, columns, rows)


def _plain(row: Row, column: str, types: Mapping[str, str]) -> object:
    value = row[column]
    if types[column] == "VARCHAR" and value is not None:
        return str(value)
    return Decimal(value) if types[column] == SQL_TYPE and isinstance(value, int) else value
