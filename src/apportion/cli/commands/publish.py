"""The commands that give results to others: tables in S3 and Glue, SQL, delivered reports."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from apportion.cli.options.common import (
    FormOption,
    PeriodOption,
    RawOption,
    ToOption,
    checked,
    listed,
)
from apportion.cli.options.cost_explorer import ProfileOption
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Output
from apportion.cli.ui.print_outcome import finish
from apportion.model.errors.publishing import WhomError

if TYPE_CHECKING:
    from apportion.app.publishing import Clients
    from apportion.ports.published_tables import QueryEngine

_PANEL = "AWS"


class QueryVia(StrEnum):
    """Who answers a query."""

    DUCKDB = "duckdb"
    ATHENA = "athena"


DatabaseOption = Annotated[
    str, typer.Option(metavar="NAME", help="The Glue database of the published tables.")
]
RegionOption = Annotated[
    str, typer.Option(metavar="REGION", help="Of AWS; without, the profile's.")
]
ViaOption = Annotated[
    QueryVia,
    typer.Option(
        metavar="NAME",
        help="duckdb asks this ledger, athena what is published.",
        case_sensitive=False,
    ),
]
WorkgroupOption = Annotated[
    str, typer.Option(metavar="NAME", help="Athena: it limits what a query may scan.")
]
ResultsOption = Annotated[
    str,
    typer.Option(
        metavar="S3", help="Athena: s3://… for results, where the workgroup names no place."
    ),
]
TimeoutOption = Annotated[
    int, typer.Option(metavar="SECONDS", min=1, help="Athena: stop a query that takes longer.")
]
FormsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--formats", metavar="FORMS", help="csv, json, parquet, xlsx, by commas [csv,xlsx]."
    ),
]
EmailOption = Annotated[
    list[str] | None,
    typer.Option(metavar="ADDRESS", help="Write to this address by SES; may be repeated."),
]
SenderOption = Annotated[
    str, typer.Option("--from", metavar="ADDRESS", help="The sender, verified in SES.")
]
TopicOption = Annotated[str, typer.Option(metavar="ARN", help="Tell this topic of SNS.")]
AttachOption = Annotated[
    bool, typer.Option("--attach", help="Attach the owners' table and the workbook.")
]
LinkOption = Annotated[
    int,
    typer.Option(
        metavar="HOURS", min=0, max=168, help="Put links into the letter that open for so long."
    ),
]
_DATABASE, _WORKGROUP, _TIMEOUT = "apportion", "apportion", 300


def add_to(app: typer.Typer) -> None:
    """Add `publish`, `query` and `deliver` to the program."""
    app.command(
        cls=Command,
        rich_help_panel=_PANEL,
        epilog=examples(
            "apportion publish s3://acme-finops/lake",
            "apportion publish s3://acme-finops/lake --period 2026-09 --database finops",
        ),
    )(publish)
    app.command(
        cls=Command,
        rich_help_panel=_PANEL,
        epilog=examples(
            "apportion query owners",
            'apportion query "SELECT * FROM by_cost_center" --to centers.csv',
            "apportion query movers --via athena --workgroup finops",
        ),
    )(query)
    app.command(
        cls=Command,
        rich_help_panel=_PANEL,
        epilog=examples(
            "apportion deliver s3://acme-finops/reports --period 2026-09",
            "apportion deliver s3://acme-finops/reports --email cfo@acme.example \\",
            "  --from finops@acme.example --attach",
        ),
    )(deliver)


def publish(
    ctx: typer.Context,
    place: Annotated[str, typer.Argument(metavar="S3", help="Where: s3://bucket/prefix.")],
    period: PeriodOption = "",
    database: DatabaseOption = _DATABASE,
    region: RegionOption = "",
    profile: ProfileOption = "",
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Publish proved months as Iceberg tables in S3 and Glue, for Athena, Spark and BI.

    Without --period, every month that is allocated. What is written is read back and compared
    with the proof before readers see it; then they see the whole month at once. A month that is
    published already is not written again.
    """
    from apportion.app.publishing import open_lake

    session: Session = ctx.obj
    sent, month = Output(form, to, raw), checked(period)
    sent.check(session.console)
    with session.workspace() as workspace:
        lake = open_lake(place, database=database, region=region, clients=session.clients(profile))
        outcome = workspace.publishing.publish(lake, listed(month))
    finish(outcome, sent, session.console)


def query(
    ctx: typer.Context,
    sql: Annotated[
        str,
        typer.Argument(
            metavar="SQL", help="A SELECT, or the name of an everyday question, like owners."
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
    """Ask in SQL: this ledger, or through Athena what is published. Same tables, same names.

    Tables: allocations, daily, shares, drivers, keys, proofs, findings, runs, and by_NAME for
    each dimension. Everyday questions: accounts, biggest, days, findings, movers, owners, pools,
    proof, services, unallocated; they ask for the newest month, or for --period.
    """
    from apportion.core.reporting.published_tables import named

    session: Session = ctx.obj
    sent, month = Output(form, to, raw), checked(period)
    sent.check(session.console)
    asked = named(sql, month)
    if via is QueryVia.DUCKDB:
        with session.workspace() as workspace:
            outcome = workspace.publishing.query(asked)
    else:
        from apportion.app.publishing import Questions, open_athena

        questions = Questions(database, workgroup, results, timeout)
        with session.console.steps(session.outside.timer) as say:
            athena = open_athena(questions, region=region, clients=session.clients(profile))
            say("asking Athena")
            outcome = athena.query(asked)
    if not outcome.rows:
        session.console.say("There is nothing that fits.")
    finish(outcome, sent, session.console)


def deliver(
    ctx: typer.Context,
    place: Annotated[str, typer.Argument(metavar="S3", help="Where: s3://bucket/prefix.")],
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
    """Deliver a month's report to S3, and tell people of it: once, however often it is run.

    The answers to all everyday questions go below PLACE/PERIOD/ID/, and latest.json names the
    newest ID when all is there. The ID is a hash of what the report is made of: the same report
    is the same files and no second letter.
    """
    from apportion.app.publishing import Readers, deliver_published, forms, open_store, telling

    session: Session = ctx.obj
    sent, month = Output(form, to, raw), checked(period)
    sent.check(session.console)
    picked, clients = _picked(formats, email, sender), session.clients(profile)
    store = open_store(place, region=region, clients=clients)
    readers = Readers(tuple(email or ()), sender, sns, attach, link_hours)
    told = telling(readers, region=region, clients=clients)
    if via is QueryVia.DUCKDB:
        with session.workspace() as workspace:
            outcome = workspace.publishing.deliver(store, forms(picked), month, told)
    else:
        with session.console.steps(session.outside.timer) as say:
            athena = _athena(clients, database, workgroup, region=region)
            outcome = deliver_published(
                athena, store, forms(picked), month, told, now=session.outside.now(), say=say
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
