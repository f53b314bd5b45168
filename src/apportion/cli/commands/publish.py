"""The commands that give results to others: tables in S3 and Glue, SQL, delivered reports."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from apportion.cli.options.common import FormOption, RawOption, ToOption
from apportion.cli.options.cost_explorer import ProfileOption
from apportion.cli.options.period import (
    MonthsOption,
    PeriodOption,
    newest_allocated,
    one_month,
    several_months,
    with_latest,
)
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Output
from apportion.cli.ui.print_outcome import finish
from apportion.model.errors.publishing import WhomError

if TYPE_CHECKING:
    from apportion.app.publishing import Clients
    from apportion.ports.published_tables import QueryEngine


class QueryVia(StrEnum):
    """Who answers a query."""

    DUCKDB = "duckdb"
    ATHENA = "athena"


DatabaseOption = Annotated[
    str, typer.Option(metavar="NAME", help="Glue database of the published tables.")
]
RegionOption = Annotated[
    str, typer.Option(metavar="REGION", help="AWS region. Default: the profile's region.")
]
ViaOption = Annotated[
    QueryVia,
    typer.Option(
        metavar="NAME",
        help="duckdb reads this ledger; athena reads the published tables.",
        case_sensitive=False,
    ),
]
WorkgroupOption = Annotated[
    str,
    typer.Option(
        metavar="NAME", help="Athena workgroup. It limits the bytes that a query may scan."
    ),
]
ResultsOption = Annotated[
    str,
    typer.Option(
        metavar="S3",
        help="Athena: s3://… for results. Required if the workgroup has no result location.",
    ),
]
TimeoutOption = Annotated[
    int, typer.Option(metavar="SECONDS", min=1, help="Athena: cancel the query after this time.")
]
FormsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--formats",
        metavar="FORMATS",
        help="csv, json, parquet, xlsx; separated by commas. [default: csv,xlsx]",
    ),
]
EmailOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ADDRESS", help="Send an e-mail to this address with Amazon SES. Repeatable."
    ),
]
SenderOption = Annotated[
    str, typer.Option("--from", metavar="ADDRESS", help="Sender address, verified in Amazon SES.")
]
TopicOption = Annotated[str, typer.Option(metavar="ARN", help="Send a message to this SNS topic.")]
AttachOption = Annotated[
    bool, typer.Option("--attach", help="Attach the owners table and the workbook to the e-mail.")
]
LinkOption = Annotated[
    int,
    typer.Option(
        metavar="HOURS",
        min=0,
        max=168,
        help="Add presigned links to the e-mail, valid for N hours.",
    ),
]
_DATABASE, _WORKGROUP, _TIMEOUT = "apportion", "apportion", 300


def add_to(app: typer.Typer) -> None:
    """Add `publish`, `query` and `deliver` to the program."""
    app.command(
        cls=Command,
        epilog=examples(
            "apportion publish s3://acme-finops/lake",
            "apportion publish s3://acme-finops/lake --period 2026-09 --database finops",
        ),
    )(publish)
    app.command(
        cls=Command,
        epilog=examples(
            "apportion query owners",
            'apportion query "SELECT * FROM by_cost_center" --to centers.csv',
            "apportion query movers --via athena --workgroup finops",
        ),
    )(query)
    app.command(
        cls=Command,
        epilog=examples(
            "apportion deliver s3://acme-finops/reports --period 2026-09",
            "apportion deliver s3://acme-finops/reports --email cfo@acme.example \\",
            "  --from finops@acme.example --attach",
        ),
    )(deliver)


def publish(
    ctx: typer.Context,
    place: Annotated[str, typer.Argument(metavar="S3", help="Target: s3://bucket/prefix.")],
    period: MonthsOption = "",
    database: DatabaseOption = _DATABASE,
    region: RegionOption = "",
    profile: ProfileOption = "",
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Publish proved months as Iceberg tables in S3 and AWS Glue, for Athena, Spark and BI.

    Without --period, publishes every allocated month. The written data is read back and
    compared with the proof before readers see it; then the whole month becomes visible at once.
    A published month is not written again.
    """
    from apportion.app.publishing import open_lake

    session: Session = ctx.obj
    sent, months = Output(form, to, raw), several_months(period, session.outside.now())
    sent.check(session.console)
    with session.workspace() as workspace:
        lake = open_lake(place, database=database, region=region, clients=session.clients(profile))
        outcome = workspace.publishing.publish(
            lake, with_latest(months, lambda: newest_allocated(workspace))
        )
    finish(outcome, sent, session.console)


