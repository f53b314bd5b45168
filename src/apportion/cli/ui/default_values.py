"""Defaults are used as they are.

Typer reads every value with pydantic, also defaults; importing pydantic takes longer than all else
that a help page or a completion does. A default of a command is a value of its type already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import typer


class _Parameter(Protocol):
    """An option or argument of Typer or of Click."""

    name: str
    required: bool
    callback: Callable[[typer.Context, _Parameter, object], object] | None
    process_value: Callable[[typer.Context, object], object]


_Any = TypeVar("_Any", bound=_Parameter)


def keep_defaults(parameters: Sequence[_Any]) -> Sequence[_Any]:
    """Let parameters read only values from the command line or the environment."""
    for parameter in parameters:
        if not isinstance(parameter.process_value, _Process):
            parameter.process_value = _Process(parameter)
    return parameters


class _Process:
    """Processes the value of a parameter as Click would, and returns a default unread."""

    def __init__(self, parameter: _Parameter) -> None:
        self._parameter = parameter
        self._read = parameter.process_value

    def __call__(self, ctx: typer.Context, value: object) -> object:
        parameter = self._parameter
        source = ctx.get_parameter_source(parameter.name)
        if parameter.required or source is None or source.name != "DEFAULT":
            return self._read(ctx, value)
        return parameter.callback(ctx, parameter, value) if parameter.callback else value
