"""Look at rulebooks: are they right, which one holds for a month, what does it become."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from apportion.core.allocation.rollup import (
    allocations_query,
    owners_query,
    partitions_query,
    pool_costs_query,
    rolled_query,
    spend_query,
)
from apportion.core.rulebook.allowed_values import allowed_in
from apportion.core.rulebook.dimension_sql import labelled_query, raw_values_query
from apportion.core.rulebook.inputs.date_segments import Days, lookup_segments
from apportion.core.rulebook.months import months_in_force, months_missing
from apportion.core.rulebook.read import same_months
from apportion.core.rulebook.rule_columns import JSON_COLUMNS, columns_inside, columns_used
from apportion.core.rulebook.rule_tables import (
    DatedTable,
    RuleTables,
    allowed_values_table,
    lookup_table,
)
from apportion.model.errors.base import FindingsError
from apportion.model.errors.rulebooks import NoRulebooksError
from apportion.model.findings.finding import Finding, failing
from apportion.model.outcome import Outcome, RulesInForce
from apportion.model.period import Period
from apportion.model.relation import BillTables, LabelledCosts, Relation
from apportion.model.wording import plural
from apportion.usecases.runs.load_rules import Rules, read_rulebooks, rules_for, with_files

_CHECKED = ("rulebook", "effective", "owner", "cost", "currency", "dimensions", "pools")


def check(folder: Path, beside: Path, *, today: date) -> Outcome:
    """Read every rulebook with all the files that it names; findings say what is wrong.

    All is found that can be without a bill, for each month that is over and that a rulebook is in
    force for. Raises NoRulebooksError.
    """
    rulebooks, findings = read_rulebooks(folder)
    if not rulebooks and not findings:
        raise NoRulebooksError(folder.name)
    findings += same_months(rulebooks)
    for rulebook in rulebooks:
        content = (folder.parent / rulebook.name).read_bytes()
        rules, more = with_files(rulebook, content, beside)
        findings += more
        if rules is not None:
            findings += _without_a_bill(rules, months_in_force(rulebook, rulebooks, today=today))
    rows = tuple(
        {
            "rulebook": rulebook.name,
            "effective": str(rulebook.effective),
            "owner": rulebook.owner,
            "cost": rulebook.cost,
            "currency": rulebook.currency,
            "dimensions": ", ".join(dimension.name for dimension in rulebook.dimensions),
            "pools": ", ".join(pool.name for pool in rulebook.pools),
        }
        for rulebook in rulebooks
    )
    return Outcome(_CHECKED, rows, tuple(dict.fromkeys(findings)), (_said(rows, findings),))


def _without_a_bill(rules: Rules, months: Sequence[Period]) -> Iterator[Finding]:
    """Find what only an allocation would show otherwise: refused values, months without numbers."""
    for lookup in rules.lookups.values():
        yield from allowed_in(lookup, rules.rulebook.dimension(lookup.dimension))[1]
    for driver in rules.drivers.values():
        yield from months_missing(driver, months)


def in_force(period: Period, folder: Path, beside: Path) -> RulesInForce:
    """The rulebook of a month as it was written, and each step of SQL that it compiles to."""
    rules, findings = rules_for(period, folder, beside)
    if rules is None:
        raise FindingsError(findings)
    rulebook = rules.rulebook
    return RulesInForce(
        file=rulebook.name,
        sha256=rulebook.sha256,
        effective=str(rulebook.effective),
        text=rules.text,
        statements=tuple(_statements(rules, period)),
        findings=tuple(findings),
    )


def _statements(rules: Rules, period: Period) -> list[tuple[str, str]]:
    rulebook = rules.rulebook
    used = columns_used(rulebook, rules.lookups)
    names = [
        f"{name} in {column}" for column in JSON_COLUMNS for name in columns_inside(column, used)
    ]
    tables, bills, costs = _tables(rules, Days(period.first_day, period.last_day))
    steps = [
        ("names looked for in tags", "-- " + ("\n-- ".join(names) or "none")),
        *(
            (
                f"{allowed_values_table(dimension)}: spellings to compare with the allowed values",
                query.sql,
            )
            for dimension in rulebook.dimensions
            if (query := raw_values_query(dimension, tables.facts))
        ),
        (
            "labelled: every key with its dimensions and pool",
            labelled_query(rulebook, rules.lookups, tables).sql,
        ),
        (
            "rolled: what each key cost under its labels",
            rolled_query(costs.labelled, bills).sql,
        ),
        (
            "allocations: who owns each key",
            allocations_query(rulebook, str(period), costs.labelled).sql,
        ),
        ("owners that carry cost", owners_query(rulebook, costs).sql),
    ]
    if rulebook.pools:
        held = pool_costs_query(rulebook, costs.labelled, bills.costs)
        steps.append(("what each pool holds", held.sql))
    if partitions := partitions_query(rulebook, costs):
        where = "owners that carry cost where pools split within a dimension"
        steps.append((where, partitions.sql))
    if spend := spend_query(rulebook, costs):
        steps.append(("what pools are split in proportion to", spend.sql))
    return steps


def _tables(rules: Rules, days: Days) -> tuple[RuleTables, BillTables, LabelledCosts]:
    """Name the relations as an allocation names them; no engine makes them here."""
    tables = RuleTables(
        days,
        Relation("facts"),
        {each.name: Relation(allowed_values_table(each)) for each in rules.rulebook.dimensions},
        {
            key: DatedTable(
                Relation(lookup_table(lookup)),
                changes=any(held.days != days for _match, held in lookup_segments(lookup, days)),
            )
            for key, lookup in rules.lookups.items()
        },
    )
    bills = BillTables(Relation("keys"), Relation("costs"), Relation("months"))
    return tables, bills, LabelledCosts(Relation("labelled"), Relation("rolled"))


def _said(rows: tuple[object, ...], findings: list[Finding]) -> str:
    wrong = len(failing(findings))
    if wrong:
        failed = plural(wrong, "finding fails", "findings fail")
        return f"{plural(len(rows), 'rulebook')} can be used; {failed}."
    return (
        "One rulebook, and it is right." if len(rows) == 1 else f"{len(rows)} rulebooks, all right."
    )
