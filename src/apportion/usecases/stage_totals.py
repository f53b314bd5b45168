"""Totals of one stage of the proof, by account."""

from __future__ import annotations

from apportion.core.allocation.rollup import AccountTotal
from apportion.core.proof import total
from apportion.core.templates import query
from apportion.model.manifest import Total
from apportion.model.relation import Query, Relation
from apportion.usecases.context import RunContext

from .row_values import read_rows


def ledger_totals(costs: Relation, keys: Relation, context: RunContext) -> list[Total]:
    """Add costs up by account, through their keys."""
    totals = query("usecases/runs/ledger_totals", costs=costs, keys=keys)
    return stage_totals("ledger", totals, context)


def stage_totals(stage: str, totals: Query, context: RunContext) -> list[Total]:
    """Read the totals of a stage of the proof, account by account."""
    return [
        total(
            stage,
            (row.billing_account_id, row.sub_account_id, row.billing_currency),
            row.lines,
            row.amounts,
        )
        for row in read_rows(AccountTotal, context.engine.rows(totals))
    ]
