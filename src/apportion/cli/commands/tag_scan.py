"""The command that looks at tags as they are now, in accounts and regions, beside their cost."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from apportion.cli.options.aws import RoleOption
from apportion.cli.options.common import FormOption, RawOption, ToOption
from apportion.cli.options.completion import complete_account
from apportion.cli.options.cost_explorer import ProfileOption
from apportion.cli.options.names import names
from apportion.cli.options.period import PeriodOption, one_month
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Output
from apportion.cli.ui.print_outcome import finish

if TYPE_CHECKING:
    from apportion.app.live_tags import AccountReach
    from apportion.app.workspace import Workspace
    from apportion.usecases.tags.scan import Scanned

AccountsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--accounts",
        metavar="IDS",
        help="Account ids, separated by commas; `all` means every account in the bill.",
        autocompletion=complete_account,
    ),
]
RegionsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--regions",
        metavar="NAMES",
        help="Regions, separated by commas. Default: the regions in the bill.",
    ),
]
RoleNameOption = Annotated[
    str,
    typer.Option(
        "--role-name", metavar="NAME", help="Assume the role with this name in each account."
    ),
]
ViewOption = Annotated[
    str,
    typer.Option(
        "--explorer-view",
        metavar="ARN",
        help="Resource Explorer view, to find resources that never had a tag.",
    ),
]


def add_to(tags: typer.Typer) -> None:
    """Add `tags scan`."""
    tags.command(
        cls=Command,
        epilog=examples(
            "apportion tags scan",
            "apportion tags scan --accounts all --role-name apportion-tag-scanner",
            "apportion tags scan --accounts 111111111111 --regions eu-west-1,us-east-1 \\",
            "  --role-name apportion-tag-scanner --to untagged.csv",
        ),
    )(scan)


def scan(
    ctx: typer.Context,
    accounts: AccountsOption = None,
    regions: RegionsOption = None,
    role_name: RoleNameOption = "",
    role: RoleOption = "",
    profile: ProfileOption = "",
    view: ViewOption = "",
    period: PeriodOption = "",
    every: Annotated[
        bool, typer.Option("--all", help="Also show resources with valid tags.")
    ] = False,
    limit: Annotated[
        int,
        typer.Option(metavar="N", min=0, help="Only the N most expensive resources; 0 shows all."),
    ] = 0,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """List resources without valid mandatory tags in your accounts now, by cost.

    Reads the tagging API of each account and region. It returns resources that have or had
    tags. Resources that are only in the bill never had a tag (`bill`), or had tags and no
    longer exist (`unseen`). Nothing is changed. Accounts and regions that cannot be read are
    reported; the others are scanned.
    """
    from apportion.usecases.tags.scan import scan as scan_tags

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
        outcome = scan_tags(options.look(session, workspace), every=every, most=limit)
    if sent.for_a_person:  # wider than any terminal
        outcome = replace(outcome, columns=tuple(c for c in outcome.columns if c != "tags"))
    finish(outcome, sent, session.console, total=True)


class ScanOptions:
    """Where to look, as it was typed."""

    def __init__(
        self,
        accounts: list[str] | None,
        regions: list[str] | None,
        role_name: str,
        role_arn: str,
        profile: str,
        view: str,
        period: str,
    ) -> None:
        self._accounts = tuple(dict.fromkeys(names(accounts)))
        self._regions = tuple(dict.fromkeys(names(regions)))
        self._roles = role_name, role_arn
        self._profile = profile
        self._view = view
        self._period = period
        for account in self._accounts:
            if account != "all" and not re.fullmatch(r"\d{12}", account, re.ASCII):
                raise typer.BadParameter(f"{account!r} is not an account id (12 digits)")

    def reach(self, session: Session) -> AccountReach:
        """Reach the accounts."""
        from apportion.app.live_tags import AccountReach

        name, arn = self._roles
        return AccountReach(session.clients(self._profile), role_name=name, role_arn=arn)

    def look(self, session: Session, workspace: Workspace) -> Scanned:
        """Look at them."""
        from apportion.usecases.tags.scan import Where

        reach = self.reach(session)
        accounts = self._accounts or (reach.own,)
        where = Where(accounts, self._regions, self._period)
        explorer = reach.explorer(self._view) if self._view else None
        return workspace.tags.look(where, live=reach.live, explorer=explorer)
