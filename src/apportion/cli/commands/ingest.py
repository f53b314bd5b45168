"""The command that takes bills in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.options.common import WAIT, FormOption, RawOption, ToOption, WaitOption
from apportion.cli.options.cost_explorer import (
    CACHE_HOURS,
    MAX_REQUESTS,
    ByOption,
    DaysOption,
    MaxRequestsOption,
    NoCacheOption,
    ProfileOption,
    access,
    days_before,
    names,
)
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Output
from apportion.cli.ui.print_outcome import finish
from apportion.model.aws.cost_query import Access
from apportion.model.aws.export import Taking
from apportion.model.charges import SplitCost
from apportion.model.errors.base import CostQueryError
from apportion.model.outcome import Outcome
from apportion.ports.progress import ignore_step

from .ingest_export import (
    ExportPeriodsOption,
    ForceOption,
    KeepFilesOption,
    from_exports,
    in_s3,
    one_way,
    only_for_exports,
    only_for_files,
)

#: In the place of files, this word is the service.
COST_EXPLORER = "cost-explorer"

PathsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH",
        help="Files or folder of one bill, s3://bucket/prefix/export, or the word cost-explorer.",
    ),
]
BillOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="Name of the bill. Required if you ingest bills of several payers."
    ),
]
ReplaceOption = Annotated[
    bool,
    typer.Option(
        "--replace",
        help="Replace the earlier delivery, even if some of its lines are missing in this one.",
    ),
]
TogetherOption = Annotated[
    list[str] | None,
    typer.Option(
        "--together-with",
        metavar="RUN",
        help="This is another part of the delivery ingested in RUN. Repeatable for other months.",
    ),
]
SplitCostOption = Annotated[
    SplitCost,
    typer.Option(
        metavar="ROWS",
        help="Split cost allocation data: count the parent row (parent) or its child "
        "rows (children).",
    ),
]
PayerOption = Annotated[
    str, typer.Option(metavar="ID", help="Payer account. Required for cost-explorer.")
]


def add_to(app: typer.Typer) -> None:
    """Add `ingest` to the program."""
    app.command(
        cls=Command,
        epilog=examples(
            "apportion ingest bills/2026-09/",
            "apportion ingest september-00001.csv.gz september-00002.csv.gz",
            "apportion ingest azure/focus.parquet --bill azure",
            "apportion ingest part-2.parquet --together-with 7d4c3467e7df",
            "apportion ingest s3://acme-billing/exports/cur2",
            "apportion ingest cost-explorer --by tag:Project --payer 111111111111",
        ),
    )(ingest)


def ingest(
    ctx: typer.Context,
    paths: PathsArgument,
    bill: BillOption = None,
    replace: ReplaceOption = False,
    together_with: TogetherOption = None,
    split_cost: SplitCostOption = SplitCost.PARENT,
    days: DaysOption = None,
    by: ByOption = None,
    payer: PayerOption = "",
    period: ExportPeriodsOption = None,
    force: ForceOption = False,
    keep_files: KeepFilesOption = False,
    profile: ProfileOption = "",
    max_requests: MaxRequestsOption = MAX_REQUESTS,
    no_cache: NoCacheOption = False,
    wait: WaitOption = WAIT,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Ingest bill files into the ledger and verify every byte.

    The format (FOCUS 1.0 to 1.4, CUR 2.0, legacy CUR) is detected from the columns; CSV, gzip,
    zip and Parquet from the content. All files are verified before any is read. A new delivery
    replaces the whole month; identical files change nothing, and earlier deliveries remain
    readable. A delivery that lacks lines of the earlier one is rejected: use --together-with,
    --bill or --replace.

    From s3://, new deliveries are found in the export's manifests, downloaded and verified. If
    the export changes during the download, the download restarts.

    The word cost-explorer reads costs from AWS Cost Explorer for the months that include
    --days. To ingest a folder with that name, give its full path.
    """
    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    taking = Taking(bill, split_cost, force, keep_files, wait, replace, tuple(together_with or ()))
    one_way(taking)
    if paths == [COST_EXPLORER]:
        only_for_files({"--together-with": together_with})
        options = IngestOptions(
            days, by, payer, access(session, profile, max_requests, CACHE_HOURS, no_cache=no_cache)
        )
        outcome = _from_cost_explorer(session, options, taking)
    else:
        _only_with_cost_explorer({"--days": days, "--by": by, "--payer": payer})
        outcome = _from_bills(session, paths, profile, period or (), taking)
    finish(outcome, sent, session.console)


def _from_bills(
    session: Session, paths: Sequence[str], profile: str, periods: Sequence[str], taking: Taking
) -> Outcome:
    if in_s3(paths):
        return from_exports(session, paths, profile, periods, taking)
    only_for_exports(
        {"--period": periods, "--force": taking.force, "--keep-files": taking.keep_files}
    )
    return _from_files(session, paths, taking)


def _from_files(session: Session, paths: Sequence[str], taking: Taking) -> Outcome:
    with session.workspace() as workspace:
        return workspace.ingest(
            [session.path(Path(path)) for path in paths],
            bill=taking.bill,
            replace=taking.replace,
            together_with=taking.together_with,
            split_cost=taking.split_cost,
            wait=taking.wait,
        )


@dataclass(frozen=True)
class IngestOptions:
    """Options of an ingest from Cost Explorer."""

    days: int | None
    by: list[str] | None
    payer: str
    access: Access


def _from_cost_explorer(session: Session, options: IngestOptions, taking: Taking) -> Outcome:
    """Ingest costs from Cost Explorer."""
    if session.path(Path(COST_EXPLORER)).exists():
        raise CostQueryError(
            "apportion ingest cost-explorer",
            "the service, as nothing of that name is here",
            "a file or folder",
            "Give its full path to ingest it, or work in another folder.",
        )
    if not options.payer:
        raise CostQueryError(
            "--payer",
            "the id of the account that pays; Cost Explorer does not return it, and the ledger "
            "needs it to detect duplicate charges",
            "none",
        )
    by, days = names(options.by, "service"), days_before(session, options.days)
    outside = session.outside
    with session.workspace() as workspace:
        # The workspace shows the steps; two displays would overwrite each other.
        reports = outside.connect(options.access, ignore_step, outside.now)
        return workspace.ingest_costs(
            reports,
            by=by,
            payer=options.payer,
            days=days,
            bill=taking.bill or COST_EXPLORER,
            replace=taking.replace,
            wait=taking.wait,
        )


def _only_with_cost_explorer(options: Mapping[str, object]) -> None:
    given = [name for name, value in options.items() if value]
    if given:
        raise CostQueryError(given[0], "apportion ingest cost-explorer", "files to ingest")
