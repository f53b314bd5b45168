"""The command that writes the IAM policy of a role: what our code calls, and nothing else."""

from __future__ import annotations

from typing import Annotated

import typer

from apportion.cli.options.common import FormOption, RawOption, ToOption
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Output, deliver
from apportion.cli.ui.print_outcome import finish
from apportion.model.iam.roles import Role
from apportion.model.iam.statement import NAMES


def _named(name: str, metavar: str = "NAME") -> typer.models.OptionInfo:
    description = NAMES[name]
    help_ = f"{description[0].upper()}{description[1:]}."
    option: typer.models.OptionInfo = typer.Option(metavar=metavar, help=help_)
    return option


def add_to(group: typer.Typer) -> None:
    """Add `policy` to the group."""
    group.command(
        cls=Command,
        epilog=examples(
            "apportion aws policy                     # list the roles",
            "apportion aws policy report-reader --to policy.json",
            "apportion aws policy export-reader --region eu-west-1 \\",
            "  --export-bucket acme-billing --export-prefix exports/cur2",
        ),
    )(policy)


def policy(
    ctx: typer.Context,
    role: Annotated[
        Role | None, typer.Argument(metavar="ROLE", help="Role. Default: list all roles.")
    ] = None,
    partition: Annotated[str, _named("partition")] = "aws",
    region: Annotated[str, _named("region", "REGION")] = "",
    account: Annotated[str, _named("account", "ID")] = "",
    export_bucket: Annotated[str, _named("export_bucket")] = "",
    export_prefix: Annotated[str, _named("export_prefix", "PREFIX")] = "",
    export_key: Annotated[str, _named("export_key", "ARN")] = "",
    bucket: Annotated[str, _named("bucket")] = "",
    kms_key: Annotated[str, _named("kms_key", "ARN")] = "",
    database: Annotated[str, _named("database")] = "",
    workgroup: Annotated[str, _named("workgroup")] = "",
    table: Annotated[str, _named("table")] = "",
    sender: Annotated[str, _named("sender")] = "",
    topic: Annotated[str, _named("topic", "ARN")] = "",
    queue: Annotated[str, _named("queue", "ARN")] = "",
    function: Annotated[str, _named("function")] = "",
    chat_topic: Annotated[str, _named("chat_topic", "ARN")] = "",
    events_queue: Annotated[str, _named("events_queue", "ARN")] = "",
    explorer_view: Annotated[str, _named("explorer_view", "ARN")] = "",
    tagging: Annotated[str, _named("tagging", "ON")] = "",
    tracing: Annotated[str, _named("tracing", "ON")] = "",
    network: Annotated[str, _named("network", "ON")] = "",
    form: FormOption = None,
    to: ToOption = None,
    raw: RawOption = False,
) -> None:
    """Write the IAM policy of a role, with only the actions it needs.

    Without ROLE, lists the roles, their purpose and the names that their policies need.
    """
    given = {name: str(value) for name, value in locals().items() if name in NAMES}
    session: Session = ctx.obj
    if role is None:
        from apportion.core.aws.iam_policies import roles

        sent = Output(form, to, raw)
        sent.check(session.console)
        finish(roles(), sent, session.console)
        return
    import json

    from apportion.core.aws.iam_policies import policy as make

    text = json.dumps(make(role, given), indent=2) + "\n"
    deliver(text.encode, Output(to=to), session.console)
