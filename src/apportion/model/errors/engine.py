"""What an engine may fail at while it reads a bill."""

from __future__ import annotations

from .base import EngineError, OperationError


class BillNotReadError(EngineError):
    """The engine cannot read a record of a CSV; `line` is zero where it does not say which."""

    def __init__(self, file: str, line: int, why: str) -> None:
        OperationError.__init__(
            self,
            f"{file}{f':{line}' if line else ''}: {why}. Export the file again as RFC 4180 has it: "
            "commas, quotes inside values doubled, one kind of line ends. "
            "Nothing was published; the old state stands.",
        )


class SqlNotValidError(EngineError):
    """The engine refused a query for what it says; `said` is the engine's sentence."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said.strip().splitlines()[0].rstrip(".!")


class AmountsOverflowError(EngineError):
    """A sum of amounts has more digits than the engine keeps."""

    def __init__(self) -> None:
        OperationError.__init__(
            self,
            "Amounts add up to more than 20 digits before the point, which no currency needs: one "
            "of the bill's amounts is wrong. Nothing was published; the old state stands.",
        )
