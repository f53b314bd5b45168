"""The share of a running query, as its second thread reports it."""

from __future__ import annotations

from threading import Event
from types import SimpleNamespace
from typing import Any, cast

from apportion.ports.ledger import Ledger
from apportion.usecases.context import RunContext
from apportion.usecases.follow_query import follow_query


def context_of(engine: Any, advance: Any) -> RunContext:
    return RunContext(
        ledger=cast("Ledger", None),
        engine=engine,
        now=str,
        say=lambda _step: None,
        version="0",
        advance=advance,
    )


def test_lines_read_are_the_share_of_all_lines() -> None:
    shares: list[tuple[int, int]] = []
    reported = Event()

    def advance(done: int, total: int) -> None:
        shares.append((done, total))
        reported.set()

    with follow_query(context_of(SimpleNamespace(progress=lambda: 25), advance), lines=200):
        assert reported.wait(60)
    assert set(shares) == {(50, 200)}


def test_an_unknown_share_is_not_reported() -> None:
    shares: list[int] = []
    calls: list[None] = []
    called = Event()

    def progress() -> None:
        calls.append(None)
        if len(calls) > 1:
            called.set()

    context = context_of(
        SimpleNamespace(progress=progress), lambda done, _total: shares.append(done)
    )
    with follow_query(context, lines=200):
        assert called.wait(60)
    assert shares == []
