"""Totals of one stage of the proof, by account."""

from __future__ import annotations

from apportion.core.allocation.rollup import AccountTotal
from apportion.core.proof import total
from apportion.model.manifest import Total
from apportion.model.relation import Query
from apportion.usecases.context import RunContext

from .row_values import read_rows


def stage_totals(stage: str, query: Query, context: RunContext) -> list[Total]:
    """Read the totals of a stage of the proof, account by account."""
    return [
        total(
            stage,
            (row.billing_account_id, row.sub_account_id, row.billing_currency),
            row.lines,
            row.amounts,
        )
        for row in read_rows(AccountTotal, context.engine.rows(query))
    ]
