"""The workspace: the facade of the library, and the adapters that it uses.

The command line and the library (`apportion.open_workspace()`) call these methods. Each imports
its own use case: a command starts fast if it imports only what it needs.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from apportion.model.charges import SplitCost
from apportion.model.delivery import Intent
from apportion.model.manifest import RunKind
from apportion.model.outcome import Explanation, Outcome, RulesInForce
from apportion.model.period import Period
from apportion.model.question import Question
from apportion.ports.progress import ignore_share, ignore_step
from apportion.usecases.context import RunContext
from apportion.usecases.settings import read as read_settings

from .clock import utc_now
from .workspace_parts import WorkspaceParts

if TYPE_CHECKING:
    from apportion.model.aws.cost_query import By
    from apportion.model.aws.export import S3Location, Taking
    from apportion.ports.bills import Bucket, CostReports, Source
    from apportion.usecases.reports.review_topics import Review


class Workspace(WorkspaceParts):
    """A folder with settings, rulebooks and a ledger. Adapters are made when first needed.

    `say` receives each step of long work as it begins, `advance` how much of the step is done, and
    of how much. `now` gives UTC time as ISO 8601.
    """

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        bill: str | None = None,
        replace: bool = False,
        together_with: Sequence[str] = (),
        split_cost: SplitCost = SplitCost.PARENT,
        wait: float = 0,
    ) -> Outcome:
        """Ingest files or folders of one delivery; rows show the status of each period.

        A delivery that lacks charges of the earlier one of its bill stops, unless `replace` is
        set, it is a part to be read `together_with` a run, or it belongs to another `bill`.
        """
        from apportion.usecases.ingest.ingest import ingest
        from apportion.usecases.outcomes import ingest_outcome

        source = self._local_files(paths)
        intent = Intent(bill, replace, tuple(together_with))
        done = ingest(source, self._context, intent=intent, split_cost=split_cost, wait=wait)
        return ingest_outcome(done)

    def ingest_export(
        self,
        bucket: Bucket,
        place: S3Location,
        *,
        periods: Sequence[str] = (),
        taking: Taking | None = None,
    ) -> Outcome:
        """Ingest the months of an export whose delivery is not in the ledger.

        Files are fetched into `downloads` beside the ledger. `app.exports` opens the bucket.
        """
        from apportion.usecases.ingest.ingest_export import ingest_export

        return ingest_export(
            self._context,
            bucket,
            place,
            read=self._local_files,
            folder=Path(self._settings.ledger) / "downloads",
            periods=periods,
            taking=taking,
        )

    def ingest_costs(
        self,
        reports: CostReports,
        *,
        by: Sequence[By],
        payer: str,
        days: tuple[date, date],
        bill: str = "cost-explorer",
        replace: bool = False,
        wait: float = 0,
    ) -> Outcome:
        """Ingest the months of these days from Cost Explorer.

        `payer` is the billing account, which Cost Explorer does not return: by it the ledger
        recognises a month that it already has from a full bill. `app.cost_explorer.connect` makes
        `reports`.
        """
        from apportion.reports.csv import CsvReport
        from apportion.sources.local_files import LocalFiles
        from apportion.usecases.ingest.ingest_cost_explorer import ask_for_bills, ingest_months

        self._say("requesting costs from Cost Explorer")
        bills, findings = ask_for_bills(
            reports,
            by=by,
            payer=payer,
            days=days,
            folder=self._scratch.path / "costs",
            write=CsvReport(raw=True),
            read=LocalFiles,
        )
        intent = Intent(bill, replace, whole=True)
        done = ingest_months(bills, self._context, intent=intent, wait=wait)
        messages = (*done.messages, f"{reports.spent}.")
        return dataclasses.replace(done, findings=(*findings, *done.findings), messages=messages)

    def allocate(self, periods: Sequence[str] = (), *, wait: float = 0) -> Outcome:
        """Allocate and prove periods. Default: all periods with a bill.

        Rows are the owners with their cost; each manifest is written beside the ledger.
        """
        from apportion.usecases.for_each_month import month_by_month

        wanted = [Period.parse(period) for period in periods] or self._delivered()
        work = partial(self._allocate, wait=wait)
        return month_by_month(wanted, work, say=self._say)

    def prove(
        self,
        periods: Sequence[str] = (),
        *,
        manifest: Path | None = None,
        as_of: str = "",
        by_account: bool = False,
        by_invoice: bool = False,
    ) -> Outcome:
        """Prove periods again from the files and beside their invoices, or verify a manifest."""
        from apportion.usecases.allocate.prove import verify
        from apportion.usecases.runs.manifest_files import read_manifests
        from apportion.usecases.runs.open_run import allocated_periods

        from .prove_months import prove_months

        if manifest is not None:
            return verify(self._context, read_manifests(manifest))
        wanted = [str(Period.parse(p)) for p in periods] or allocated_periods(self._context)
        rows = {"by_account": by_account, "by_invoice": by_invoice}
        return prove_months(wanted, self._context, self._settings, as_of=as_of, **rows)

    def report(self, question: Question) -> Outcome:
        """Group a period's allocation."""
        from apportion.usecases.reports.report import report

        return report(self._context, question)

    def review(self, period: str, *, as_of: str = "") -> Review:
        """Topics of the monthly review: unallocated, rejected, pools."""
        from apportion.usecases.reports.review_topics import review

        return review(self._context, period=period, as_of=as_of)

    def explain_owner(self, owner: str, period: str, *, as_of: str = "") -> Explanation:
        """Explain an owner's cost down to charges and rules."""
        from apportion.usecases.explain.owner import explain_owner

        return explain_owner(self._context, owner=owner, period=period, as_of=as_of)

    def explain_pool(self, pool: str, period: str, *, as_of: str = "") -> Explanation:
        """Explain a pool: its charges, and the owners that pay it."""
        from apportion.usecases.explain.owner import explain_pool

        return explain_pool(self._context, pool=pool, period=period, as_of=as_of)

    def explain_resource(self, resource: str, period: str, *, as_of: str = "") -> Explanation:
        """Explain which owners pay a resource, and why."""
        from apportion.usecases.explain.owner import explain_resource

        return explain_resource(self._context, resource=resource, period=period, as_of=as_of)

    def workbook(self, period: str, *, as_of: str = "") -> bytes:
        """Write a period as a workbook for Excel; see `core.reporting.workbook` for its sheets."""
        from .month_files import month_workbook

        return month_workbook(self._context, period=period, as_of=as_of)

    def focus(self, period: str, *, folder: Path, version: str = "1.4", as_of: str = "") -> Outcome:
        """Write a period as FOCUS rows into a new folder of Parquet files; rows list them."""
        from apportion.usecases.reports.focus_export import focus

        return focus(self._context, period=period, folder=folder, version=version, as_of=as_of)

    def compare(self, before: str, after: str = "") -> tuple[Outcome, tuple[str, ...]]:
        """Compare two allocations, cause by cause, with the changed lines of the rules.

        Each is a month or a run id. Default for `after`: the month by the current rules, which
        are not recorded.
        """
        from apportion.usecases.reports.compare import allocated, compare, planned, rules_diff

        settings = self._settings
        old = allocated(self._context, before)
        new = (
            allocated(self._context, after)
            if after
            else planned(
                self._context,
                old.period,
                rulebooks=Path(settings.rulebooks),
                beside=Path(settings.drivers),
            )
        )
        return compare(self._context, old, new), rules_diff(old, new)

    def write_review(
        self, period: str, *, folder: Path, as_of: str = "", font: Path | None = None
    ) -> Outcome:
        """Write the monthly review into a new folder: Markdown, HTML, Excel, owners' statements.

        `font` is for characters that DejaVu Sans lacks, in PDF.
        """
        from .month_files import month_review

        return month_review(
            self._context, self._settings, period=period, folder=folder, as_of=as_of, font=font
        )

    def check_rules(self) -> Outcome:
        """Check every rulebook and the files that it names."""
        from apportion.usecases.allocate.check_rulebooks import check

        settings, today = self._settings, date.fromisoformat(self._now()[:10])
        return check(Path(settings.rulebooks), Path(settings.drivers), today=today)

    def rules_in_force(self, period: str) -> RulesInForce:
        """The rulebook of a month and the SQL that it compiles to."""
        from apportion.usecases.allocate.check_rulebooks import in_force

        settings = self._settings
        month = Period.parse(period)
        return in_force(month, Path(settings.rulebooks), Path(settings.drivers))

    def repair(self, *, wait: float = 0) -> Outcome:
        """Rebuild a lost catalog and prove it; rows are the runs."""
        from .repair import repair

        folder = Path(self._settings.ledger)
        return repair(
            folder, lambda ledger: dataclasses.replace(self._context, ledger=ledger), wait=wait
        )

    def held(self) -> Outcome:
        """List the bills in the ledger."""
        from apportion.usecases.runs.history import held

        return held(self._context)

    def history(self, period: str = "") -> Outcome:
        """List every delivery and allocation."""
        from apportion.usecases.runs.history import history

        return history(self._context, period=period)

    def _local_files(self, paths: Sequence[Path]) -> Source:
        from apportion.sources.local_files import LocalFiles

        return LocalFiles(paths, scratch=self._scratch.path / "bill", advance=self._advance)

    def _allocate(self, period: Period, say: Callable[[str], None], *, wait: float) -> Outcome:
        from .allocate_month import allocate_month

        def context() -> RunContext:
            return dataclasses.replace(self._context, say=say)

        return allocate_month(period, context, self._settings, wait=wait)

    def _delivered(self) -> list[Period]:
        from apportion.usecases.runs.history import periods

        return [Period.parse(p) for p in periods(self._context.ledger.runs(), RunKind.INGEST)]


def open_workspace(
    folder: Path | str = ".",
    *,
    say: Callable[[str], None] = ignore_step,
    advance: Callable[[int, int], None] = ignore_share,
    now: Callable[[], str] = utc_now,
) -> Workspace:
    """Open the workspace of a folder; apportion.toml is searched there and in its parents.

    Reads the file only; the environment is read by the command line. Raises SettingsError.
    """
    return Workspace(read_settings(Path(folder), {}), say=say, advance=advance, now=now)
