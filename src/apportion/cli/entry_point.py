"""Where the program begins: what takes time to import is imported with Ctrl-C in hand."""

from __future__ import annotations

import gc
from typing import NoReturn

from .interrupts import leave_at_once

#: Objects made before Python looks for reference cycles; its own 700 suit a process of many hours.
#: Of a command with its imports, they took 13 % of `allocate` and 7 % of `prove` on the demo.
_CYCLE_THRESHOLD = 20_000


def main() -> NoReturn:
    """Run the program with the arguments of the process."""
    leave_at_once()
    gc.set_threshold(_CYCLE_THRESHOLD)
    from .main import main as start

    start()
