"""Defaults and texts are used as they are.

Typer reads every value with pydantic, which takes a tenth of a second to import. A default of a
command is a value of its type already, and so is the text of an option or argument of type `str`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import typer
    from typer.models import ParameterInfo


class _Parameter(Protocol):
    """An option or argument of Typer or of Click."""

    name: str
    required: bool
    callback: Callable[[typer.Context, _Parameter, object], object] | None
    process_value: Callable[[typer.Context, object], object]
    type_descriptor: _TypeDescriptor


class _TypeDescriptor(Protocol):
    """What Typer knows of the type of a parameter."""

    annotation: object
    parameter_info: ParameterInfo


_Any = TypeVar("_Any", bound=_Parameter)


def keep_defaults(parameters: Sequence[_Any]) -> Sequence[_Any]:
    """Let parameters read only values whose type is another than that of the parameter."""
    for parameter in parameters:
        if not isinstance(parameter.process_value, _Process):
            parameter.process_value = _Process(parameter)
    return parameters


class _Process:
    """Processes the value of a parameter as Click would, but reads no value of the right type."""

    def __init__(self, parameter: _Parameter) -> None:
        self._parameter = parameter
        self._read = parameter.process_value

    def __call__(self, ctx: typer.Context, value: object) -> object:
        parameter = self._parameter
        if not (self._is_default(ctx) or self._is_text(value)):
            return self._read(ctx, value)
        return parameter.callback(ctx, parameter, value) if parameter.callback else value

    def _is_default(self, ctx: typer.Context) -> bool:
        source = ctx.get_parameter_source(self._parameter.name)
        return not self._parameter.required and source is not None and source.name == "DEFAULT"

    def _is_text(self, value: object) -> bool:
        described = self._parameter.type_descriptor
        parsed = described.parameter_info.parser is not None
        return described.annotation is str and isinstance(value, str) and not parsed
