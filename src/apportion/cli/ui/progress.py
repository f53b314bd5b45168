"""Shows the steps of long work on a terminal, with a spinner and a percentage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from apportion.ports.progress import Progress
from apportion.reports.visible import visible

from .styling import Paint, unpainted

_PER_SECOND = 12.5


@contextmanager
def terminal_progress(
    stream: TextIO, paint: Paint, timer: Callable[[], float]
) -> Iterator[Progress]:
    """Show the current step with its share, and above it the finished ones with their seconds."""
    steps = _Steps(stream, paint, timer)
    try:
        yield Progress(steps.begin, steps.advance)
    except BaseException:
        steps.stop()
        raise
    steps.finish()


class _Steps:
    def __init__(self, stream: TextIO, paint: Paint, timer: Callable[[], float]) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.spinner import Spinner

        console = Console(file=stream, highlight=False, no_color=paint is unpainted)
        self._stream = stream
        self._paint = paint
        self._timer = timer
        self._spinner = Spinner("dots")
        self._live = Live(
            self._spinner, console=console, refresh_per_second=_PER_SECOND, transient=True
        )
        self._step = ""
        self._began = 0.0
        self._percent = -1

    def begin(self, step: str) -> None:
        self.finish()
        self._step, self._began, self._percent = visible(step), self._timer(), -1
        self._spinner.update(text=_literal(self._step))
        self._live.start()

    def advance(self, done: int, total: int) -> None:
        if not self._step or not total:
            return
        percent = min(max(100 * done // total, 0), 100)
        if percent != self._percent:
            self._percent = percent
            self._spinner.update(text=_literal(f"{self._step}  {percent} %"))
            self._live.refresh()

    def finish(self) -> None:
        self.stop()
        if self._step:
            took = self._paint(f"{self._timer() - self._began:.1f} s", "faint")
            self._stream.write(f"{self._paint('✓', 'good')} {self._step}  {took}\n")
        self._step = ""

    def stop(self) -> None:
        """Take the line of the current step away."""
        self._live.stop()


def _literal(text: str) -> str:
    """Keep Rich from reading a step's name as markup."""
    from rich.markup import escape

    return escape(text)
