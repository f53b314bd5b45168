"""Options with several names, repeated or separated by commas."""

from __future__ import annotations

from apportion.cli.options.names import names


def test_names_are_separated_by_commas_or_repeated() -> None:
    assert names(["cost_center, project", "team"]) == ("cost_center", "project", "team")


def test_empty_names_are_left_out() -> None:
    assert names([" , a,", ""]) == ("a",)
    assert names(None) == names([]) == ()
