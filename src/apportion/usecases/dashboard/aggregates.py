"""Builds the aggregates of a run: the sums that pages read, computed once."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from apportion.core.dashboard import aggregates
from apportion.core.dashboard.aggregates import LabelledRows, TaggedUsage, TagKey
from apportion.model.manifest import Manifest
from apportion.model.money import SQL_TYPE
from apportion.model.outcome import Outcome
from apportion.model.relation import AllocationTables, Query, Relation, everything
from apportion.model.row import Row
from apportion.model.rulebook import Rulebook
from apportion.usecases.allocate.label_keys import Labels, label, matched_costs
from apportion.usecases.context import RunContext
from apportion.usecases.reports.review_topics import review
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.open_run import Published, check_whole, find, open_tables

#: The tables of the review that pages show, with their columns that are not text.
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
        """Find the tables of a run; None if they are not built yet."""

    def draft(self) -> Path:
        """Create an empty folder for new aggregates."""

    def keep(self, draft: Path, name: str) -> Mapping[str, list[Path]]:
        """Rename a finished draft to its final name, in one step."""


def aggregates_name(manifest: Manifest) -> str:
    """Name the aggregates of a run; the same run and layout have the same content."""
    return f"{manifest.run}-{aggregates.LAYOUT_VERSION}"


def find_or_build(
    manifest: Manifest, context: RunContext, store: AggregateStore
) -> Mapping[str, list[Path]]:
    """Find the aggregates of a run, or build them; the ledger is only read.

    Raises NotWhatWasProvedError if the allocation does not add up to the proved totals.
    """
    return store.find(aggregates_name(manifest)) or _build(manifest, context, store)


def _build(
    manifest: Manifest, context: RunContext, store: AggregateStore
) -> Mapping[str, list[Path]]:
    context.say(f"preparing {manifest.period} for the dashboard")
    reviewed = dict(review(context, period=manifest.period, as_of=manifest.run))
    published = find(context, period=manifest.period, as_of=manifest.run)
    tables = open_tables(published, context)
    check_whole(published, tables, context)
    labels = label(published.rules, tables.bills, context)
    draft = store.draft()
    for table, query in _queries(published, tables, labels, context).items():
        context.engine.write(query, str(draft / table))
    for table, types in _REVIEWED.items():
        loaded = _load("#reviewed", reviewed[table], types, context)
        context.engine.write(everything(loaded), str(draft / table))
    return store.keep(draft, aggregates_name(manifest))


def _queries(
    published: Published, tables: AllocationTables, labels: Labels, context: RunContext
) -> dict[str, Query]:
    """Create the intermediate tables; give the query of each table of the aggregates."""
    rulebook, keys = published.rulebook, tables.bills.keys
    columns = aggregates.group_columns(rulebook)
    labelled = _labelled_rows(rulebook, tables, context)
    usage = _tagged_usage(rulebook, labelled, keys, context)
    tags = tuple(dict.fromkeys(aggregates.rulebook_tags(rulebook).values()))
    return {
        "cells": aggregates.cells_query(labelled),
        "days": aggregates.days_query(columns, labelled),
        "shares": aggregates.shares_query(rulebook, tables.shares),
        "sources": aggregates.sources_query(rulebook, labelled),
        "matched_cost": matched_costs(published.rules, labels, tables.bills, context),
        "coverage": aggregates.coverage_query((*columns, "#owner"), labelled, usage),
        "values": aggregates.values_query(tags, labelled, usage, keys),
        "untagged": aggregates.untagged_query(tags, labelled, usage, keys),
        "status": aggregates.status_query(labelled, keys),
    }


def _labelled_rows(
    rulebook: Rulebook, tables: AllocationTables, context: RunContext
) -> LabelledRows:
    engine, bills = context.engine, tables.bills
    query = aggregates.labelled_rows_query(rulebook, tables.owned)
    rows = engine.create_table("labelled_rows", query)
    query = aggregates.daily_cost_query(rulebook, rows, bills.costs)
    daily_cost = engine.create_table("daily_cost", query)
    month_cost = engine.create_table("month_cost", aggregates.month_cost_query(daily_cost))
    usage = engine.create_table("usage", aggregates.usage_query(month_cost, bills.keys))
    return LabelledRows(rows, daily_cost, month_cost, usage)


def _tagged_usage(
    rulebook: Rulebook, labelled: LabelledRows, keys: Relation, context: RunContext
) -> TaggedUsage:
    engine = context.engine
    rows = engine.rows(aggregates.tag_cost_query(labelled.usage, keys))
    pairs = aggregates.tag_names([row.raw for row in read_rows(TagKey, rows)], rulebook)
    names = engine.load("tag_names", {"#raw": "VARCHAR", "#tag": "VARCHAR"}, pairs)
    tagged = engine.create_table("tagged", aggregates.tagged_query(names, keys))
    query = aggregates.tagged_usage_query(labelled.usage, tagged, keys)
    return TaggedUsage(tagged, engine.create_table("tagged_usage", query))


def _load(table: str, outcome: Outcome, types: Mapping[str, str], context: RunContext) -> Relation:
    columns = {column: types.get(column, "VARCHAR") for column in outcome.columns}
    rows = ([_plain(row, column, columns) for column in columns] for row in outcome.rows)
    return context.engine.load(table, columns, rows)


def _plain(row: Row, column: str, types: Mapping[str, str]) -> object:
    value = row[column]
    if types[column] == "VARCHAR" and value is not None:
        return str(value)
    return Decimal(value) if types[column] == SQL_TYPE and isinstance(value, int) else value
