"""Errors of the engine while it reads a bill."""

from __future__ import annotations

from .base import EngineError, OperationError


class BillNotReadError(EngineError):
    """A CSV record cannot be read; `line` is zero if the engine does not report it."""

    def __init__(self, file: str, line: int, why: str) -> None:
        OperationError.__init__(
            self,
            f"{file}{f':{line}' if line else ''}: {why}. Export the file again as RFC 4180: "
            "commas, doubled quotes inside values, one kind of line end. "
            "Nothing was published; the earlier state is unchanged.",
        )


class SqlNotValidError(EngineError):
    """The engine rejected the text of a query; `said` is the engine's message."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message.strip().splitlines()[0].rstrip(".!")


class AmountsOverflowError(EngineError):
    """A sum of amounts has more digits than the engine keeps."""

    def __init__(self) -> None:
        OperationError.__init__(
            self,
            "A total has more than 20 digits before the decimal point, so an amount in the bill is "
            "wrong. Nothing was published; the earlier state is unchanged.",
        )


class EngineMemoryError(EngineError):
    """The engine needs more memory than its setting allows."""

    def __init__(self) -> None:
        OperationError.__init__(
            self,
            "The engine needs more memory than it may use. Set memory in [engine] of "
            'apportion.toml, or APPORTION_ENGINE_MEMORY, to more, like "2GB"; fewer threads need '
            "less. Nothing was published; the earlier state is unchanged.",
        )
