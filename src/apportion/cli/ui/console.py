"""The only file that prints: results to stdout, messages to stderr."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from apportion.model.findings.finding import Finding, failing
from apportion.model.row import Row
from apportion.ports.progress import NO_PROGRESS, Progress
from apportion.reports.visible import visible

from . import styling
from .progress import terminal_progress

if TYPE_CHECKING:
    from apportion.model.outcome import ExplanationNode


class ReaderGoneError(Exception):
    """The reader of stdout has closed it, as `| head` does; no error."""


class Console:
    """Everything that people read. With `quiet`: only data, errors and failing findings."""

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        quiet: bool = False,
        no_color: bool = False,
        all_findings: bool = False,
        out: TextIO | None = None,
        err: TextIO | None = None,
    ) -> None:
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._quiet = quiet
        self.all_findings = all_findings
        self._environment = environment
        self._on_out = styling.paint_for(self._out, environment, no_color=no_color)
        self._on_err = styling.paint_for(self._err, environment, no_color=no_color)

    @property
    def on_terminal(self) -> bool:
        """Whether a person sees stdout."""
        return self._out.isatty()

    def write(self, content: bytes) -> None:
        """Put data on stdout; on a terminal, nothing in it can move the cursor."""
        if self.on_terminal:
            self._print(visible(content.decode("utf-8", "backslashreplace"), keep="\n\t"))
            return
        with _reader_may_go():
            self._out.flush()
            buffer = getattr(self._out, "buffer", None)
            if buffer is None:
                self._out.write(content.decode("utf-8", "backslashreplace"))
            else:
                buffer.write(content)
                buffer.flush()

    def table(
        self,
        rows: Sequence[Row],
        columns: Sequence[str],
        *,
        total: bool = False,
        shown: Sequence[Row] | None = None,
    ) -> None:
        """Show rows, or those of them in `shown`, as wide as the terminal; totals are of all."""
        from apportion.reports.table import render
        from apportion.usecases.reports.display_rows import for_people

        table = for_people(rows, columns, total=total)
        self._print(
            render(
                table.rows if shown is None else shown,
                table.columns,
                totals=table.totals,
                width=styling.width_of(self._out, self._environment),
                paint=self._on_out,
                note=table.note,
            )
        )
        if table.beside:
            self.say(table.beside)

    def tree(self, root: ExplanationNode) -> None:
        """Show where a number comes from."""
        from .tree_view import lay_out

        self._print(
            lay_out(
                root,
                width=styling.width_of(self._out, self._environment) or 100,
                paint=self._on_out,
            )
        )

    def text(self, text: str) -> None:
        """Show a text on stdout."""
        self._print(visible(text, keep="\n\t").rstrip("\n") + "\n")

    def heading(self, text: str, *, apart: bool = False) -> None:
        """Show a heading on stdout, with a blank line above if `apart`."""
        gap = "\n" if apart else ""
        self._print(f"{gap}{self._on_out(visible(text), 'head')}\n")

    def say(self, sentence: str) -> None:
        """Show a message on stderr, unless quiet."""
        if not self._quiet:
            self._write_err(f"{_wrapped(visible(sentence, keep=chr(10)), self._err_width)}\n")

    def good(self, sentence: str) -> None:
        """Show a success message on stderr, unless quiet."""
        if not self._quiet:
            lead = self._on_err("✓", "good")
            self._write_err(
                f"{lead} {_wrapped(visible(sentence), self._err_width - 2, hang='  ')}\n"
            )

    def findings(self, findings: Sequence[Finding]) -> None:
        """Show findings on stderr; if quiet, only those that make the command fail."""
        shown_findings = failing(list(findings)) if self._quiet else list(findings)
        if shown_findings:
            from .findings_view import SHOWN_OF_A_CODE, lay_out

            shown = None if self.all_findings else SHOWN_OF_A_CODE
            page = lay_out(shown_findings, width=self._err_width, paint=self._on_err, shown=shown)
            self._write_err(f"\n{page}\n")

    def error(self, sentence: str, *, hint: str = "") -> None:
        """Show an error on stderr, also if quiet."""
        body = _wrapped(visible(sentence, keep="\n"), self._err_width - 7, hang="       ")
        self._write_err(f"{self._on_err('error:', 'error')} {body}\n")
        if hint:
            self._write_err(f"       {self._on_err(visible(hint), 'faint')}\n")

    def trace(self, text: str) -> None:
        """Show a Python traceback."""
        self._write_err(visible(text, keep="\n"))

    @contextmanager
    def steps(self, timer: Callable[[], float]) -> Iterator[Progress]:
        """Show the steps of long work on stderr.

        On a terminal the current step has a percentage; elsewhere each step is a line.
        """
        if self._quiet:
            yield NO_PROGRESS
        elif not self._err.isatty():
            yield Progress(lambda step: self._write_err(f"apportion: {visible(step)}\n"))
        else:
            with terminal_progress(self._err, self._on_err, timer) as progress:
                yield progress

    @property
    def _err_width(self) -> int:
        return min(styling.width_of(self._err, self._environment) or 100, 100)

    def _print(self, text: str) -> None:
        with _reader_may_go():
            self._out.write(styling.writable(text, self._out))
            self._out.flush()

    def _write_err(self, text: str) -> None:
        with _reader_may_go():
            self._err.write(styling.writable(text, self._err))
            self._err.flush()


@contextmanager
def _reader_may_go() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise ReaderGoneError from error


def _wrapped(text: str, width: int, *, hang: str = "") -> str:
    return f"\n{hang}".join(
        textwrap.fill(
            line,
            max(width, 20),
            subsequent_indent=hang,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in text.split("\n")
    )
