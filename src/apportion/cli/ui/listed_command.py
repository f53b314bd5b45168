"""A command that is imported when it is used: its group, help and completion start without it."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import typer
from typer.core import TyperCommand

if TYPE_CHECKING:
    from collections.abc import Mapping

_PACKAGE = "apportion.cli.commands"


class Listed(NamedTuple):
    """A command in the list of its group.

    `module` has `add_to(app)`, which adds the command to a Typer app; `summary` is the first line
    of the command's own page.
    """

    heading: str
    module: str
    summary: str


class ListedCommand(TyperCommand):
    """Has the name and summary of a command, and becomes the command when it is given arguments."""

    def __init__(self, name: str, listed: Listed) -> None:
        super().__init__(name=name, help=listed.summary, rich_help_panel=listed.heading)
        self._module = listed.module

    def load(self) -> Any:  # noqa: ANN401 - Click's class, which Typer has a copy of
        """Import the command."""
        return commands_of(self._module)[str(self.name)]

    def make_context(self, *arguments: Any, **more: Any) -> Any:  # noqa: ANN401 - as Click's
        return self.load().make_context(*arguments, **more)


def listed_commands(listed: Mapping[str, Listed]) -> dict[str, ListedCommand]:
    """Make the commands of a list."""
    return {name: ListedCommand(name, line) for name, line in listed.items()}


@cache
def commands_of(module: str) -> Mapping[str, Any]:
    """Import a module of commands, and make its commands."""
    app = typer.Typer(rich_markup_mode=None)
    import_module(f"{_PACKAGE}.{module}").add_to(app)
    return typer.main.get_group(app).commands
