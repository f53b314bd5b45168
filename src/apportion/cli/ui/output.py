"""Sends rows where the user wants them: a form, to the screen, a pipe or a file."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from apportion.model.errors.base import BinaryToTerminalError, UnknownEndingError
from apportion.model.errors.output_files import NoOutputFolderError, NotAFileError
from apportion.model.row import Row
from apportion.reports.formats import report_of

from .console import Console


class Form(StrEnum):
    """The forms in which rows leave."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    XLSX = "xlsx"


#: What would make a terminal show nonsense.
_BINARY = (Form.PARQUET, Form.XLSX)


_ENDINGS = (".csv", ".json", ".jsonl", ".parquet", ".txt", ".xlsx")


@dataclass(frozen=True)
class Output:
    """Where rows go and how. `form` None: by the file's ending, else a table."""

    form: Form | None = None
    to: Path | None = None
    raw: bool = False  # CSV without protection against formulas

    @property
    def chosen(self) -> Form:
        """The chosen format, by name or by the file's extension."""
        if self.form is not None or self.to is None:
            return self.form or Form.TABLE
        ending = self.to.suffix.lower().removeprefix(".")
        return Form(ending) if ending in set(Form) else Form.TABLE

    @property
    def for_a_person(self) -> bool:
        """Whether rows become a table on stdout."""
        return self.chosen is Form.TABLE and self.to is None

    def check(self, console: Console) -> None:
        """Refuse what cannot be shown or written before any work is done."""
        if self.to is not None and self.to.is_dir():
            raise NotAFileError(str(self.to), str(self.to / f"rows.{self.form or Form.CSV}"))
        if self.to is not None and not self.to.parent.is_dir():
            raise NoOutputFolderError(str(self.to), str(self.to.parent))
        ending = self.to.suffix.lower() if self.to else ""
        if self.form is None and ending and ending not in _ENDINGS:
            raise UnknownEndingError(str(self.to), ending, _ENDINGS)
        if self.chosen in _BINARY and self.to is None and console.on_terminal:
            raise BinaryToTerminalError(self.chosen)


def send(
    rows: Sequence[Row],
    columns: Sequence[str],
    output: Output,
    console: Console,
    *,
    total: bool = False,
    shown: Sequence[Row] | None = None,
) -> None:
    """Send rows, or those of them in `shown`; only a table on stdout has totals, of all rows."""
    if output.for_a_person:
        console.table(rows, columns, total=total, shown=shown)
        return
    sent = rows if shown is None else shown
    deliver(lambda: report_of(output.chosen, raw=output.raw).write(sent, columns), output, console)


def deliver(make: Callable[[], bytes], output: Output, console: Console) -> None:
    """Put bytes on stdout or, all at once, into a file."""
    if output.to is None:
        console.write(make())
        return
    write_atomically(output.to, make())
    console.good(f"Wrote {output.to}")


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file by new content, so that a reader sees the old or the new, never a part."""
    path = path.resolve()  # a link stays a link; the file it names is replaced
    if path.exists() and not path.is_file():  # /dev/stdout, a named pipe
        path.write_bytes(content)
        return
    new = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        with new.open("xb") as beside:
            beside.write(content)
            beside.flush()
            os.fsync(beside.fileno())
        if path.exists():
            new.chmod(path.stat().st_mode & 0o7777)
        new.replace(path)
    except OSError as error:  # reported by the name that the user knows
        new.unlink(missing_ok=True)
        raise type(error)(error.errno, error.strerror, str(path)) from error
    except BaseException:
        new.unlink(missing_ok=True)
        raise
