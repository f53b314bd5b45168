"""The commands that let go of a ledger's past, and keep what others rely on."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apportion.cli.options.common import (
    WAIT,
    FormOption,
    PeriodOption,
    RawOption,
    ToOption,
    WaitOption,
    checked,
    listed,
)
from apportion.cli.options.cost_explorer import ProfileOption
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Output
from apportion.cli.ui.print_outcome import finish
from apportion.model.errors.retention import NotAnAgeError
from apportion.model.outcome import Outcome
from apportion.model.retention import EvidenceKind

if TYPE_CHECKING:
    from apportion.model.retention import RetentionEvidence

_DAYS = re.compile(r"(\d{1,5})d")
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"

KeepRunsOption = Annotated[
    int,
    typer.Option(
        metavar="N", min=0, help="Superseded runs to keep of each month and bill, the newest."
    ),
]
AgeOption = Annotated[
    str,
    typer.Option(
        metavar="AGE|DAY", help="Keep what was replaced later: 90d, or a day like 2026-09-01."
    ),
]
IncludeOption = Annotated[
    list[EvidenceKind] | None,
    typer.Option(
        metavar="EVIDENCE",
        help="Also what is evidence: published, delivered or protected; may be repeated.",
        case_sensitive=False,
    ),
]
ReportsOption = Annotated[
    str,
    typer.Option(
        metavar="S3", help="Where reports were delivered without this ledger: keep their runs."
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Expire what is shown.")]


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
    period: PeriodOption = "",
    include: IncludeOption = None,
    reports: ReportsOption = "",
    profile: ProfileOption = "",
    yes: YesOption = False,
    wait: WaitOption = WAIT,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Tell which superseded deliveries and allocations can go; with --yes, remove their files.

    What is current of each month and bill always stays, and what it stands on. So does evidence:
    runs that are published, that a report was delivered of, or that `ledger protect` names. Of
    what goes, the record stays with its totals and hashes; --as-of cannot read it any more.
    """
    from apportion.model.retention import Policy

    session: Session = ctx.obj
    sent, month = Output(form, to, raw), checked(period)
    sent.check(session.console)
    since = _since(older_than, session.outside.now())
    policy = Policy(keep_runs, since, listed(month), frozenset(include or ()))
    with session.workspace(removing=yes) as workspace:
        delivered = _delivered(session, reports, profile)
        outcome = (
            workspace.expiry.expire(policy, delivered=delivered, wait=wait)
            if yes
            else workspace.expiry.look(policy, delivered=delivered)
        )
    finish(_shown(outcome) if sent.for_a_person else outcome, sent, session.console)


def protect(
    ctx: typer.Context,
    run: Annotated[
        str, typer.Argument(metavar="RUN|FILE", help="An allocation's id, or its manifest.")
    ],
    reason: Annotated[
        str, typer.Option(metavar="WORDS", help="Why, or for whom: told wherever it stays.")
    ],
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Keep an allocation, and the deliveries that it read, from `ledger expire`.

    Do this before a proof's manifest is handed out: only while the files are there can it be
    verified.
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
        return (now - timedelta(days=int(days[1]))).strftime(_MOMENT)
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
