"""Reports how many lines a running query has read, from a second thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from .context import RunContext

_SECONDS = 0.2


@contextmanager
def follow_query(context: RunContext, *, lines: int) -> Iterator[None]:
    """Report the share of the query that runs inside, which reads this many lines."""
    ended = Event()

    def report() -> None:
        while not ended.wait(_SECONDS):
            share = context.engine.progress()
            if share is not None:
                context.advance(int(share * lines), lines)

    thread = Thread(target=report, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
