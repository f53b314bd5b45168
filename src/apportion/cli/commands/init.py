"""The command that starts a folder of one's own."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.session import Session
from apportion.cli.ui.help_pages import Command, examples
from apportion.model.errors.base import FilesExistError

#: What `init` writes, and the template of each in the folder `starter`.
STARTER = {
    "apportion.toml": "apportion.toml",
    "rulebook/2020-01.yaml": "rulebook.yaml",
    "accounts.csv": "accounts.csv",
    "drivers/example.csv": "drivers.csv",
    "tags.yaml": "tags.yaml",
}
SCHEMA = "rulebook.schema.json"
TAGS_SCHEMA = "tags.schema.json"
IGNORE = ".gitignore"


def add_to(app: typer.Typer) -> None:
    """Add `init` to the program."""
    app.command(
        cls=Command,
        epilog=examples("apportion init", "apportion init costs/"),
    )(init)


def init(
    ctx: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Target folder. Created if it does not exist.")
    ] = Path(),
) -> None:
    """Create a commented starter: settings, rulebook, input files and tag policy.

    Works without changes on any AWS or FOCUS bill: cost centers come from tags, then from
    accounts; tax and support are split in proportion to cost. Existing files are never
    overwritten.
    """
    session: Session = ctx.obj
    at = session.path(folder)
    written = write_new(at, starter())
    ignored = _ignore(at)
    session.console.text("\n".join([*written, *ignored]))
    session.console.good(f"Created a starter in {'this folder' if folder == Path() else at}. Next:")
    step = f"cd {shlex.quote(str(folder))} && " if folder != Path() else ""
    session.console.say(
        f"  {step}apportion ingest PATH-OF-A-BILL\n  apportion allocate\n  apportion report"
    )


def starter() -> dict[str, bytes]:
    """Read the files of the starter, the schemas for editors among them."""
    templates = files("apportion.cli") / "starter"
    texts = {name: (templates / template).read_bytes() for name, template in STARTER.items()}
    return texts | schemas()


def schemas() -> dict[str, bytes]:
    """Write the schemas that rulebooks and the tag policy name to editors."""
    from .rules import rulebook_schema
    from .tag_policy import policy_schema

    return {SCHEMA: rulebook_schema(), TAGS_SCHEMA: policy_schema()}


def settings_file() -> bytes:
    """Read the commented apportion.toml of the starter."""
    return (files("apportion.cli") / "starter" / "apportion.toml").read_bytes()


def write_new(folder: Path, contents: Mapping[str, bytes]) -> list[str]:
    """Write files that are not there yet; if another is, write none and raise FilesExistError.

    A file that is there with the same content is left, so that the same may be done again.
    """
    there = [
        name
        for name, content in contents.items()
        if (path := folder / name).exists()
        and not (path.is_file() and path.read_bytes() == content)
    ]
    if there:
        raise FilesExistError(str(folder), there)
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            with path.open("xb") as new:  # never over a file that came in between
                new.write(content)
    return list(contents)


def _ignore(folder: Path) -> list[str]:
    """Keep the ledger out of a repository, unless the folder has its own list."""
    if (folder / IGNORE).exists():
        return []
    template = files("apportion.cli") / "starter" / "gitignore"
    return write_new(folder, {IGNORE: template.read_bytes()})
