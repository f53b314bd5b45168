"""The commands that ask Cost Explorer, for who has no bill at hand yet."""

from __future__ import annotations

from typing import Annotated

import typer

from apportion.cli.options.common import FormOption, RawOption, ToOption
from apportion.cli.options.cost_explorer import (
    CACHE_HOURS,
    MAX_REQUESTS,
    ByOption,
    CacheHoursOption,
    CostCenterOption,
    DaysOption,
    MaxRequestsOption,
    MetricOption,
    NoCacheOption,
    ProfileOption,
    TagKeyOption,
    access,
    days_before,
    names,
)
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, Group, examples
from apportion.cli.ui.output import Output, deliver
from apportion.cli.ui.print_outcome import finish
from apportion.model.aws.cost_query import Metric
from apportion.model.errors.base import CostQueryError
from apportion.model.outcome import Outcome
from apportion.model.question import Granularity

_NAME = "cost-explorer"


def add_to(app: typer.Typer) -> None:
    """Add `cost-explorer costs`, `resources`, `tags` and `policy` to the program."""
    group = typer.Typer(
        name=_NAME,
        cls=Group,
        rich_markup_mode=None,
        help="Query AWS Cost Explorer, without a bill or a ledger.",
        epilog=examples(
            "apportion cost-explorer costs --days 30 --by tag:Project",
            "apportion cost-explorer costs --cost-center FIN-100 --to fin-100.csv",
            "apportion ingest cost-explorer --days 30 --by tag:Project --payer 111111111111",
        ),
    )
    app.add_typer(group)
    group.callback(invoke_without_command=True)(_list_commands)
    group.command(
        cls=Command,
        epilog=examples(
            "apportion cost-explorer costs --days 30 --by tag:Project",
            "apportion cost-explorer costs --by account,service --granularity month",
            "apportion cost-explorer costs --cost-center FIN-100 --to fin-100.csv",
        ),
    )(costs)
    group.command(
        cls=Command,
        epilog=examples(
            'apportion cost-explorer resources --service "Amazon Simple Storage Service"'
        ),
    )(resources)
    group.command(
        cls=Command,
        epilog=examples(
            "apportion cost-explorer tags", "apportion cost-explorer tags CostCenter Project"
        ),
    )(tags)
    group.command(cls=Command, epilog=examples("apportion cost-explorer policy --to policy.json"))(
        policy
    )


def _list_commands(ctx: typer.Context) -> None:
    """Query AWS Cost Explorer, without a bill or a ledger."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def costs(
    ctx: typer.Context,
    days: DaysOption = None,
    by: ByOption = None,
    cost_center: CostCenterOption = "",
    tag_key: TagKeyOption = "CostCenter",
    metric: MetricOption = Metric.UNBLENDED,
    granularity: Annotated[
        Granularity, typer.Option(metavar="STEP", help="month or day.")
    ] = Granularity.DAY,
    profile: ProfileOption = "",
    max_requests: MaxRequestsOption = MAX_REQUESTS,
    cache_hours: CacheHoursOption = CACHE_HOURS,
    no_cache: NoCacheOption = False,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Show costs by day and by project, account, service or tag.

    The total is requested too, and the parts must add up to it. With --cost-center, messages
    show the cost of other cost centers and the cost without that tag.
    """
    from apportion.core.aws.cost_explorer.rows import center_outcome
    from apportion.usecases.aws import cost_explorer

    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    chosen_days, group = days_before(session, days), names(by, "tag:Project")
    with session.cost_reports(
        access(session, profile, max_requests, cache_hours, no_cache=no_cache)
    ) as reports:
        if cost_center:
            _check_center(len(group), granularity)
            found = cost_explorer.cost_center(
                reports, cost_center, tag_key=tag_key, by=group[0], metric=metric, days=chosen_days
            )
            outcome = center_outcome(found)
        else:
            outcome = cost_explorer.costs(
                reports, by=group, metric=metric, granularity=granularity, days=chosen_days
            )
    _finish(outcome, sent, session)


def resources(
    ctx: typer.Context,
    service: Annotated[
        list[str],
        typer.Option(metavar="NAME", help="Service name as in Cost Explorer. Repeatable."),
    ],
    days: Annotated[
        int, typer.Option(metavar="N", help="Number of days before today, in UTC.")
    ] = 14,
    metric: MetricOption = Metric.UNBLENDED,
    profile: ProfileOption = "",
    max_requests: MaxRequestsOption = MAX_REQUESTS,
    cache_hours: CacheHoursOption = CACHE_HOURS,
    no_cache: NoCacheOption = False,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Show the cost of single resources in the last 14 days.

    Resource-level data must be enabled in the Cost Explorer settings.
    """
    from apportion.core.aws.cost_explorer.query_names import MOST_DAYS_OF_RESOURCES
    from apportion.usecases.aws import cost_explorer

    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    chosen_days = days_before(session, days, most=MOST_DAYS_OF_RESOURCES)
    with session.cost_reports(
        access(session, profile, max_requests, cache_hours, no_cache=no_cache)
    ) as reports:
        outcome = cost_explorer.resources(
            reports, services=service, metric=metric, days=chosen_days
        )
    _finish(outcome, sent, session)


def tags(
    ctx: typer.Context,
    keys: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KEY", help="List the values of these tag keys. Default: list all keys."
        ),
    ] = None,
    days: DaysOption = None,
    profile: ProfileOption = "",
    max_requests: MaxRequestsOption = MAX_REQUESTS,
    cache_hours: CacheHoursOption = CACHE_HOURS,
    no_cache: NoCacheOption = False,
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """List tag keys in use or their values, with different spellings of the same name."""
    from apportion.usecases.aws import cost_explorer

    session: Session = ctx.obj
    sent = Output(form, to, raw)
    sent.check(session.console)
    chosen_days = days_before(session, days)
    with session.cost_reports(
        access(session, profile, max_requests, cache_hours, no_cache=no_cache)
    ) as reports:
        outcome = cost_explorer.tags(reports, keys=keys or (), days=chosen_days)
    finish(outcome, sent, session.console)


def policy(ctx: typer.Context, to: ToOption = None) -> None:
    """Write the IAM policy for these commands: three read-only actions."""
    import json

    from apportion.app.cost_explorer import cost_explorer_policy

    session: Session = ctx.obj
    text = json.dumps(cost_explorer_policy(), indent=2) + "\n"
    deliver(text.encode, Output(to=to), session.console)


def _check_center(groups: int, granularity: Granularity) -> None:
    if groups != 1:
        raise CostQueryError("--by with --cost-center", "one name", str(groups))
    if granularity is not Granularity.DAY:
        raise CostQueryError("--granularity with --cost-center", "day", granularity.value)


def _finish(outcome: Outcome, sent: Output, session: Session) -> None:
    """Send the rows out, unless the parts are not the whole."""
    from apportion.usecases.fail_on_findings import stop_if_failing

    stop_if_failing(outcome.findings)
    finish(outcome, sent, session.console, total=True)
