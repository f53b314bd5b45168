"""Taking bills in from their exports in S3, a part of the command `ingest`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from apportion.cli.options.period import months_outside
from apportion.cli.session import Session
from apportion.model.aws.export import S3Location, Taking
from apportion.model.errors.exports import OnlyForError
from apportion.model.outcome import Outcome

ExportPeriodsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--period",
        "-p",
        metavar="PERIOD",
        help="s3://: only this month. Repeatable. Default: all months of the export.",
    ),
]
ForceOption = Annotated[
    bool,
    typer.Option("--force", help="s3://: download again deliveries that the ledger already has."),
]
KeepFilesOption = Annotated[
    bool,
    typer.Option(
        "--keep-files", help="s3://: keep the downloaded files in `downloads` beside the ledger."
    ),
]


def in_s3(paths: Sequence[str]) -> bool:
    """Whether the paths are exports; raises OnlyForError if some are files."""
    there = [path for path in paths if path.lower().startswith("s3:")]
    if there and len(there) < len(paths):
        raise OnlyForError(there[0], "exports alone", "files besides")
    return bool(there)


def only_for_exports(options: Mapping[str, object]) -> None:
    """Refuse options of exports where files are meant."""
    for name, value in options.items():
        if value:
            raise OnlyForError(name, "apportion ingest s3://bucket/prefix/export", "other bills")


def only_for_files(options: Mapping[str, object]) -> None:
    """Refuse options of files where Cost Explorer is meant."""
    for name, value in options.items():
        if value:
            raise OnlyForError(name, "files and exports", "Cost Explorer")


def one_way(taking: Taking) -> None:
    """Refuse options that contradict `--together-with`."""
    others = {"--bill": taking.bill, "--replace": taking.replace}
    for name, value in others.items():
        if value and taking.together_with:
            raise OnlyForError(name, "a delivery that is a whole", "--together-with")


def from_exports(
    session: Session, places: Sequence[str], profile: str, periods: Sequence[str], taking: Taking
) -> Outcome:
    """Ingest what is new of exports, one after the other."""
    from apportion.app.exports import fetch_and_ingest
    from apportion.usecases.outcomes import join_outcomes

    for place in places:
        S3Location.parse(place)
    wanted = months_outside(periods, session.outside.now())
    clients = session.clients(profile)
    with session.workspace() as workspace:
        return join_outcomes(
            [
                fetch_and_ingest(workspace, place, periods=wanted, taking=taking, clients=clients)
                for place in places
            ]
        )
