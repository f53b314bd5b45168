"""Errors about folders of rulebooks.

WrongUseError
└── NoRulebooksError  no rulebook to check
"""

from __future__ import annotations

from .base import WrongUseError


class NoRulebooksError(WrongUseError):
    """A folder of rulebooks without one."""

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"{folder} has no rulebook, so nothing was checked. Add {folder}/2026-09.yaml, or run "
            "`apportion init` in a new folder."
        )
