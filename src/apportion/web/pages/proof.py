"""The proof page: totals by stage, all allocations, inputs and the run record."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from apportion.core.billing.retention import expired
from apportion.core.proof import STAGES, lines, total
from apportion.core.reporting.explain import added
from apportion.model.focus import COST_COLUMNS
from apportion.model.manifest import Manifest, RunKind, Total
from apportion.model.row import Row
from apportion.model.wording import utc_time
from apportion.web.page_context import PageContext
from apportion.web.page_model import CellStyle, Choice, KeyFigure, Page, Section, TableColumn

BY_ACCOUNT = "account"


def proof(view: PageContext, *, by: str = "") -> Page:
    """Create the page from the run record; `by` is empty or `account`."""
    manifest = view.run.manifest
    found = lines(view.period, manifest.totals)
    difference = max((line.difference for line in found), default=Decimal())
    line_count = sum(t.lines for t in manifest.totals if t.stage == "allocated")
    return Page(
        "proof",
        f"Proof, {view.period}",
        f"{view.period} is {'NOT proved' if difference else 'proved: the difference is 0.00'}",
        lead="Stated by the provider = stored in the ledger = derived by rules = allocated to "
        "owners: equal to the last digit, for each payer, currency and cost column.",
        figures=(
            KeyFigure("Difference", difference, CellStyle.EXACT, good=not difference),
            *(
                [KeyFigure("Lines of the bill", line_count, CellStyle.COUNT)]
                if view.full_access
                else []
            ),
            KeyFigure("Cost columns", len(COST_COLUMNS), CellStyle.COUNT),
        ),
        sections=(
            *([_stages(view, by)] if view.full_access else [_hidden_stages()]),
            *_invoices(view),
            _months(view),
            _inputs(view),
            _run(view),
        ),
    )


def _stages(view: PageContext, by: str) -> Section:
    totals = view.run.manifest.totals
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
                Choice("payer", view.links.this_page(by=""), current=not by),
                Choice("account", view.links.this_page(by=BY_ACCOUNT), current=bool(by)),
            )
        },
    )


def _invoices(view: PageContext) -> list[Section]:
    """The invoices beside their charges; nothing if none was added."""
    compared = view.run.invoices()
    if compared is None:
        return []
    amounts = ("ledger", "derived", "allocated", "journals", "invoice", "difference")
    columns = (
        TableColumn("BillingAccountId", "Payer", CellStyle.CODE),
        TableColumn("InvoiceId", "Invoice", CellStyle.CODE),
        TableColumn("currency", "Currency"),
        *(TableColumn(stage, stage.capitalize(), CellStyle.EXACT) for stage in amounts),
        TableColumn("status", "", CellStyle.STATUS),
    )
    return [
        Section(
            "invoices",
            "Invoices",
            columns,
            compared.rows,
            note="Billed cost of the charges of each invoice at each stage, what sent journals "
            "posted, and the invoice. For findings, run: "
            f"apportion prove --period {view.period} --by-invoice",
        )
    ]


def _hidden_stages() -> Section:
    return Section(
        "stages",
        "Totals by stage",
        empty="Only users with access to every owner can see the totals of the organisation.",
    )


def _by_payer(totals: Sequence[Total]) -> list[Total]:
    """Sum the totals of accounts by payer."""
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
    runs = view.run.ledger_version.runs
    gone = expired(runs)
    for number, run in reversed(list(enumerate(runs, start=1))):
        if run.kind is RunKind.ALLOCATE:
            shown = "shown here" if run == view.run.manifest else ""
            difference = max((one.difference for one in lines(run.period, run.totals)),
                         default=Decimal())  # fmt: skip
            rows.append(
                {
                    "period": run.period,
                    "at": utc_time(run.at),
                    "run": run.run,
                    "rulebook": run.details.get("rulebook", ""),
                    "version": run.version,
                    "lines": sum(t.lines for t in run.totals if t.stage == "allocated"),
                    "difference": difference,
                    "status": f"expired {gone[number].at[:10]}" if number in gone else shown,
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
            *([TableColumn("lines", "Lines", CellStyle.COUNT)] if view.full_access else []),
            TableColumn("difference", "Difference", CellStyle.EXACT),
            TableColumn("status", "", CellStyle.STATUS),
        ),
        rows,
        note="Earlier allocations can be opened until they expire: select a month.",
    )  # fmt: skip


def _inputs(view: PageContext) -> Section:
    run = view.run
    bills = [
        (f"bill {name}" if view.full_access else "bill", file)
        for name, run in run.published.bills.items()
        for file in run.inputs
    ]
    files = [*bills, *((file.role, file) for file in run.manifest.inputs)]
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
               TableColumn("size", "Bytes", CellStyle.COUNT)] if view.full_access else []),
            TableColumn("sha256", "SHA-256", CellStyle.HASH),
        ),
        rows,
        note="The run id is a hash of these inputs and the program version.",
    )  # fmt: skip


def _details(manifest: Manifest) -> list[Row]:
    return [
        *({"field": name, "value": value} for name, value in manifest.details.items()),
        *({"field": f"delivery of bill {b}", "value": run} for b, run in manifest.bills.items()),
    ]


def _run(view: PageContext) -> Section:
    manifest = view.run.manifest
    rows = [
        {"field": "run", "value": manifest.run},
        {"field": "recorded", "value": utc_time(manifest.at)},
        {"field": "version", "value": f"apportion {manifest.version}"},
        *(_details(manifest) if view.full_access else ()),
        *(
            {"field": f"snapshot of {table}", "value": str(snapshot)}
            for table, snapshot in manifest.snapshots.items()
        ),
    ]
    return Section(
        "run",
        "Run record",
        (TableColumn("field", "Field"), TableColumn("value", "Value", CellStyle.CODE)),
        rows,
        note="To compute every stage again from the files, run: "
        f"apportion prove --period {manifest.period}",
    )
