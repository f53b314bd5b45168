"""Read a delivery together with an earlier one, as two parts of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, localcontext

from apportion.core.billing.contained_charges import Held, repeats
from apportion.core.proof import total
from apportion.core.templates import each, name, query
from apportion.model.findings.deliveries import CHARGES_TWICE
from apportion.model.findings.finding import Finding
from apportion.model.focus import COST_COLUMNS, QUANTITY_COLUMNS
from apportion.model.manifest import Input, Manifest, Total
from apportion.model.money import EXACT, SQL_TYPE
from apportion.model.relation import Relation
from apportion.usecases.context import RunContext

from .completeness import compare_held, open_delivery


def check_together(
    bill: str, inputs: Sequence[Input], part: Manifest, now: Held, context: RunContext
) -> list[Finding]:
    """Refuse files and charges that the earlier part has; `now` is what the later one holds."""
    place = f"{part.period} bill {bill}"
    known = {file.sha256: file.name for file in part.inputs}
    same = [
        Finding(
            CHARGES_TWICE,
            place,
            f"the file {file.name}",
            expected="files that are not in the earlier part",
            found=f"the same bytes as {known[file.sha256]} in run {part.run}",
            remedy="Nothing was ingested. Remove this file.",
        )
        for file in inputs
        if file.sha256 in known
    ]
    compared = compare_held(open_delivery(part, context), now, context, with_details=False)
    return same or repeats(place, part, compared)


def put_together(costs: Relation, part: Manifest, context: RunContext) -> list[str]:
    """Write the charges of both; FirstLine counts the files of the later part after the others."""
    earlier = open_delivery(part, context).costs
    columns = {*context.engine.columns(earlier), *context.engine.columns(costs)}
    measures = [c for c in (*COST_COLUMNS, *QUANTITY_COLUMNS) if c in columns]
    both = query(
        "usecases/ingest/together",
        earlier=earlier,
        costs=costs,
        files=str(len(part.inputs)),
        measures=each(f"CAST(SUM({name(c)}) AS {SQL_TYPE}) AS {name(c)}" for c in measures),
    )
    return context.engine.write(both, context.ledger.new_folder("costs"))


def add_stated(stated: Iterable[Total], earlier: Iterable[Total]) -> list[Total]:
    """Add what both parts state, account by account."""
    sums: dict[tuple[str, str, str], tuple[int, list[Decimal]]] = {}
    with localcontext(EXACT):
        for each_total in (*earlier, *stated):
            if each_total.stage == "stated":
                account = (
                    each_total.billing_account,
                    each_total.sub_account,
                    each_total.currency,
                )
                lines, amounts = sums.get(account, (0, [Decimal()] * len(COST_COLUMNS)))
                added = zip(amounts, each_total.amounts, strict=True)
                sums[account] = (
                    lines + each_total.lines,
                    [one + Decimal(other) for one, other in added],
                )
    return [total("stated", account, *sums[account]) for account in sorted(sums)]
