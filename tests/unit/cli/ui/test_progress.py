"""Steps on a real terminal, a pseudo-terminal of the system, and in a log."""

from __future__ import annotations

import io
import os
import pty
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TextIO

import pytest

from apportion.cli.main import run
from apportion.cli.session import Outside
from apportion.cli.ui.console import Console

#: What moves the cursor or gives colour, and the turning sign.
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\u2800-\u28ff]")

BILL = (
    "BillingAccountId,SubAccountId,BillingCurrency,BillingPeriodStart,ChargePeriodStart,BilledCost\n"
    "001,0011,USD,2026-09-01T00:00:00Z,2026-09-02T00:00:00Z,1.00\n"
)


class Terminal:
    """A pseudo-terminal; `text` closes it and gives what a person saw, without cursor movements."""

    def __init__(self) -> None:
        self._reading, writing = pty.openpty()
        self.stream: TextIO = os.fdopen(writing, "w", encoding="utf-8")

    def text(self) -> str:
        self.stream.close()
        content = b""
        try:
            while part := os.read(self._reading, 65536):
                content += part
        except OSError:  # Linux reports the closed other end as an error
            pass
        finally:
            os.close(self._reading)
        return _CONTROL.sub("", content.decode())


@contextmanager
def terminal() -> Iterator[Terminal]:
    opened = Terminal()
    yield opened
    opened.stream.close()


def seconds() -> Callable[[], float]:
    return map(float, count()).__next__


def test_a_terminal_shows_the_share_of_the_current_step() -> None:
    with terminal() as screen:
        with Console({}, err=screen.stream).steps(seconds()) as progress:
            progress("reading [the] lines")
            progress.advance(1, 4)
            progress.advance(4, 4)
            progress("writing")
        text = screen.text()
    shown = [text.index(f"reading [the] lines  {percent} %") for percent in (25, 100)]
    finished = text.index("✓ reading [the] lines  1.0 s")
    assert [*shown, finished] == sorted([*shown, finished])
    assert "✓ writing  1.0 s" in text
    assert not re.search(r"writing +\d+ %", text), "a share belongs to its own step"


def test_a_share_is_never_below_0_or_above_100_percent() -> None:
    with terminal() as screen:
        with Console({}, err=screen.stream).steps(seconds()) as progress:
            progress.advance(1, 2)  # before any step
            progress("fetching")
            for done, total in ((-5, 10), (11, 10), (0, 0)):
                progress.advance(done, total)
        text = screen.text()
    assert list(dict.fromkeys(re.findall(r"(-?\d+) %", text))) == ["0", "100"]


def test_a_step_that_fails_is_not_shown_as_finished() -> None:
    def work(screen: Terminal) -> None:
        with Console({}, err=screen.stream).steps(seconds()) as progress:
            progress("reading")
            raise LookupError

    with terminal() as screen:
        with pytest.raises(LookupError):
            work(screen)
        assert "✓" not in screen.text()


def test_a_log_has_a_line_for_each_step_and_no_shares() -> None:
    log = io.StringIO()
    with Console({}, err=log).steps(seconds()) as progress:
        progress("reading")
        progress.advance(1, 2)
    assert log.getvalue() == "apportion: reading\n"


def test_quiet_shows_no_steps() -> None:
    with terminal() as screen:
        with Console({}, err=screen.stream, quiet=True).steps(seconds()) as progress:
            progress("reading")
            progress.advance(1, 2)
        assert screen.text() == ""


def test_ingest_shows_how_much_of_the_bill_is_verified(tmp_path: Path) -> None:
    (tmp_path / "apportion.toml").write_text("")
    (tmp_path / "bill.csv").write_text(BILL)
    with terminal() as screen:
        assert run(["ingest", "bill.csv"], Outside(folder=tmp_path, err=screen.stream)) == 0
        text = screen.text()
    assert [text.index(f"verifying the files  {percent} %") for percent in (50, 100)]
    assert "✓ reading the lines" in text
    log = io.StringIO()
    assert run(["ingest", "bill.csv"], Outside(folder=tmp_path, err=log)) == 0
    assert "apportion: verifying the files\n" in log.getvalue()
    assert " %\n" not in log.getvalue()
