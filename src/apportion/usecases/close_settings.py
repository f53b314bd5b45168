"""Settings for closing a month: `[close]` in apportion.toml."""

from __future__ import annotations

from collections.abc import Callable

CLOSE = "close"
TWO_PEOPLE = "two_people"


def read_close(table: object, *, place: Callable[[str], str]) -> tuple[bool, list[str]]:
    """Read the table: whether a close needs two people, with a sentence for each problem."""
    if not isinstance(table, dict):
        return False, [f"{place(CLOSE)}: {CLOSE} is a table; write [{CLOSE}]."]
    problems = [
        f"{place(key)}: there is no setting {key!r} in [{CLOSE}]; known: {TWO_PEOPLE}."
        for key in table
        if key != TWO_PEOPLE
    ]
    value = table.get(TWO_PEOPLE, False)
    if not isinstance(value, bool):
        problems.append(f"{place(TWO_PEOPLE)}: {TWO_PEOPLE} is true or false; found {value!r}.")
    return value is True, problems
