"""Load what rules look values up in: allowed values, lookups and account facts, by days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from apportion.core.rulebook.allowed_values import allowed_in
from apportion.core.rulebook.dimension_sql import RawValue, canonical, raw_values_query
from apportion.core.rulebook.inputs.account_facts import fact_segments, offered
from apportion.core.rulebook.inputs.date_segments import Days, lookup_segments
from apportion.core.rulebook.inputs.lookup_near_misses import (
    NearMiss,
    line_columns,
    near_misses,
    near_misses_query,
)
from apportion.core.rulebook.rule_columns import columns_read
from apportion.core.rulebook.rule_tables import (
    ACCOUNTS_TABLE,
    DatedTable,
    RuleTables,
    allowed_values_table,
    lookup_table,
)
from apportion.model.findings.finding import Finding
from apportion.model.inputs import Lookup
from apportion.model.relation import Relation
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.load_rules import Rules


def load_rule_tables(
    rules: Rules, facts: Relation, days: Days, context: RunContext
) -> tuple[RuleTables, list[Finding]]:
    """Load the tables for some days; findings are values that a dimension does not allow."""
    allowed = _load_allowed(rules, facts, context)
    lookups: dict[str, DatedTable] = {}
    findings: list[Finding] = []
    for key, lookup in rules.lookups.items():
        lookups[key], more = _load_lookup(rules, lookup, days, context)
        findings += more
    accounts = _load_accounts(rules, days, context)
    return RuleTables(days, facts, allowed, lookups, accounts), findings


def find_near_misses(rules: Rules, facts: Relation, context: RunContext) -> Iterator[Finding]:
    """Find lines of lookups that almost match a charge."""
    for lookup in rules.lookups.values():
        rows = ((row.line, *row.match) for row in lookup.rows)
        lines = context.engine.load("lookup_lines", line_columns(lookup), rows)
        found = context.engine.rows(near_misses_query(lookup, lines, facts))
        yield from near_misses(lookup, read_rows(NearMiss, found))


def _load_allowed(rules: Rules, facts: Relation, context: RunContext) -> dict[str, Relation]:
    """Find, for each dimension with allowed values, which of the bill's spellings are allowed."""
    made: dict[str, Relation] = {}
    for dimension in rules.rulebook.dimensions:
        query = raw_values_query(dimension, facts)
        rows = read_rows(RawValue, context.engine.rows(query) if query else [])
        raw = {row.raw for row in rows if row.raw}
        for source in dimension.sources:
            for column in columns_read(source):
                raw |= offered(rules.accounts, column)
        pairs = canonical(dimension, sorted(raw)).items()
        columns = {"#raw": "VARCHAR", "#value": "VARCHAR"}
        table = allowed_values_table(dimension)
        made[dimension.name] = context.engine.load(table, columns, pairs)
    return made


def _load_lookup(
    rules: Rules, lookup: Lookup, days: Days, context: RunContext
) -> tuple[DatedTable, list[Finding]]:
    allowed, findings = allowed_in(lookup, rules.rulebook.dimension(lookup.dimension))
    matches = [f"m{at}" for at in range(len(lookup.columns))]
    values = [
        (segment.days, (*match, segment.value, allowed.get(segment.value or "")))
        for match, segment in lookup_segments(lookup, days)
    ]
    columns = (*matches, "#raw", "#value")
    return _load_dated(lookup_table(lookup), columns, values, days, context), findings


def _load_accounts(rules: Rules, days: Days, context: RunContext) -> DatedTable | None:
    if not rules.accounts.columns:
        return None
    nothing = (None,) * len(rules.accounts.columns)
    values = [
        (segment.days, (account, *(segment.value or nothing)))
        for account, segment in fact_segments(rules.accounts, days)
    ]
    columns = ("#account", *rules.accounts.columns)
    return _load_dated(ACCOUNTS_TABLE, columns, values, days, context)


def _load_dated(
    table: str,
    columns: Sequence[str],
    values: Sequence[tuple[Days, tuple[str | None, ...]]],
    days: Days,
    context: RunContext,
) -> DatedTable:
    """Load rows with the days of each; `columns` are texts."""
    types = {"#first": "DATE", "#last": "DATE", **dict.fromkeys(columns, "VARCHAR")}
    rows = ((held.first, held.last, *texts) for held, texts in values)
    loaded = context.engine.load(table, types, rows)
    return DatedTable(loaded, changes=any(held != days for held, _texts in values))
