"""Reports how many lines a running query has read, from a second thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

from .context import RunContext

_PAUSE = timedelta(milliseconds=200)


@contextmanager
def follow_query(context: RunContext, *, lines: int) -> Iterator[None]:
    """Report the share of the query that runs inside, which reads this many lines."""
    ended = Event()

    def report() -> None:
        while not ended.wait(_PAUSE.total_seconds()):
            percent = context.engine.progress()
            if percent is not None:
                context.advance(percent * lines // 100, lines)

    thread = Thread(target=report, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
