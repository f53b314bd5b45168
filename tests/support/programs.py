"""Programs beside Python that some tests need: where they are, and whether they must be here.

A test whose program is missing is skipped on a developer's machine. APPORTION_REQUIRE names those
that must be there, by commas; without them such a test fails, as it does in CI.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MINISTACK = ROOT / ".venv-ministack" / "bin" / "ministack"

#: What each is called, and under which names it may lie on the path.
PROGRAMS: Mapping[str, tuple[str, ...]] = {
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "soffice": ("soffice",),
    "ministack": (str(MINISTACK),),
    "terraform": ("terraform",),
    "git": ("git",),
    "pdftotext": ("pdftotext",),
}


class UnknownProgramError(ValueError):
    """APPORTION_REQUIRE names what no test needs."""

    def __init__(self, names: set[str]) -> None:
        super().__init__(
            f"APPORTION_REQUIRE: expected names of {', '.join(PROGRAMS)}; "
            f"found {', '.join(sorted(names))}."
        )


def found(name: str) -> str | None:
    """Tell where a program is; None where it is not."""
    return next(filter(None, map(shutil.which, PROGRAMS[name])), None)


def missing() -> list[str]:
    """Name the programs that are not here."""
    return [name for name in PROGRAMS if found(name) is None]


def required(environment: Mapping[str, str] = os.environ) -> set[str]:
    """Name the programs that must be here."""
    names = {one.strip() for one in environment.get("APPORTION_REQUIRE", "").split(",")} - {""}
    if names - PROGRAMS.keys():
        raise UnknownProgramError(names - PROGRAMS.keys())
    return names


def needed(name: str, environment: Mapping[str, str] = os.environ) -> str:
    """Tell where a program is that the running test needs; without it the test is skipped.

    Fails where the program is required.
    """
    place = found(name)
    if place is not None:
        return place
    if name in required(environment):
        pytest.fail(f"{name} is not on this machine, and APPORTION_REQUIRE names it")
    pytest.skip(f"{name} is not on this machine")
