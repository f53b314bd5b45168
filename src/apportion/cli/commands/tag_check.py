"""The command that checks tags in code, before anything is deployed."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from apportion import __version__
from apportion.cli.options.common import ToOption
from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.cli.ui.output import Form, Output, deliver, write_atomically
from apportion.cli.ui.print_outcome import end_by
from apportion.model.errors.tags import NotATagError
from apportion.model.findings.finding import Finding
from apportion.model.tags.tag_policy import TagPolicy


class Shape(StrEnum):
    """How findings are written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


CodeArgument = Annotated[
    list[Path],
    typer.Argument(
        metavar="PATH", help="Terraform folders, plans (JSON) or CloudFormation templates."
    ),
]
PolicyOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Tag policy: a tags.yaml or a generated policy.json. No settings file is needed.",
    ),
]
TagOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=VALUE",
        help="A tag that is set outside the code, for example on the stack. Repeatable.",
    ),
]
ShapeOption = Annotated[
    Shape,
    typer.Option("--format", metavar="FORMAT", help="text, json, sarif or github (annotations)."),
]
PatchOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write a patch that corrects spelling.")
]
StrictOption = Annotated[
    bool,
    typer.Option("--strict", help="Warnings and notices fail, too: every tag has to be judged."),
]


def add_to(tags: typer.Typer) -> None:
    """Add `tags check`."""
    tags.command(
        cls=Command,
        epilog=examples(
            "apportion tags check infra/",
            "apportion tags check plan.json             # terraform show -json plan > plan.json",
            "apportion tags check infra/ --format sarif --to tags.sarif",
            "apportion tags check infra/ --patch tags.patch && git apply tags.patch",
            "apportion tags check infra/ --strict",
            "apportion tags check template.yaml --policy generated/policy.json",
        ),
    )(check)


def check(
    ctx: typer.Context,
    paths: CodeArgument,
    policy: PolicyOption = None,
    tag: TagOption = None,
    shape: ShapeOption = Shape.TEXT,
    to: ToOption = None,
    patch: PatchOption = None,
    strict: StrictOption = False,
) -> None:
    """Check the tags in Terraform code, Terraform plans and CloudFormation templates.

    Resolves modules, locals, merge() and default_tags. Each finding has its file and line.
    Values that are known only in a plan are reported and do not fail; a plan is exact. Files
    are not changed. The exit code is 1 if a mandatory tag is missing or wrong; with --strict,
    also if a tag could not be judged.
    """
    from apportion.app.tag_check import check as checked

    session: Session = ctx.obj
    given = dict(_pair(one) for one in tag or ())
    found = checked(
        {_called(path, session): session.path(path) for path in paths},
        _policy(policy, session),
        today=session.outside.now().date(),
        given=given,
    )
    if shape is Shape.TEXT:
        session.console.findings(found.findings)
    else:
        text = _written(shape, found.findings)
        deliver(text.encode, Output(Form.JSON, to and session.path(to)), session.console)
    _offer(found.patch, patch, session)
    for sentence in found.messages:
        session.console.say(sentence)
    end_by(found.findings, strict=strict)


def _policy(file: Path | None, session: Session) -> TagPolicy:
    from apportion.app.tag_check import policy_of

    if file is not None:
        return policy_of(session.path(file))
    with session.workspace() as workspace:
        return workspace.tags.policy()


def _offer(text: str, to: Path | None, session: Session) -> None:
    """Write the patch to the given file; otherwise mention that there is one."""
    if text and to is not None:
        write_atomically(session.path(to), text.encode())
        session.console.good(f"Wrote {to}. Review it, then run `git apply {to}`.")
    elif text:
        session.console.say(
            "Some tags differ only in spelling. --patch FILE writes the corrections."
        )


def _written(shape: Shape, findings: tuple[Finding, ...]) -> str:
    from apportion.core.tags.iac.check_output import as_json, github, sarif

    if shape is Shape.SARIF:
        return sarif(findings, version=__version__)
    return github(findings) if shape is Shape.GITHUB else as_json(findings)


def _called(path: Path, session: Session) -> str:
    """Call a path as it lies from here, which is how annotations find it."""
    folder = session.outside.folder
    inside = path.is_absolute() and path.is_relative_to(folder)
    return (path.relative_to(folder) if inside else path).as_posix()


def _pair(written: str) -> tuple[str, str]:
    key, equals, value = written.partition("=")
    if not key.strip() or not equals:
        raise NotATagError(written)
    return key.strip(), value
