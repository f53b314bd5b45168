"""The commands that generate what enforces the tag policy, prove it, and replay the past."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.options.common import FormOption, PeriodOption, RawOption, ToOption, checked
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Output, write_atomically
from apportion.cli.ui.print_outcome import end_by, finish

from .cloudtrail_files import read_records

_PANEL = "Enforcement"
_FOLDER = Path("generated")

FolderOption = Annotated[
    Path, typer.Option("--folder", metavar="FOLDER", help="Where the generated files lie.")
]
LimitOption = Annotated[
    int,
    typer.Option(
        "--scp-limit", metavar="N", min=1_000, help="Characters of one service control policy."
    ),
]
DocumentsOption = Annotated[
    int,
    typer.Option("--scp-documents", metavar="N", min=1, max=9, help="As many deny creation."),
]
RankByBillOption = Annotated[
    bool, typer.Option("--rank-by-bill", help="Pack by the newest bill, not by the pinned ranking.")
]


def add_to(tags: typer.Typer) -> None:
    """Add `tags generate`, `prove-scp` and `replay`."""
    tags.command(
        cls=Command,
        rich_help_panel=_PANEL,
        epilog=examples(
            "apportion tags generate",
            "apportion tags generate --to governance/tags --period 2026-09",
            "apportion tags generate --check            # in CI",
        ),
    )(generate)
    tags.command(
        "prove-scp",
        cls=Command,
        rich_help_panel=_PANEL,
        epilog=examples("apportion tags prove-scp", "apportion tags prove-scp --scp-documents 2"),
    )(prove_scp)
    tags.command(
        cls=Command,
        rich_help_panel=_PANEL,
        epilog=examples(
            "apportion tags replay events.json", "apportion tags replay trail/*.json --only-denied"
        ),
    )(replay)


def generate(
    ctx: typer.Context,
    folder: Annotated[
        Path, typer.Option("--to", "--folder", metavar="FOLDER", help="Where the files go.")
    ] = _FOLDER,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; end with 1 where files differ.")
    ] = False,
    period: PeriodOption = "",
    rank_by_bill: RankByBillOption = False,
    scp_limit: LimitOption = 10_240,
    scp_documents: DocumentsOption = 1,
) -> None:
    """Write all that enforces the tag policy, the same each time.

    Service control policies, packed by what the types of your bill cost; the tag policy of AWS
    Organizations; AWS Config rules; the keys to activate; Cloud Custodian; a Terraform module. What
    they are packed by is pinned beside them. Nothing is attached to anything.
    """
    from apportion.usecases.tags.generate import GenerateRequest, differences

    session: Session = ctx.obj
    at = session.path(folder)
    wish = GenerateRequest(at, scp_limit, scp_documents, checked(period), rank_by_bill)
    with session.workspace() as workspace:
        made = workspace.tags.generate(wish)
    if check:
        different = tuple(differences(made.files, at))
        session.console.findings((*made.findings, *different))
        if not different:
            session.console.good(f"{folder} is what the tag policy generates.")
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
        "Prove them with `apportion tags prove-scp`; attach them to a sandbox first."
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
    """Show what the service control policies deny, and in money what they cannot.

    Our evaluator is asked about every call that creates a type of the bill: with right tags it has
    to go through, without each, or with a wrong value, it has to be denied.
    """
    from apportion.usecases.tags.generate import GenerateRequest

    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    wish = GenerateRequest(
        session.path(folder), scp_limit, scp_documents, checked(period), rank_by_bill
    )
    with session.workspace() as workspace:
        outcome = workspace.tags.prove_controls(workspace.tags.generate(wish))
    finish(outcome, sent, session.console, total=True)


def replay(
    ctx: typer.Context,
    events: Annotated[
        list[Path], typer.Argument(metavar="EVENTS", help="Files of CloudTrail records, in JSON.")
    ],
    folder: FolderOption = _FOLDER,
    denied: Annotated[
        bool, typer.Option("--only-denied", help="Only what would be denied.")
    ] = False,
    period: PeriodOption = "",
    scp_limit: LimitOption = 10_240,
    scp_documents: DocumentsOption = 1,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Show which past creations the service control policies would have denied.

    Records come as CloudTrail writes them to S3 (gzip or not), as `aws cloudtrail lookup-events`
    prints them, as EventBridge's events, or one a line.
    """
    from dataclasses import replace

    from apportion.usecases.tags.generate import GenerateRequest

    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    wish = GenerateRequest(session.path(folder), scp_limit, scp_documents, checked(period))
    texts = [read_records(session.path(path)) for path in events]
    with session.workspace() as workspace:
        outcome = workspace.tags.replay(workspace.tags.generate(wish), texts)
    if denied:
        outcome = replace(outcome, rows=tuple(row for row in outcome.rows if row["denied"]))
    finish(outcome, sent, session.console)
