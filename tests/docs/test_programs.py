"""A test whose program is missing is skipped, and fails where the program must be there."""

from __future__ import annotations

import pytest

import programs

_NOWHERE = "a program of no machine"


@pytest.fixture
def nowhere() -> str:
    """The name of a known program that is not on this machine."""
    absent = programs.missing()
    if not absent:
        pytest.skip("every program is on this machine")
    return absent[0]


def test_a_program_that_is_missing_is_a_skip(nowhere: str) -> None:
    with pytest.raises(pytest.skip.Exception, match=f"{nowhere} is not on this machine"):
        programs.needed(nowhere, {})


def test_a_program_that_must_be_here_is_a_failure(nowhere: str) -> None:
    with pytest.raises(pytest.fail.Exception, match="APPORTION_REQUIRE names it"):
        programs.needed(nowhere, {"APPORTION_REQUIRE": f"chromium, {nowhere}"})


def test_a_name_that_no_test_needs_is_refused() -> None:
    with pytest.raises(programs.UnknownProgramError, match=f"found {_NOWHERE}"):
        programs.required({"APPORTION_REQUIRE": _NOWHERE})
    assert programs.required({}) == set()
