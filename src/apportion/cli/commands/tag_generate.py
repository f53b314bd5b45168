"""The commands that generate what enforces the tag policy, prove it, and replay the past."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.options.common import FormOption, RawOption, ToOption
from apportion.cli.options.period import PeriodOption, one_month
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Output, write_atomically
from apportion.cli.ui.print_outcome import end_by, finish

from .cloudtrail_files import read_records

_FOLDER = Path("generated")

FolderOption = Annotated[
    Path, typer.Option("--folder", metavar="FOLDER", help="Folder with the generated files.")
]
LimitOption = Annotated[
    int,
    typer.Option(
        "--scp-limit",
        metavar="N",
        min=1_000,
        help="Maximum characters in one service control policy.",
    ),
]
DocumentsOption = Annotated[
    int,
    typer.Option(
        "--scp-documents", metavar="N", min=1, max=9, help="Number of policies that deny creation."
    ),
]
RankByBillOption = Annotated[
    bool,
    typer.Option(
        "--rank-by-bill",
        help="Rank resource types by the newest bill. Default: the ranking in ranking.csv.",
    ),
]


def add_to(tags: typer.Typer) -> None:
    """Add `tags generate`, `prove-scp` and `replay`."""
    tags.command(
        cls=Command,
        epilog=examples(
            "apportion tags generate",
            "apportion tags generate --to governance/tags --period 2026-09",
            "apportion tags generate --check            # in CI",
        ),
    )(generate)
    tags.command(
        "prove-scp",
        cls=Command,
        epilog=examples("apportion tags prove-scp", "apportion tags prove-scp --scp-documents 2"),
    )(prove_scp)
    tags.command(
        cls=Command,
        epilog=examples(
            "apportion tags replay events.json", "apportion tags replay trail/*.json --only-denied"
        ),
    )(replay)


def generate(
    ctx: typer.Context,
    folder: Annotated[
        Path,
        typer.Option("--to", "--folder", metavar="FOLDER", help="Folder for the generated files."),
    ] = _FOLDER,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing. Exit code 1 if any file differs.")
    ] = False,
    period: PeriodOption = "",
    rank_by_bill: RankByBillOption = False,
    scp_limit: LimitOption = 10_240,
    scp_documents: DocumentsOption = 1,
) -> None:
    """Generate the files that enforce the tag policy.

    Writes service control policies (resource types ranked by cost), an AWS Organizations tag
    policy, AWS Config rules, the tag keys to activate, Cloud Custodian policies and a Terraform
    module. The same input gives the same files; the ranking is stored with them. Nothing is
    attached in AWS.
    """
    from apportion.usecases.tags.generate import GenerateRequest, differences

    session: Session = ctx.obj
    at = session.path(folder)
    wish = GenerateRequest(
        at, scp_limit, scp_documents, one_month(period, session.outside.now()), rank_by_bill
    )
    with session.workspace() as workspace:
        made = workspace.tags.generate(wish)
    if check:
        different = tuple(differences(made.files, at))
        session.console.findings((*made.findings, *different))
        if not different:
            session.console.good(f"The files in {folder} are up to date.")
        end_by(different)
        return
    for name, text in made.files.items():
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(at / name, text.encode())
    session.console.text("\n".join(str(folder / name) for name in made.files))
    session.console.findings(made.findings)
    for sentence in made.messages:
        session.console.say(sentence)
    session.console.say(
        "Next: test them with `apportion tags prove-scp`, then attach them to a sandbox account."
    )


def prove_scp(
    ctx: typer.Context,
    folder: FolderOption = _FOLDER,
    period: PeriodOption = "",
    rank_by_bill: RankByBillOption = False,
    scp_limit: LimitOption = 10_240,
    scp_documents: DocumentsOption = 1,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Test the generated service control policies, and show the cost they cannot control.

    Every API call that creates a resource type of the bill is evaluated. It must be allowed
    with valid tags, and denied if a mandatory tag is missing or has a wrong value.
    """
    from apportion.usecases.tags.generate import GenerateRequest

    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    wish = GenerateRequest(
        session.path(folder),
        scp_limit,
        scp_documents,
        one_month(period, session.outside.now()),
        rank_by_bill,
    )
    with session.workspace() as workspace:
        outcome = workspace.tags.prove_controls(workspace.tags.generate(wish))
    finish(outcome, sent, session.console, total=True)


def replay(
    ctx: typer.Context,
    events: Annotated[
        list[Path], typer.Argument(metavar="EVENTS", help="CloudTrail records in JSON.")
    ],
    folder: FolderOption = _FOLDER,
    denied: Annotated[
        bool, typer.Option("--only-denied", help="Only calls that would be denied.")
    ] = False,
    period: PeriodOption = "",
    scp_limit: LimitOption = 10_240,
    scp_documents: DocumentsOption = 1,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Show which past API calls the service control policies would have denied.

    Reads CloudTrail records from S3 (gzip or plain), from `aws cloudtrail lookup-events`, from
    EventBridge, or one record in each line.
    """
    from dataclasses import replace

    from apportion.usecases.tags.generate import GenerateRequest

    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    wish = GenerateRequest(
        session.path(folder), scp_limit, scp_documents, one_month(period, session.outside.now())
    )
    texts = [read_records(session.path(path)) for path in events]
    with session.workspace() as workspace:
        outcome = workspace.tags.replay(workspace.tags.generate(wish), texts)
    if denied:
        outcome = replace(outcome, rows=tuple(row for row in outcome.rows if row["denied"]))
    finish(outcome, sent, session.console)
