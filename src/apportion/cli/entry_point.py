"""Where the program begins: what takes time to import is imported with Ctrl-C in hand."""

from __future__ import annotations

from typing import NoReturn

from .interrupts import leave_at_once


def main() -> NoReturn:
    """Run the program with the arguments of the process."""
    leave_at_once()
    from .main import main as start

    start()
