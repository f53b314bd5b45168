"""Ctrl-C, from the first import to the last moment: one quiet line, and exit code 130.

Libraries make something else of Ctrl-C: DuckDB raises RuntimeError, pools and Arrow errors of their
own. So it is noted when it comes, and an error raised after it is not reported as a failure.
"""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import NoReturn

INTERRUPTED = 130
SENTENCE = "Interrupted. Completed work is kept; unfinished work is discarded."


class Interrupts:
    """Notes Ctrl-C and raises KeyboardInterrupt, once it watches."""

    def __init__(self) -> None:
        self.seen = False

    def watch(self) -> None:
        """Take Ctrl-C over, unless whoever started the program had it ignored."""
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> NoReturn:
        self.seen = True
        raise KeyboardInterrupt


def leave_at_once() -> None:
    """Let Ctrl-C end the process where nothing is at work: as it starts, and as it ends."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _leave)


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    os.write(2, f"error: {SENTENCE}\n".encode())
    os._exit(INTERRUPTED)
