"""The commands for the exports that AWS Billing writes into a bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from apportion.cli.options.common import FormOption, RawOption, ToOption
from apportion.cli.options.cost_explorer import ProfileOption
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, Group, examples
from apportion.cli.ui.output import Output, deliver
from apportion.cli.ui.print_outcome import end_by, finish
from apportion.model.aws.export import S3Location
from apportion.model.aws.export_definition import Rewriting, Table, TimeSteps, WantedExport

if TYPE_CHECKING:
    from apportion.usecases.aws.exports import ExportPlan

PlaceArgument = Annotated[
    str, typer.Argument(metavar="ADDRESS", help="s3://bucket/prefix/name of the export.")
]
TableOption = Annotated[
    Table, typer.Option(metavar="TABLE", help="Table: cur-2.0, focus-1.2 or focus-1.0.")
]
GranularityOption = Annotated[
    TimeSteps,
    typer.Option(
        "--granularity", metavar="STEP", help="Time granularity: hourly, daily or monthly."
    ),
]
VersioningOption = Annotated[
    Rewriting,
    typer.Option(
        "--file-versioning",
        metavar="MODE",
        help="overwrite: replace the files; create-new: add new files.",
    ),
]
SplitOption = Annotated[
    bool,
    typer.Option(
        "--split-cost", help="Include split cost allocation data (Amazon EKS, ECS and AWS Batch)."
    ),
]
CsvOption = Annotated[bool, typer.Option("--csv", help="Write gzipped CSV. Default: Parquet.")]
RegionOption = Annotated[
    str, typer.Option(metavar="REGION", help="Region of the bucket, if it cannot be read from S3.")
]


def add_to(app: typer.Typer) -> None:
    """Add `exports list`, `exports plan` and `exports apply` to the group."""
    group = typer.Typer(
        name="exports",
        cls=Group,
        rich_markup_mode=None,
        help="List, plan and create AWS Data Exports.",
        epilog=examples(
            "apportion aws exports list",
            "apportion aws exports plan s3://acme-billing/exports/cur2",
            "apportion aws exports apply s3://acme-billing/exports/cur2 --yes",
        ),
    )
    app.add_typer(group)
    group.callback(invoke_without_command=True)(_list_commands)
    group.command("list", cls=Command, epilog=examples("apportion aws exports list"))(list_exports)
    group.command(
        cls=Command,
        epilog=examples(
            "apportion aws exports plan s3://acme-billing/exports/cur2",
            "apportion aws exports plan s3://acme-billing/exports/focus --table focus-1.2",
        ),
    )(plan)
    group.command(
        cls=Command,
        epilog=examples("apportion aws exports apply s3://acme-billing/exports/cur2 --yes"),
    )(apply)


def _list_commands(ctx: typer.Context) -> None:
    """List, plan and create AWS Data Exports."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def list_exports(
    ctx: typer.Context,
    profile: ProfileOption = "",
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """List the data exports of the account and their status.

    `apportion ingest` takes the S3 location of an export.
    """
    from apportion.app.exports import existing_exports

    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    with session.console.steps(session.outside.timer) as say:
        say("listing the exports")
        outcome = existing_exports(session.clients(profile))
    finish(outcome, sent, session.console)


def plan(
    ctx: typer.Context,
    place: PlaceArgument,
    table: TableOption = Table.CUR_2,
    granularity: GranularityOption = TimeSteps.DAILY,
    file_versioning: VersioningOption = Rewriting.OVERWRITE,
    split_cost: SplitOption = False,
    csv: CsvOption = False,
    region: RegionOption = "",
    profile: ProfileOption = "",
    to: ToOption = None,
) -> None:
    """Write the API calls that create an export as JSON; no call is made.

    Lists every column and sets every property of the table. If the export exists, there are no
    calls, and differences are findings. Includes the statement that the bucket policy needs.
    """
    import json
    from dataclasses import asdict

    session: Session = ctx.obj
    wanted = WantedExport(
        S3Location.parse(place), table, granularity, file_versioning, split_cost, csv
    )
    planned = _planned(session, wanted, region, profile)
    content = {
        "calls": [asdict(call) for call in planned.calls],
        "bucket_policy_statement": planned.policy,
    }
    text = json.dumps(content, indent=2) + "\n"
    deliver(text.encode, Output(to=to), session.console)
    session.console.findings(planned.findings)
    for sentence in planned.messages:
        session.console.say(sentence)
    end_by(planned.findings)


def apply(
    ctx: typer.Context,
    place: PlaceArgument,
    table: TableOption = Table.CUR_2,
    granularity: GranularityOption = TimeSteps.DAILY,
    file_versioning: VersioningOption = Rewriting.OVERWRITE,
    split_cost: SplitOption = False,
    csv: CsvOption = False,
    region: RegionOption = "",
    profile: ProfileOption = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="Make the calls. Default: only show them.")
    ] = False,
) -> None:
    """Create a data export, unless it exists.

    Makes the calls that `plan` shows. Without --yes nothing is changed. The bucket and its
    policy must exist.
    """
    from apportion.app.exports import apply_export
    from apportion.model.errors.base import NotConfirmedError

    session: Session = ctx.obj
    wanted = WantedExport(
        S3Location.parse(place), table, granularity, file_versioning, split_cost, csv
    )
    planned = _planned(session, wanted, region, profile)
    if planned.calls and not yes:
        raise NotConfirmedError(len(planned.calls))
    finish(apply_export(planned, session.clients(profile)), Output(), session.console)


def _planned(session: Session, wanted: WantedExport, region: str, profile: str) -> ExportPlan:
    from apportion.app.exports import plan_export

    with session.console.steps(session.outside.timer) as say:
        say("comparing with existing exports")
        return plan_export(wanted, session.clients(profile), region=region)
