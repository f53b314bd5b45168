"""The proof page: totals by stage, all allocations, inputs and the record of the run."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from apportion.core.billing.retention import expired
from apportion.core.proof import STAGES, lines, total
from apportion.core.reporting.explain import added
from apportion.model.focus import COST_COLUMNS
from apportion.model.manifest import Manifest, RunKind, Total
from apportion.model.row import Row
from apportion.web import formatting
from apportion.web.page_context import PageContext
from apportion.web.page_model import CellStyle, Choice, Figure, Page, Section, TableColumn

BY_ACCOUNT = "account"


def proof(view: PageContext, *, by: str = "") -> Page:
    """Make the page from the run's record; `by` may be `account`."""
    manifest = view.sight.manifest
    found = lines(view.period, manifest.totals)
    widest = max((line.difference for line in found), default=Decimal())
    counted = sum(t.lines for t in manifest.totals if t.stage == "allocated")
    month = formatting.month(view.period)
    return Page(
        "proof",
        f"Proof of {month}",
        f"{month} is {'proved: the difference is 0.00' if not widest else 'NOT proved'}",
        lead="Stated by the provider = in the ledger = derived by rules = allocated to owners, to "
        "the last digit, for each payer, currency and cost column.",
        figures=(
            Figure("Difference", widest, CellStyle.EXACT, good=not widest),
            *([Figure("Lines of the bill", counted, CellStyle.COUNT)] if view.everything else []),
            Figure("Cost columns", len(COST_COLUMNS), CellStyle.COUNT),
        ),
        sections=(
            *([_stages(view, by)] if view.everything else [_hidden()]),
            _months(view),
            _inputs(view),
            _run(view),
        ),
    )


def _stages(view: PageContext, by: str) -> Section:
    totals = view.sight.manifest.totals
    columns = (
        TableColumn("payer", "Payer", CellStyle.CODE),
        *([TableColumn("account", "Account", CellStyle.CODE)] if by else []),
        TableColumn("currency", "Currency"),
        TableColumn("column", "Cost column"),
        *(TableColumn(stage, stage.capitalize(), CellStyle.EXACT) for stage in STAGES),
        TableColumn("difference", "Difference", CellStyle.EXACT),
    )
    rows = [
        {
            "payer": line.billing_account,
            "account": line.sub_account,
            "currency": line.currency,
            "column": line.column,
            **dict(zip(STAGES, line.by_stage, strict=True)),
            "difference": line.difference,
        }
        for line in lines(view.period, totals if by else _by_payer(totals))
    ]
    return Section(
        "stages",
        "Totals by stage",
        columns,
        rows,
        choices={
            "by": (
                Choice("payer", view.links.here(by=""), here=not by),
                Choice("account", view.links.here(by=BY_ACCOUNT), here=bool(by)),
            )
        },
    )


def _hidden() -> Section:
    return Section(
        "stages",
        "Totals by stage",
        empty="Only users who may see every owner see the totals of the organisation.",
    )


def _by_payer(totals: Sequence[Total]) -> list[Total]:
    """Add accounts up to their payer."""
    sums: dict[tuple[str, str, str], list[Total]] = {}
    for one in totals:
        sums.setdefault((one.stage, one.billing_account, one.currency), []).append(one)
    return [
        total(
            stage,
            (payer, "", currency),
            sum(one.lines for one in found),
            [added(Decimal(one.amounts[at]) for one in found) for at in range(len(COST_COLUMNS))],
        )
        for (stage, payer, currency), found in sums.items()
    ]


def _months(view: PageContext) -> Section:
    """All recorded allocations, newest first."""
    rows = []
    runs = view.sight.ledger_version.runs
    gone = expired(runs)
    for number, run in reversed(list(enumerate(runs, start=1))):
        if run.kind is RunKind.ALLOCATE:
            now = "shown here" if run == view.sight.manifest else ""
            widest = max((one.difference for one in lines(run.period, run.totals)),
                         default=Decimal())  # fmt: skip
            rows.append(
                {
                    "period": run.period,
                    "at": formatting.moment(run.at),
                    "run": run.run,
                    "rulebook": run.details.get("rulebook", ""),
                    "version": run.version,
                    "lines": sum(t.lines for t in run.totals if t.stage == "allocated"),
                    "difference": widest,
                    "shown": f"expired {gone[number].at[:10]}" if number in gone else now,
                }
            )
    return Section(
        "runs",
        "All allocations, newest first",
        (
            TableColumn("period", "Month", link=lambda row: view.links.page(
                "proof", period=str(row["period"]), as_of=str(row["run"]))),
            TableColumn("at", "Recorded"),
            TableColumn("run", "Run", CellStyle.CODE),
            TableColumn("rulebook", "Rulebook", CellStyle.CODE),
            TableColumn("version", "Apportion"),
            *([TableColumn("lines", "Lines", CellStyle.COUNT)] if view.everything else []),
            TableColumn("difference", "Difference", CellStyle.EXACT),
            TableColumn("shown", "", CellStyle.MARK),
        ),
        rows,
        note="Earlier allocations stay readable until they expire. Select a month to open it.",
    )  # fmt: skip


def _inputs(view: PageContext) -> Section:
    sight = view.sight
    bills = [
        (f"bill {name}" if view.everything else "bill", file)
        for name, run in sight.published.bills.items()
        for file in run.inputs
    ]
    files = [*bills, *((file.role, file) for file in sight.manifest.inputs)]
    rows = [
        {"role": role, "name": file.name, "size": file.size, "sha256": file.sha256}
        for role, file in files
    ]
    return Section(
        "inputs",
        "Inputs",
        (
            TableColumn("role", "Input"),
            # Names of bills and files may contain payers and accounts.
            *([TableColumn("name", "File", CellStyle.CODE),
               TableColumn("size", "Bytes", CellStyle.COUNT)] if view.everything else []),
            TableColumn("sha256", "SHA-256", CellStyle.HASH),
        ),
        rows,
        note="The run id is a hash of these inputs and the program version.",
    )  # fmt: skip


def _details(manifest: Manifest) -> list[Row]:
    return [
        *({"fact": name, "value": value} for name, value in manifest.details.items()),
        *({"fact": f"delivery of bill {b}", "value": run} for b, run in manifest.bills.items()),
    ]


def _run(view: PageContext) -> Section:
    manifest = view.sight.manifest
    rows = [
        {"fact": "run", "value": manifest.run},
        {"fact": "recorded", "value": formatting.moment(manifest.at)},
        {"fact": "by", "value": f"apportion {manifest.version}"},
        *(_details(manifest) if view.everything else ()),
        *(
            {"fact": f"snapshot of {table}", "value": str(snapshot)}
            for table, snapshot in manifest.snapshots.items()
        ),
    ]
    return Section(
        "run",
        "Run record",
        (TableColumn("fact", "Field"), TableColumn("value", "Value", CellStyle.CODE)),
        rows,
        note="To compute every stage again from the files: "
        f"apportion prove --period {manifest.period}",
    )