def query(
    ctx: typer.Context,
    sql: Annotated[
        str,
        typer.Argument(
            metavar="SQL", help="A SELECT statement, or the name of a saved query, like owners."
        ),
    ],
    via: ViaOption = QueryVia.DUCKDB,
    period: PeriodOption = "",
    database: DatabaseOption = _DATABASE,
    workgroup: WorkgroupOption = _WORKGROUP,
    results: ResultsOption = "",
    timeout: TimeoutOption = _TIMEOUT,
    region: RegionOption = "",
    profile: ProfileOption = "",
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Query the ledger or, through Athena, the published tables with SQL.

    Tables: allocations, daily, shares, drivers, keys, proofs, findings, runs, and by_NAME for
    each dimension. Saved queries: accounts, biggest, days, findings, movers, owners, pools,
    proof, services, unallocated; they use the newest month or --period.
    """
    from apportion.core.reporting.published_tables import named

    session: Session = ctx.obj
    sent, month = Output(form, to, raw), one_month(period, session.outside.now())
    sent.check(session.console)
    statement = named(sql, month)
    if via is QueryVia.DUCKDB:
        with session.workspace() as workspace:
            outcome = workspace.publishing.query(statement)
    else:
        from apportion.app.publishing import Questions, open_athena

        questions = Questions(database, workgroup, results, timeout)
        with session.console.steps(session.outside.timer) as say:
            athena = open_athena(questions, region=region, clients=session.clients(profile))
            say("querying Athena")
            outcome = athena.query(statement)
    if not outcome.rows:
        session.console.say("No rows.")
    finish(outcome, sent, session.console)


def deliver(
    ctx: typer.Context,
    place: Annotated[str, typer.Argument(metavar="S3", help="Target: s3://bucket/prefix.")],
    period: PeriodOption = "",
    formats: FormsOption = None,
    email: EmailOption = None,
    sender: SenderOption = "",
    sns: TopicOption = "",
    attach: AttachOption = False,
    link_hours: LinkOption = 0,
    via: ViaOption = QueryVia.DUCKDB,
    database: DatabaseOption = _DATABASE,
    workgroup: WorkgroupOption = _WORKGROUP,
    region: RegionOption = "",
    profile: ProfileOption = "",
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Deliver the report of a month to S3, and notify recipients once.

    Writes the results of all saved queries below S3/PERIOD/ID/; then latest.json refers to the
    new ID. The ID is a hash of the report: the same report gives the same files and no second
    e-mail.
    """
    from apportion.app import publishing

    session: Session = ctx.obj
    now = session.outside.now()
    sent, month = Output(form, to, raw), one_month(period, now)
    sent.check(session.console)
    picked, clients = _picked(formats, email, sender), session.clients(profile)
    store = publishing.open_store(place, region=region, clients=clients)
    readers = publishing.Readers(tuple(email or ()), sender, sns, attach, link_hours)
    channels = publishing.open_notifications(readers, region=region, clients=clients)
    forms = publishing.forms(picked)
    if via is QueryVia.DUCKDB:
        with session.workspace() as workspace:
            outcome = workspace.publishing.deliver(store, forms, month, channels)
    else:
        athena = _athena(clients, database, workgroup, region=region)
        with session.console.steps(session.outside.timer) as progress:
            outcome = publishing.deliver_published(
                athena, store, forms, month, channels, now=now, progress=progress
            )
    finish(outcome, sent, session.console)


def _picked(
    formats: Sequence[str] | None, email: Sequence[str] | None, sender: str
) -> tuple[str, ...]:
    """Read the forms, and check what belongs together before anything is done."""
    from apportion.app.publishing import FORMS

    picked = tuple(name.strip() for names in formats or ["csv,xlsx"] for name in names.split(","))
    if unknown := [name for name in picked if name not in FORMS]:
        raise WhomError("--formats", ", ".join(FORMS), ", ".join(unknown))
    if email and not sender:
        raise WhomError("--email", "--from with the sender's address", "none")
    return picked


def _athena(clients: Clients, database: str, workgroup: str, *, region: str) -> QueryEngine:
    from apportion.app.publishing import Questions, open_athena

    return open_athena(Questions(database, workgroup), region=region, clients=clients)
