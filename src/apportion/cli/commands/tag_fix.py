"""The commands that put tags right on what exists: plan, apply an approved plan, take it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apportion.cli.options.aws import RoleOption
from apportion.cli.options.common import FormOption, RawOption, ToOption
from apportion.cli.options.cost_explorer import ProfileOption
from apportion.cli.options.period import PeriodOption, one_month
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, Group, examples
from apportion.cli.ui.output import Form, Output, deliver, send, write_atomically
from apportion.cli.ui.print_outcome import end_by, finish

from .tag_scan import AccountsOption, RegionsOption, RoleNameOption, ScanOptions, ViewOption

if TYPE_CHECKING:
    from apportion.model.tags.live import FixPlan

YesOption = Annotated[
    bool, typer.Option("--yes", help="Make the changes. Default: only show them.")
]
UndoOption = Annotated[
    Path | None,
    typer.Option(
        "--undo-file",
        metavar="FILE",
        help="File for the previous tags. Default: PLAN.undo.json beside the plan.",
        dir_okay=False,
    ),
]


def add_to(tags: typer.Typer) -> None:
    """Add `tags fix` with what stands under it."""
    fix = typer.Typer(
        name="fix",
        cls=Group,
        no_args_is_help=False,
        rich_markup_mode=None,
        help="Correct tags on existing resources: plan, apply, undo.",
        epilog=examples(
            "apportion tags fix plan --to fix.json",
            "apportion tags fix apply fix.json --role-name apportion-tag-fixer --yes",
        ),
    )
    tags.add_typer(fix)
    fix.callback(invoke_without_command=True)(_list_commands)
    fix.command(
        cls=Command,
        epilog=examples(
            "apportion tags fix plan",
            "apportion tags fix plan --accounts all --role-name apportion-tag-scanner \\",
            "  --limit 100 --to fix.json",
        ),
    )(plan)
    fix.command(
        cls=Command,
        epilog=examples(
            "apportion tags fix apply fix.json --role-name apportion-tag-fixer",
            "apportion tags fix apply fix.json --role-name apportion-tag-fixer --yes",
        ),
    )(apply)
    fix.command(
        cls=Command,
        epilog=examples(
            "apportion tags fix undo fix.undo.json --role-name apportion-tag-fixer --yes",
        ),
    )(undo)


def _list_commands(ctx: typer.Context) -> None:
    """Correct tags on existing resources: plan, apply, undo."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def plan(
    ctx: typer.Context,
    accounts: AccountsOption = None,
    regions: RegionsOption = None,
    role_name: RoleNameOption = "",
    role: RoleOption = "",
    profile: ProfileOption = "",
    view: ViewOption = "",
    period: PeriodOption = "",
    limit: Annotated[
        int,
        typer.Option(metavar="N", min=0, help="Only the N most expensive resources; 0 shows all."),
    ] = 0,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Plan tag changes for resources without valid tags.

    Values come from existing tags, related resources, accounts and rules. Nothing is changed.
    With --output json or --to FILE.json, writes the plan: the new tags of each resource, the
    previous tags and the reason. Review it, delete wrong entries, then run `apply`.
    """
    from apportion.core.tags.remediation.fix_plan import write_fixes

    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    options = ScanOptions(
        accounts,
        regions,
        role_name,
        role,
        profile,
        view,
        one_month(period, session.outside.now()),
    )
    with session.workspace() as workspace:
        scanned = options.look(session, workspace)
        made, outcome = workspace.tags.plan_fixes(scanned, now=session.outside.now(), most=limit)
    if sent.chosen is Form.JSON:
        deliver(write_fixes(made).encode, sent, session.console)
    else:
        send(outcome.rows, outcome.columns, sent, session.console)
    session.console.findings(outcome.findings)
    for sentence in outcome.messages:
        session.console.say(sentence)
    end_by(outcome.findings)


def apply(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="PLAN", help="Plan file that `plan --to FILE` wrote.")
    ],
    yes: YesOption = False,
    role_name: RoleNameOption = "",
    role: RoleOption = "",
    profile: ProfileOption = "",
    undo_file: UndoOption = None,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Apply a tag plan, if no resource changed since it was made.

    Without --yes, only shows the changes. The previous tags are saved first, in PLAN.undo.json
    beside the plan; `undo` restores them. Changes that AWS rejects are listed by resource.
    """
    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    path = session.path(file)
    keep = session.path(undo_file) if undo_file else path.with_suffix(".undo.json")
    _change(session, path, sent, yes=yes, roles=(role_name, role, profile), keep=keep)


def undo(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The undo file that `apply` wrote.")],
    yes: YesOption = False,
    role_name: RoleNameOption = "",
    role: RoleOption = "",
    profile: ProfileOption = "",
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Restore the tags from before a plan was applied.

    If anyone changed these tags since, shows the differences and changes nothing. Without
    --yes, only shows the changes.
    """
    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    _change(session, session.path(file), sent, yes=yes, roles=(role_name, role, profile), keep=None)


def _change(
    session: Session,
    path: Path,
    sent: Output,
    *,
    yes: bool,
    roles: tuple[str, str, str],
    keep: Path | None,
) -> None:
    from apportion.core.tags.remediation.fix_plan import read_fixes, write_fixes
    from apportion.model.errors.base import FilesExistError, NotConfirmedError
    from apportion.model.errors.tag_fixes import NoRoleNamedError
    from apportion.usecases.tags.fix import apply as make

    planned = read_fixes(path.read_text("utf-8"), name=path.name)
    if planned.fixes and not yes:
        session.console.text(write_fixes(planned))
        raise NotConfirmedError(len(planned.fixes))
    if not any(roles):
        raise NoRoleNamedError
    if keep is not None and keep.exists():
        raise FilesExistError(str(keep.parent), [keep.name])
    name, arn, profile = roles
    options = ScanOptions(None, None, name, arn, profile, "", "")

    def kept(made: FixPlan) -> None:
        if keep is not None and made.fixes:
            write_atomically(keep, write_fixes(made).encode())

    now: datetime = session.outside.now()
    with session.console.steps(session.outside.timer) as say:
        live = options.reach(session).live
        outcome = make(planned, live, name=path.name, now=now, keep=kept, say=say)
    if keep is not None and keep.exists():
        more = f"To undo: `apportion tags fix undo {keep.name}`."
        outcome = replace(outcome, messages=(*outcome.messages, more))
    finish(outcome, sent, session.console)
