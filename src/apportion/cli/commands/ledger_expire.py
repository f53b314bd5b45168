"""The commands that let go of a ledger's past, and keep what others rely on."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apportion.cli.options.common import WAIT, FormOption, RawOption, ToOption, WaitOption
from apportion.cli.options.cost_explorer import ProfileOption
from apportion.cli.options.period import MonthsOption, newest_delivered, several_months, with_latest
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Output
from apportion.cli.ui.print_outcome import finish
from apportion.model.errors.retention import NotAnAgeError
from apportion.model.outcome import Outcome
from apportion.model.retention import EvidenceKind
from apportion.model.timestamp import utc_text

if TYPE_CHECKING:
    from apportion.model.retention import RetentionEvidence

_DAYS = re.compile(r"(\d{1,5})d")

KeepRunsOption = Annotated[
    int,
    typer.Option(
        metavar="N", min=0, help="Number of superseded runs to keep for each month and bill."
    ),
]
AgeOption = Annotated[
    str,
    typer.Option(
        metavar="AGE|DAY",
        help="Expire only runs superseded before this age or day, for example 90d or 2026-09-01.",
    ),
]
IncludeOption = Annotated[
    list[EvidenceKind] | None,
    typer.Option(
        metavar="EVIDENCE",
        help="Also expire runs of this kind: published, delivered, protected or sent. Repeatable.",
        case_sensitive=False,
    ),
]
ReportsOption = Annotated[
    str,
    typer.Option(
        metavar="S3",
        help="S3 location of reports that were delivered without this ledger. Their runs are kept.",
    ),
]
YesOption = Annotated[
    bool, typer.Option("--yes", help="Delete the files. Default: only show what can be deleted.")
]


def add_to(ledger: typer.Typer) -> None:
    """Add `expire` and `protect` to the group."""
    ledger.command(
        cls=Command,
        epilog=examples(
            "apportion ledger expire",
            "apportion ledger expire --keep-runs 0 --older-than 90d --output json",
            "apportion ledger expire --keep-runs 1 --period 2026-09 --yes",
        ),
    )(expire)
    ledger.command(
        cls=Command,
        epilog=examples(
            'apportion ledger protect d8f2f7287f14 --reason "audit of 2026"',
            'apportion ledger protect ledger/proofs/2026-09-d8f2f7287f14.json --reason "audit"',
        ),
    )(protect)


def expire(
    ctx: typer.Context,
    keep_runs: KeepRunsOption = 3,
    older_than: AgeOption = "1d",
    period: MonthsOption = "",
    include: IncludeOption = None,
    reports: ReportsOption = "",
    profile: ProfileOption = "",
    yes: YesOption = False,
    wait: WaitOption = WAIT,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Show which superseded runs can be deleted; with --yes, delete their files.

    The current run of each month and bill is always kept, with the runs it depends on. Runs
    that are published, delivered, protected or sent as journals are kept too, unless you give
    --include. The records of expired runs stay, with totals and hashes; --as-of can no longer
    read them.
    """
    from apportion.model.retention import Policy

    session: Session = ctx.obj
    sent, months = Output(form, to, raw), several_months(period, session.outside.now())
    sent.check(session.console)
    since = _since(older_than, session.outside.now())
    with session.workspace(removing=yes) as workspace:
        chosen = with_latest(months, lambda: newest_delivered(workspace))
        policy = Policy(keep_runs, since, chosen, frozenset(include or ()))
        delivered = _delivered(session, reports, profile)
        outcome = (
            workspace.expiry.expire(policy, delivered=delivered, wait=wait)
            if yes
            else workspace.expiry.plan(policy, delivered=delivered)
        )
    finish(_shown(outcome) if sent.for_a_person else outcome, sent, session.console)


def protect(
    ctx: typer.Context,
    run: Annotated[
        str,
        typer.Argument(metavar="RUN|FILE", help="Run id of an allocation, or its manifest file."),
    ],
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Reason, shown wherever the run is listed.")
    ],
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Protect an allocation and its deliveries from `ledger expire`.

    Do this before you hand out the manifest of a proof: it can be verified only while the files
    exist.
    """
    from apportion.usecases.runs.manifest_files import read_manifests

    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    named = session.path(Path(run))
    wanted = read_manifests(named)[0].run if named.is_file() else run
    with session.workspace() as workspace:
        outcome = workspace.expiry.protect(wanted, because=reason)
    finish(outcome, sent, session.console)


def _since(written: str, now: datetime) -> str:
    """Read an age, or a day, as the moment since which what was current is kept."""
    if days := _DAYS.fullmatch(written.strip()):
        return utc_text(now - timedelta(days=int(days[1])))
    try:
        return date.fromisoformat(written.strip()).strftime("%Y-%m-%dT00:00:00Z")
    except ValueError:
        raise NotAnAgeError(written) from None


def _delivered(session: Session, reports: str, profile: str) -> list[RetentionEvidence]:
    if not reports:
        return []
    from apportion.app.retention import delivered_at

    return delivered_at(reports, clients=session.clients(profile))


def _shown(outcome: Outcome) -> Outcome:
    """Leave out what no row has, and write moments to the minute."""
    rows = tuple(
        {**row, **{name: str(row[name])[:16].replace("T", " ") for name in ("at", "replaced")}}
        for row in outcome.rows
    )
    columns = tuple(name for name in outcome.columns if any(row[name] for row in rows))
    return replace(outcome, columns=columns, rows=rows)
