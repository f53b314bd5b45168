"""The command that shows everything at work on a made-up company's bills."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from decimal import Decimal
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apportion.cli.session import Session
from apportion.cli.ui.findings_view import counted
from apportion.cli.ui.help_pages import Command, examples
from apportion.model.outcome import Outcome
from apportion.model.row import Row
from apportion.usecases.atomic_folder import refuse_if_filled
from apportion.usecases.settings import FILE, read

from .init import schemas, settings_file, write_new

if TYPE_CHECKING:
    from apportion.app.workspace import Workspace

BILLS = "bills"


def add_to(app: typer.Typer) -> None:
    """Add `demo` to the program."""
    app.command(
        cls=Command,
        epilog=examples(
            "apportion demo",
            "apportion demo larkmoor/",
            "apportion demo --running-month",
            "apportion demo --lines 1000000",
        ),
    )(demo)


def demo(
    ctx: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Target folder. Created if it does not exist.")
    ] = Path("apportion-demo"),
    lines: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="Approximate number of lines a month. Default: 80,000."
        ),
    ] = None,
    running: Annotated[
        bool,
        typer.Option(
            "--running-month", help="Add October, which is not complete, in several deliveries."
        ),
    ] = False,
) -> None:
    """Run Apportion on the bills of an example company.

    Creates three months of AWS bills (CUR 2.0) for a company with 17 accounts: incomplete tags,
    commitments, credits and a restated month. Ingests and allocates them with a rulebook that
    shows every kind of rule, and proves the totals. Takes about a minute; no network is needed.
    """
    session: Session = ctx.obj
    if running and lines is not None:
        raise typer.BadParameter("--running-month has its own number of lines; leave out --lines")
    at = session.path(folder)
    # The months would be delivered again, beginning with the first August.
    refuse_if_filled(at / BILLS)
    refuse_if_filled(at / "ledger")
    write_new(at, _files_with_october() if running else _files())
    taken_in, allocated = _run(session, at, lines)
    if running:
        taken_in += _run_october(session, at)
    _tell(session, folder, taken_in, allocated)
    if running:
        session.console.say(
            "  apportion nowcast    # October: what its last days are expected to cost"
        )


def _run(session: Session, at: Path, lines: int | None) -> tuple[list[Outcome], Outcome]:
    from apportion.demo.bill import Form
    from apportion.demo.generate import generate

    outside = session.outside
    with session.console.steps(outside.timer) as say:
        say("creating three months of bills")
        made = generate(at / BILLS, lines=lines, forms=(Form.CUR_2,))
        workspace = outside.open(read(at, {}, file=Path(FILE)), say)
        roots = dict.fromkeys(bill.root for bill in made.bills)  # a restated month has its own
        taken_in = [workspace.ingest([root]) for root in roots]
        return taken_in, workspace.allocate()


def _files_with_october() -> dict[str, bytes]:
    from apportion.demo.running_month import with_running_drivers

    return with_running_drivers(_files())


def _run_october(session: Session, at: Path) -> list[Outcome]:
    with session.console.steps(session.outside.timer) as say:
        return add_running_month(session.outside.open(read(at, {}, file=Path(FILE)), say), at)


def add_running_month(workspace: Workspace, at: Path) -> list[Outcome]:
    """Ingest each delivery of the demo's running month before the next one is written.

    Some are allocated: errors of owners' estimates need earlier allocations.
    """
    from apportion.demo.running_month import ALLOCATED, RUNNING, running_month

    taken_in = []
    for number, bill in enumerate(running_month(at / BILLS), start=1):
        taken_in.append(workspace.ingest([bill.root]))
        if number in ALLOCATED:
            workspace.allocate([str(RUNNING)])
    return taken_in


def _tell(session: Session, folder: Path, taken_in: list[Outcome], allocated: Outcome) -> None:
    """End with the owners of the newest month, the proofs, where things lie, and what is next."""
    console = session.console
    newest = max((str(row["month"]) for row in allocated.rows), default="")
    rows = [row for row in allocated.rows if row["month"] == newest]
    console.say("")
    console.table(rows, allocated.columns, total=True)
    console.say("")
    for sentence in allocated.messages:
        console.say(sentence)
    found = [finding for one in (*taken_in, allocated) for finding in one.findings]
    if found and not console.all_findings:
        console.say(f"Findings: {counted(found)}. --all-findings lists them.")
    elif found:
        console.findings(found)
    console.say("")
    console.say(
        f"Bills: {folder / BILLS}. Rules: {folder / 'rulebook'}. Ledger: {folder / 'ledger'}. Next:"
    )
    console.say(f"  cd {shlex.quote(str(folder))}")
    console.say(f"  apportion explain {_biggest(rows, allocated.columns)} --period {newest}")
    console.say(f"  apportion review --period {newest}    # the monthly review for finance")
    console.say(f"  apportion compare {newest}            # the effect of your rule changes")
    console.say("  pip install 'apportion[web]' && apportion serve --open    # the dashboard")


def _biggest(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """Name the owner with the largest total: there is most to explain."""
    if not rows:
        return "OWNER"
    most = max(rows, key=lambda row: Decimal(str(row["total"])))
    return shlex.quote(str(most[columns[1]]))


def _files() -> dict[str, bytes]:
    """Read the demo's rulebook and all it names, with settings and the schemas beside it."""
    own = dict(_walked(files("apportion.demo") / "files"))
    return {FILE: settings_file()} | schemas() | own


def _walked(at: Traversable, lead: str = "") -> Iterator[tuple[str, bytes]]:
    for entry in sorted(at.iterdir(), key=lambda entry: entry.name):
        name = f"{lead}{entry.name}"
        if entry.is_dir():
            yield from _walked(entry, f"{name}/")
        else:
            yield name, entry.read_bytes()
